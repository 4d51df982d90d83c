"""What is left out of every text that comes in, whatever channel brings it."""

from __future__ import annotations

import re
from typing import Final

UNWANTED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters but tab and newline, and the bidi overrides and isolates that can make a text read differently
from what it says. The joiners of Persian and Urdu (U+200C, U+200D) stay."""

SURROGATE: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a text without what cannot be read or stored; line ends become newlines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SURROGATE.sub("\ufffd", UNWANTED.sub("", text)).strip()
