"""Errors of python-telegram-bot → ``SendError``. Codes are ours: the service's words may quote what was sent."""

from __future__ import annotations

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.errors import SendError

BAD_REQUESTS = (
    ("chat not found", "chat_not_found"),
    ("too long", "text_too_long"),
    ("text is empty", "text_empty"),
    ("text must be non-empty", "text_empty"),
    ("button_data_invalid", "button_too_long"),
    ("can't be deleted", "not_deletable"),
    ("message to delete not found", "not_deletable"),
    ("file is too big", "too_large"),
    ("file_id", "gone"),
    ("temporarily unavailable", "gone"),
)


def refusal(error: Exception) -> SendError:  # noqa: PLR0911 - one for each kind of refusal
    """Return what an error means for who wanted to send. Raise it ``from None``: nothing of the original is needed.

    What nobody foresaw counts as retryable, so that no message is given up because of a hiccup of the service.
    """
    match error:
        case SendError():
            return error
        case RetryAfter():
            # The public property warns of its coming type at each use.
            return SendError("retry_after", retryable=True, retry_after=error._retry_after.total_seconds())  # noqa: SLF001
        case Forbidden():
            # In a private chat all of these mean the same: nothing arrives until the contact writes again.
            words = error.message.lower()
            code = "blocked" if "blocked" in words else "deactivated" if "deactivated" in words else "forbidden"
            return SendError(code, retryable=False, blocked=True)
        case InvalidToken():
            return SendError("token_refused", retryable=False)
        case ChatMigrated():
            return SendError("chat_migrated", retryable=False)
        case Conflict():
            return SendError("conflict", retryable=True)
        case BadRequest():
            words = error.message.lower()
            return SendError(
                next((code for part, code in BAD_REQUESTS if part in words), "bad_request"), retryable=False
            )
        case TimedOut():
            return SendError("timeout", retryable=True)
        case NetworkError():
            return SendError("network", retryable=True)
        case _:
            return SendError("odd_answer", retryable=True)
