"""Fits texts into WhatsApp messages: splits long ones kindly, and writes choices as a numbered list. Pure.

Lengths are in UTF-16 units, the strictest way in which a service may count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

MAX_BODY: Final = 1600
ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…؟\u06d4\u1362])\s+"),
    re.compile(r"\s+"),
)
"""Where a text is split, best first: paragraphs, lines, sentences (in all our scripts), words."""
EARLIEST: Final = 0.4
"""A better place is taken only if at least this part of the message would be full."""
JOINERS: Final = frozenset({"\u200d", "\ufe0f", "\u20e3"})


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)  # noqa: PLR2004 - the last character of one unit


def split(text: str, limit: int = MAX_BODY) -> list[str]:
    """Return a text in pieces of at most ``limit`` units, none of them empty; nothing but white space is lost."""
    pieces = []
    rest = text.strip()
    while units(rest) > limit:
        at = _cut(rest, limit)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [piece for piece in (*pieces, rest) if piece]


def _cut(text: str, limit: int) -> int:
    """Return at which index to split a text that is too long."""
    most = _fitting(text, limit)
    for end in ENDS:
        found = [m.start() for m in end.finditer(text, 0, most + 1) if most * EARLIEST <= m.start() <= most]
        if found:
            return found[-1]
    at = most
    while at > most // 2 and _clings(text, at):
        at -= 1
    return at if at > most // 2 else most


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of a text fit into ``limit`` units."""
    used = 0
    for index, character in enumerate(text):
        used += units(character)
        if used > limit:
            return max(index, 1)
    return len(text)


def _clings(text: str, at: int) -> bool:
    """Tell whether the character at an index belongs to the one before it."""
    return bool(unicodedata.combining(text[at])) or text[at] in JOINERS or text[at - 1] == "\u200d"


def numbered(text: str, labels: Sequence[str], limit: int = MAX_BODY) -> list[str]:
    """Return a text with its choices as ``1. …`` lines below it, in pieces of at most ``limit`` units.

    The list is kept in one piece where it fits into one; the conversation takes the number, in any script's digits.
    """
    listed = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
    return list(_joined(split(text, limit), listed, limit)) if labels else split(text, limit)


def _joined(pieces: Sequence[str], listed: str, limit: int) -> Iterator[str]:
    yield from pieces[:-1]
    last = f"{pieces[-1]}\n\n{listed}" if pieces else listed
    if units(last) <= limit:
        yield last
        return
    yield from pieces[-1:]
    yield from split(listed, limit)
