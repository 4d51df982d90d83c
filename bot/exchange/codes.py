"""Languages: Babel's names here, three letters of ISO 639-3 in RapidPro, two letters in Glific."""

from __future__ import annotations

import functools
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

BIBLIOGRAPHIC: Final = frozenset({
    "alb", "arm", "baq", "bur", "chi", "cze", "dut", "fre", "geo", "ger", "gre", "ice", "mac", "mao", "may", "per",
    "rum", "slo", "tib", "wel",
})  # fmt: skip
"""Codes of ISO 639-2 that librarians use; RapidPro takes the others."""
OWN: Final = {"fa_AF": "prs"}
"""Locales with a code of their own: Dari is not the Persian of Iran."""
LETTERS: Final = 3


@functools.cache
def three(locale: str) -> str:
    """Return the code of ISO 639-3 of a locale (``nl`` → ``nld``); its language itself where there is none."""
    if locale in OWN:
        return OWN[locale]
    language = locale.partition("_")[0]
    # Of several codes for one language the one of the whole language stands last in CLDR's table.
    found = [
        code
        for code, name in get_global("language_aliases").items()
        if name == language and len(code) == LETTERS and code not in BIBLIOGRAPHIC
    ]
    return found[-1] if found else language


def two(locale: str) -> str:
    """Return the language of a locale in two letters (``fa_AF`` → ``fa``)."""
    return locale.partition("_")[0]


def babel_name(code: str) -> str | None:
    """Return Babel's name for a code of two or three letters, or None where Babel does not know it."""
    own = {three_letters: locale for locale, three_letters in OWN.items()}
    name = own.get(code) or get_global("language_aliases").get(code, code).replace("-", "_")
    try:
        return str(Locale.parse(name))
    except (UnknownLocaleError, ValueError):
        return None


def english_name(locale: str) -> str:
    """Return how English calls a language (``nl`` → ``Dutch``); the code itself where nobody knows."""
    try:
        return Locale.parse(locale).get_language_name("en") or locale
    except (UnknownLocaleError, ValueError):
        return locale
