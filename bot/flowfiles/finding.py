"""Finds phrases by a few words, typed in haste: case, accents, endings and slips do not matter. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from rapidfuzz.distance import OSA

from nlu.text.normalise import normalise

Entry: TypeAlias = tuple[tuple[str, float], ...]
"""The words something is found by, folded, each with what it counts (0 to 1)."""

_WORD: Final = re.compile(r"\w+")
LONGEST: Final = 100
"""Characters of a query that are looked at."""
MOST: Final = 8
"""Words of a query that are looked at."""
BEGUN, WITHIN, SLIPPED = 0.9, 0.6, 0.7
"""What a word counts that only begins with the one typed, holds it, or differs by a slip; the same word counts 1."""
INSIDE: Final = 4
"""A word this long is found inside others as well: "huis" in "tehuis"."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded for comparison."""
    return _WORD.findall(normalise(text[: LONGEST * 10]))


def ranked(query: str, entries: Mapping[str, Entry]) -> list[str]:
    """Return the names of the entries that fit, best first; those that fit equally stay in order.

    An entry fits where it has every word of the query; where none does, where it has any.
    """
    typed = words_of(query[:LONGEST])[:MOST]
    scores = {name: [_best(word, entry) for word in typed] for name, entry in entries.items()}
    whole = [name for name, found in scores.items() if all(found)]
    fitting = whole or [name for name, found in scores.items() if any(found)]
    return sorted(fitting, key=lambda name: -sum(scores[name]))


def _best(typed: str, entry: Entry) -> float:
    return max((weight * _alike(typed, word) for word, weight in entry), default=0.0)


def _alike(typed: str, word: str) -> float:
    if typed == word:
        return 1.0
    if word.startswith(typed):
        return BEGUN
    if len(typed) >= INSIDE and typed in word:
        return WITHIN
    most = _slips(len(typed))
    if most and (OSA.distance(typed, word, score_cutoff=most) <= most or _begun_wrong(typed, word, most)):
        return SLIPPED
    return 0.0


def _begun_wrong(typed: str, word: str, most: int) -> bool:
    """Whether a longer word begins almost like the one typed: "gardian" for "guardianship"."""
    head = word[: len(typed) + 1]
    return len(word) > len(typed) and OSA.distance(typed, head, score_cutoff=most) <= most


def _slips(length: int) -> int:
    return 0 if length < 4 else 1 if length < 8 else 2  # noqa: PLR2004 - short words are too alike
