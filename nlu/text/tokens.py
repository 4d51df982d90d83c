"""Cuts a folded text into words, the same way for messages and for the entries of the lexicon.

A hyphen is a space. Elided words keep their apostrophe and stand alone (``j'ai`` → ``j'``, ``ai``); the contractions
of English and Dutch lose it (``don't`` → ``dont``, ``m'n`` → ``mn``), and so do the digits of romanised Arabic
(``7'ayef`` → ``7ayef``).
"""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_CONTRACTED: Final = frozenset({"s", "t", "m", "re", "ve", "ll", "d", "n", "k", "all"})
_GAP: Final = re.compile(r"'\s+")
_END: Final = re.compile(r"[.!?\n;]+|,")


def tokens(folded: str) -> list[str]:
    """Return the words of a folded text."""
    found: list[str] = []
    for match in _WORD.finditer(_GAP.sub("'", folded)):
        word = match[0]
        if "'" not in word:
            found.append(word)
            continue
        _cut(word, found)
    return found


def clauses(folded: str) -> list[int]:
    """Return for every word of ``tokens`` the number of its clause: rules do not look across full stops."""
    numbers: list[int] = []
    for number, part in enumerate(_END.split(folded)):
        numbers += [number] * len(tokens(part))
    return numbers


def _cut(word: str, found: list[str]) -> None:
    parts = word.rstrip("'").split("'")
    rest = parts[0]
    for part in parts[1:]:
        if part in _CONTRACTED or not rest.isalpha() or len(rest) > 6:  # noqa: PLR2004 - quelqu', puisqu' are the longest elided words
            rest += part
        else:
            found.append(rest + "'")
            rest = part
    found.append(rest)
