"""The secret token by which Telegram's webhook calls are told from anybody else's."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.errors import SettingError, SignatureError

HEADER = "x-telegram-bot-api-secret-token"
ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,256}")


def secret_for(token: str, given: str) -> str:
    """Return the secret of the webhook: what was set, else one derived from the token.

    Raises:
        SettingError: What was set is not what Telegram allows.
    """
    if not given:
        return hmac.new(token.encode(), b"ucare telegram webhook", hashlib.sha256).hexdigest()
    if not ALLOWED.fullmatch(given):
        msg = "TELEGRAM_SECRET may hold 1 to 256 of A-Z, a-z, 0-9, _ and - (Telegram allows nothing else)"
        raise SettingError(msg)
    return given


def verify(headers: Mapping[str, str], secret: str) -> None:
    """Check a call.

    Args:
        headers: Names in lower case.
        secret: What we gave Telegram with ``setWebhook``.

    Raises:
        SignatureError: The header is missing or wrong.
    """
    given = headers.get(HEADER, "")
    # Compared as bytes: the function refuses texts that are not ASCII.
    if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
        msg = "The secret token is wrong." if given else "The secret token is missing."
        raise SignatureError(msg)
