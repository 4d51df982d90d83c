"""Signatures of what we send to other servers: HMAC-SHA-256 over the time and the body.

The header reads ``t=1700000000,v1=…``. Who receives it computes the same over ``{t}.{body}`` and refuses what is older
than some minutes, so that nobody sends it a second time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

HEADER: Final = "ucare-signature"
WINDOW_S: Final = 300
"""How old a signed message may be when it arrives, in seconds."""


def fresh_secret() -> str:
    """Return a new secret for one receiver (256 bits)."""
    return "whsec_" + secrets.token_urlsafe(32)


def _mac(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes, at: int) -> str:
    """Return the value of the header for a body sent at a time (seconds since 1970, UTC)."""
    return f"t={at},v1={_mac(secret, at, body)}"


def verifies(secret: str, body: bytes, header: str, now: int) -> bool:
    """Tell whether a header is ours and not older than ``WINDOW_S``; for receivers and for tests."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    at = fields.get("t", "")
    if not (at.isascii() and at.isdecimal()) or abs(now - int(at)) > WINDOW_S:
        return False
    return hmac.compare_digest(fields.get("v1", ""), _mac(secret, int(at), body))
