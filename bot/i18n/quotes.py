"""Quotation marks: which ones a locale uses, and which stand wrongly in a text."""

from __future__ import annotations

import re
from typing import Final

from bot.i18n.writing import known

Pair = tuple[str, str]

OWN: Final[dict[str, tuple[Pair, ...]]] = {
    "en": (("“", "”"), ("‘", "’")),
    "nl": (("“", "”"), ("‘", "’")),
    "fr": (("«\u00a0", "\u00a0»"), ("“", "”")),
    "de": (("„", "“"), ("‚", "‘")),
    "el": (("«", "»"), ("“", "”")),
    "ar": (("«", "»"), ("“", "”")),
    "fa": (("«", "»"), ("‹", "›")),
    "ps": (("«", "»"), ("‹", "›")),
}
"""Language → its marks, the outer ones first, as our glossaries write them (CLDR lists Arabic's the other way)."""
OTHERS: Final = (("“", "”"), ("‘", "’"))
_SIGNS: Final = re.compile("[\"“”„«»‹›‟]|(?<!\\w)['‘‚]|[’'‘](?!\\w)")
_SPACES: Final = "\u00a0\u202f"


def quotes(locale: str) -> tuple[Pair, ...]:
    """Return the pairs of marks of a locale, the outer ones first; of one that is not known, English ones."""
    return OWN.get(known(locale).language, OTHERS)


def wrong(text: str, locale: str) -> str:
    """Return the first quotation mark that the locale does not use, or does not use there; empty: none.

    A mark that may be an apostrophe is only looked at where it opens or closes something.
    """
    pairs = quotes(locale)
    openings = {opening.strip(_SPACES): (opening, closing) for opening, closing in pairs}
    waiting: list[str] = []
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if waiting and sign == waiting[-1].strip(_SPACES):
            if waiting.pop()[0] in _SPACES and text[found.start() - 1] not in _SPACES:
                return sign
        elif sign in openings:
            opening, closing = openings[sign]
            if opening[-1] in _SPACES and text[found.end() : found.end() + 1] not in tuple(_SPACES):
                return sign
            waiting.append(closing)
        elif sign in {"’", "'"}:
            continue  # an apostrophe: 's avonds, the carers’ handbook
        else:
            return sign
    single = [closing for closing in waiting if closing not in {"’", "‘"}]
    return single[-1].strip(_SPACES) if single else ""
