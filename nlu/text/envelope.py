"""Carries audience and locale along with a text through Rasa, which has one field for all: the text.

The head stands between two private-use characters before the text (so that no text ever begins with ``/``, which Rasa
takes for an intent); the classifier opens the envelope. Private-use characters of the contact's own are dropped.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_OPEN: Final = "\ue000"
_CLOSE: Final = "\ue001"
_HEAD: Final = re.compile(f"{_OPEN}([a-z]*)\\|([A-Za-z_]*){_CLOSE}")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")


class Opened(NamedTuple):
    """A text with what is known of who wrote it."""

    text: str
    audience: str | None
    locale: str | None


def close(text: str, audience: str | None = None, locale: str | None = None) -> str:
    """Return the text with its head."""
    return f"{_OPEN}{audience or ''}|{locale or ''}{_CLOSE}{_PRIVATE.sub('', text)}"


def open_(text: str) -> Opened:
    """Return text, audience and locale; a text without a head has neither."""
    head = _HEAD.match(text)
    if head is None:
        return Opened(_PRIVATE.sub("", text), None, None)
    return Opened(_PRIVATE.sub("", text[head.end() :]), head[1] or None, head[2] or None)
