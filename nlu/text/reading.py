"""One message, read once: folded, cut into words, its languages, and the concepts met in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from nlu.text.languages import Languages
from nlu.text.lexicon import Hit, Lexicon
from nlu.text.normalise import normalise
from nlu.text.tokens import clauses, tokens

ALSO: Final = 0.2
"""A second language that is at least so probable is read along: people mix."""
HINT: Final = 4.0
"""How much more probable the conversation's language is, before the text was read."""


class Reading(NamedTuple):
    """What a message holds before anybody judges it."""

    folded: str
    words: list[str]
    clauses: list[int]
    """For every word the number of the clause it stands in."""
    locales: dict[str, float]
    """The languages by probability; empty where nothing was learnt."""
    hits: list[Hit]

    @property
    def concepts(self) -> list[str]:
        """The names of the concepts met, in order, each once."""
        return list(dict.fromkeys(hit.concept for hit in self.hits))


def read(text: str, lexicons: Mapping[str, Lexicon], languages: Languages | None, hint: str | None = None) -> Reading:
    """Return the reading of a text; ``hint`` is the locale that is expected."""
    folded = normalise(text)
    words = tokens(folded)
    prior = {hint: HINT} if hint else None
    locales = languages.score(text, prior) if languages else {}
    wanted = [locale for locale, probability in locales.items() if probability >= ALSO]
    if hint and hint in lexicons and (not wanted or hint not in locales):
        wanted.append(hint)
    hits: dict[Hit, None] = {}
    for locale in wanted or lexicons:
        if locale in lexicons:
            hits.update(dict.fromkeys(lexicons[locale].match(words)))
    ordered = sorted(hits, key=lambda hit: (hit.start, hit.end, hit.concept))
    return Reading(folded, words, clauses(folded), locales, ordered)
