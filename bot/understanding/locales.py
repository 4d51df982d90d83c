"""Which language a text is written in: ours by what was learnt from ``nlu/data``, others by py3langid.

The conversation's language weighs in before the text is read, so that "ok" and names change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlu.text.languages import Languages
from nlu.text.lexicon import Lexicon
from nlu.text.normalise import normalise
from nlu.text.reading import HINT
from nlu.text.tokens import tokens

ENOUGH_WORDS: Final = 4
"""A language that is not ours is only believed of so many words."""
KNOWN: Final = 0.35
"""Where at least this share of the words stands in a lexicon, the text is in one of our languages."""
_LETTER: Final = re.compile(r"[^\W\d_]")


class Locales:
    """Tells languages apart; loads its models once."""

    def __init__(self, languages: Languages, lexicons: Mapping[str, Lexicon], foreign: float) -> None:
        """Take what was learnt; ``foreign`` is the probability from which on a language that we lack is believed."""
        self._languages = languages
        self._lexicons = lexicons
        self._foreign = foreign
        self._ours = {locale.split("_")[0] for locale in languages.locales}
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def detect(self, text: str, expected: str | None) -> tuple[str | None, float]:
        """Return locale and confidence; None where the text has no letters."""
        folded = normalise(text)
        if not _LETTER.search(folded):
            return expected, 0.0
        scores = self._languages.score(text, {expected: HINT} if expected else None)
        if not scores:
            return expected, 0.0
        best = max(scores, key=lambda locale: scores[locale])
        words = tokens(folded)
        if len(words) >= ENOUGH_WORDS:
            other, sure = self._identifier.classify(text)
            if other not in self._ours and sure >= self._foreign and self._known(words, best) < KNOWN:
                return str(other), float(sure)
        return best, scores[best]

    def _known(self, words: list[str], locale: str) -> float:
        lexicon = self._lexicons.get(locale)
        return sum(lexicon.knows(word) for word in words) / len(words) if lexicon else 0.0
