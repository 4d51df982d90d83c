"""Long texts → messages. Telegram counts in UTF-16 code units, and so does this module."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 4096
"""UTF-16 code units of one message."""

ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"""[.!?…؟۔。]["')\]»”’]*\s"""),  # noqa: RUF001 - ends of sentences in other scripts
    re.compile(r"\s"),
)
"""Where a text is best cut, best first: paragraph, line, sentence, word."""

JOINER = "\u200d"
LONGEST_CLUSTER = 64


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def sendable(text: str) -> str:
    """Return a text without what the service refuses: null bytes, halves of characters, space around it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Return the parts of a text, none empty, each of at most ``limit`` units; only space is lost at the cuts.

    Args:
        text: As ``sendable`` returns it.
        limit: At least 2.
    """
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        head = rest.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        cut = _cut(rest, len(head))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, most: int) -> int:
    """Return where to cut, at most at ``most``: at the best kind of end that does not leave a scrap before it."""
    for end in ENDS:
        # One character more, so that a text that just fits before a space is not cut a word early.
        found = [match.end() for match in end.finditer(text, most // 4, most + 1)]
        if found:
            return min(found[-1], most)
    return _between_characters(text, most)


def _between_characters(text: str, most: int) -> int:
    """Return a cut that does not part what is seen as one character, such as a letter and its accents."""
    for cut in range(most, max(0, most - LONGEST_CLUSTER), -1):
        following, before = text[cut], text[cut - 1]
        joined = unicodedata.category(following).startswith("M") or JOINER in (following, before)
        if not joined and not "\U0001f3fb" <= following <= "\U0001f3ff":
            return cut
    return most
