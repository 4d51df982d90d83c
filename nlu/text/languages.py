"""Tells which of our languages a short message is written in, romanised spellings included.

Trained on the same utterances as the topics: how often words and runs of three letters occur in each language. A file
of ``nlu/data`` is all that a new language needs. Texts in none of them are for another identifier to name.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nlu.text.normalise import normalise
from nlu.text.tokens import tokens

EVIDENCE: Final = 0.35
"""How much of the (dependent) evidence of overlapping runs of letters counts; makes the confidence honest."""
_UNSEEN: Final = 0.2
"""Added to each count, so that what was never seen is rare and not impossible."""
_PIECE: Final = 3


class Languages:
    """Counts of pieces by locale; ``score`` compares a text with them."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Take the counts: locale → piece → how often."""
        self.locales = tuple(sorted(counts))
        self._counts = {locale: dict(counts[locale]) for locale in self.locales}
        known = len({piece for pieces in self._counts.values() for piece in pieces}) or 1
        self._bases = {
            locale: math.log(sum(pieces.values()) + _UNSEEN * known) for locale, pieces in self._counts.items()
        }

    @classmethod
    def learn(cls, lines: Iterable[tuple[str, str]]) -> Languages:
        """Return what is learnt from pairs of text and locale."""
        counts: dict[str, Counter[str]] = {}
        for text, locale in lines:
            counts.setdefault(locale, Counter()).update(pieces(text))
        return cls({locale: {p: n for p, n in c.items() if n > 1} for locale, c in counts.items()})

    def score(self, text: str, prior: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return how probable each locale is, summing to 1; ``prior`` holds weights before the text was read."""
        if not self.locales:
            return {}
        found = pieces(text)
        logs = {}
        for locale in self.locales:
            counts, base = self._counts[locale], self._bases[locale]
            total = sum(math.log(counts.get(piece, 0) + _UNSEEN) - base for piece in found)
            logs[locale] = EVIDENCE * total + math.log((prior or {}).get(locale, 1.0))
        best = max(logs.values())
        weights = {locale: math.exp(value - best) for locale, value in logs.items()}
        whole = sum(weights.values())
        return {locale: weight / whole for locale, weight in weights.items()}

    def dump(self) -> str:
        """Return everything as JSON."""
        return json.dumps(self._counts, ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> Languages:
        """Return what ``dump`` wrote."""
        found: Any = json.loads(text)
        return cls(found)


def pieces(text: str) -> list[str]:
    """Return the words of a text and their runs of three letters, boundaries included."""
    found = []
    for word in tokens(normalise(text)):
        if word.isdigit():
            continue
        found.append(f"={word}")
        edged = f"<{word}>"
        found += [edged[i : i + _PIECE] for i in range(len(edged) - _PIECE + 1)]
    return found
