"""One word of a lexicon entry with its mark, and the fast search for all that a word of a message fits.

======== =========================== =====================================================
mark     kind                        fits
======== =========================== =====================================================
``w=``   exact                       the word; in Arabic script also with ``و`` or ``ف`` before it
``w``    plain                       from four letters on also two more at its end
``w*``   open                        any ending
``~w*``  inside                      anywhere in a word
``~w``   ending                      at the end of a word
======== =========================== =====================================================

In Arabic script plain (from three letters) and open words also carry what is written onto them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

ARABIC: Final = re.compile("[\u0600-\u06ff]")
_PREFIXES: Final = re.compile(
    "(?:[وف])?(?:بال|كال|هال|عال|ال|لل|مي|نمي|[بلكسعمحدغ])?(?:[يتنا])?"
)  # fmt: skip
"""What is written onto the beginning of a word: conjunction, preposition and article, then the verb's person."""
_STEM: Final = 3
"""Arabic words shorter than this take nothing onto them."""
_PLAIN: Final = 4
"""Words shorter than this have no endings."""
_ENDING: Final = 2
_ARABIC_ENDING: Final = 3
_SLIP: Final = 7
"""Words from this length on are matched with one slip."""
_SHORTEST_OPEN: Final = 2
_SHORTEST_INSIDE: Final = 3
_MARKS: Final = re.compile(r"~?[^~*=]+[*=]?")


class Atom(NamedTuple):
    """A folded word and its kind."""

    word: str
    kind: str


def fault(entry: str) -> str:
    """Return what is wrong with an entry, or nothing."""
    pieces = [piece for piece in entry.split() if piece != ".."]
    if not pieces or entry.split(maxsplit=1)[0] == ".." or entry.rsplit(maxsplit=1)[-1] == "..":
        return "an entry begins and ends with a word"
    for piece in pieces:
        bare = piece.strip("~*=")
        if not re.search(r"[^\W_]", bare):
            return "no letters"
        if not _MARKS.fullmatch(piece) or (piece[0] == "~" and piece[-1] == "="):
            return "the marks are word=, word, stem*, ~stem*, ~word"
        if piece[-1] == "*" and len(bare) < (_SHORTEST_INSIDE if piece[0] == "~" else _SHORTEST_OPEN):
            return "too short for an open end"
    return ""


def parse(piece: str, words: Sequence[str]) -> list[Atom]:
    """Return the atoms of a piece between spaces; ``words`` are its folded words (several where it holds a hyphen)."""
    *before, last = words or [""]
    atoms = [Atom(word, "exact") for word in before]
    kind = "plain"
    if piece[-1] == "=" or last.endswith("'"):
        kind = "exact"
    elif piece[0] == "~":
        kind = "inside" if piece[-1] == "*" else "ending"
    elif piece[-1] == "*":
        kind = "open"
    return [*atoms, Atom(last, kind)]


class Atoms:
    """Numbers atoms and finds those that a word fits."""

    def __init__(self) -> None:
        """Start without any."""
        self._numbers: dict[Atom, int] = {}
        self._by_kind: dict[str, dict[str, int]] = {kind: {} for kind in ("exact", "plain", "open", "inside", "ending")}
        self._slips: dict[str, set[int]] = {}
        self._inside_lengths: list[int] = []

    def number(self, atom: Atom) -> int:
        """Return the number of an atom, a new one where it was not known."""
        number = self._numbers.setdefault(atom, len(self._numbers))
        self._by_kind[atom.kind][atom.word] = number
        return number

    def freeze(self) -> None:
        """Prepare what is searched with slips and inside of words."""
        for kind in ("exact", "plain", "open"):
            for word, number in self._by_kind[kind].items():
                if len(word) >= _SLIP:
                    for key in _without_one(word):
                        self._slips.setdefault(key, set()).add(number)
        self._inside_lengths = sorted({len(word) for word in self._by_kind["inside"]})

    def of(self, word: str) -> frozenset[int]:
        """Return the numbers of all atoms that a folded word fits."""
        found: set[int] = set()
        self._latin(word, found)
        if ARABIC.search(word):
            self._arabic(word, found)
        if not found and len(word) >= _SLIP - 1:
            for key in _without_one(word):
                found |= self._slips.get(key, set())
        return frozenset(found)

    def _latin(self, word: str, found: set[int]) -> None:
        kinds = self._by_kind
        length = len(word)
        if (number := kinds["exact"].get(word)) is not None:
            found.add(number)
        self._endings(word, _ENDING, _PLAIN, found)
        ending = kinds["ending"]
        if ending:
            found.update(ending[word[i:]] for i in range(length) if word[i:] in ending)
        inside = kinds["inside"]
        for size in self._inside_lengths:
            for start in range(length - size + 1):
                if (number := inside.get(word[start : start + size])) is not None:
                    found.add(number)

    def _endings(self, word: str, most: int, shortest: int, found: set[int]) -> None:
        plain, open_ = self._by_kind["plain"], self._by_kind["open"]
        length = len(word)
        for end in range(_SHORTEST_OPEN, length + 1):
            if (number := open_.get(word[:end])) is not None:
                found.add(number)
        if (number := plain.get(word)) is not None:
            found.add(number)
        for end in range(max(shortest, length - most), length):
            if (number := plain.get(word[:end])) is not None:
                found.add(number)

    def _arabic(self, word: str, found: set[int]) -> None:
        if word[0] in "وف" and (number := self._by_kind["exact"].get(word[1:])) is not None:
            found.add(number)
        longest = _PREFIXES.match(word)
        for cut in range((longest.end() if longest else 0) + 1):
            if _PREFIXES.fullmatch(word[:cut]) and len(word) - cut >= _STEM:
                self._endings(word[cut:], _ARABIC_ENDING, _STEM, found)


def _without_one(word: str) -> list[str]:
    """Return a word and all its forms without one letter: two words that share one are a slip or two apart."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))]
