"""Tokens that open something. Only hashes of them are kept: who reads the store cannot sign in with what is there."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def fresh() -> str:
    """Return a new token of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare two tokens without telling by the time how much of them fits."""
    return hmac.compare_digest(given.encode(), expected.encode())
