"""Buttons → inline keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.errors import SendError
from bot.ports.channels import RenderedButton

MOST_PAYLOAD = 64
"""Bytes, UTF-8, as the service allows for ``callback_data``. ``flows check`` keeps ours below."""

SHORT_LABEL = 12
"""Characters; two such labels stand side by side on a small telephone without being cut."""


def keyboard(buttons: Sequence[RenderedButton]) -> InlineKeyboardMarkup | None:
    """Return the keyboard, or None without buttons: two in a row where all labels are short, else one.

    Raises:
        SendError: A payload is empty or longer than 64 bytes, or a label is empty; not retryable.
    """
    for button in buttons:
        if len(button.payload.encode("utf-8", "replace")) > MOST_PAYLOAD:
            raise SendError(code="button_too_long", retryable=False)
        if not button.payload or not button.label.strip():
            raise SendError(code="button_empty", retryable=False)
    if not buttons:
        return None
    width = 2 if all(len(button.label) <= SHORT_LABEL for button in buttons) else 1
    keys = [InlineKeyboardButton(button.label, callback_data=button.payload) for button in buttons]
    return InlineKeyboardMarkup([keys[at : at + width] for at in range(0, len(keys), width)])
