"""How a locale writes: direction, digits, dates, and what must not be turned around in right-to-left text."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from bot.i18n.isolates import LRI, PDI, set_apart

ZEROS: Final = {"arab": 0x660, "arabext": 0x6F0, "deva": 0x966, "beng": 0x9E6}
"""CLDR's name of a numbering system → its zero; the other digits follow it."""
PSEUDO: Final = {"en_XA": "en", "ar_XB": "ar"}
"""Locales that nobody speaks, to find untranslated text with (CLDR's names) → the locale whose rules they follow."""


@functools.lru_cache(maxsize=64)
def rtl(locale: str) -> bool:
    """Tell whether a locale is written from right to left; one that Babel does not know is not."""
    try:
        return bool(known(locale).character_order == "right-to-left")
    except (UnknownLocaleError, ValueError):
        return False


def known(locale: str) -> Locale:
    """Return Babel's locale; of a pseudo-locale, the one whose rules it follows.

    Raises:
        babel.UnknownLocaleError, ValueError: There is no such locale.
    """
    return Locale.parse(PSEUDO.get(locale, locale))


def isolate(text: str, locale: str) -> str:
    """Return a text with its numbers and Latin names set apart, where the locale runs from right to left.

    Without it a telephone number of several groups is shown with its groups in the wrong order, and brackets turn the
    wrong way. Rules: ``isolates``.
    """
    return set_apart(text, known(locale).language) if rtl(locale) else text


def telephone(number: str, locale: str) -> str:
    """Return a telephone number as it is dialled: 0 to 9 in every locale, its groups kept together and in order."""
    kept = re.sub(r"[ \u00a0]+", "\u00a0", number.strip())
    return f"{LRI}{kept}{PDI}" if rtl(locale) else kept


def number(value: float, locale: str) -> str:
    """Return a number in the digits and with the signs of the locale."""
    return _digits(format_decimal(value, locale=known(locale), numbering_system="default"), locale)


def date(value: dt.date, locale: str) -> str:
    """Return a day as the locale writes it, with the name of the month."""
    return _digits(format_date(value, format="long", locale=known(locale)), locale)


def weekday(value: dt.date, locale: str) -> str:
    """Return a day as the locale writes it, with the day of the week: for an appointment nobody should miss."""
    return _digits(format_date(value, format="full", locale=known(locale)), locale)


def clock(value: dt.time | dt.datetime, locale: str) -> str:
    """Return a time of day as the locale writes it, without seconds."""
    return _digits(format_time(value, format="short", locale=known(locale)), locale)


def _digits(text: str, locale: str) -> str:
    """Babel knows a locale's digits by name and writes 0 to 9; write the locale's own."""
    zero = ZEROS.get(known(locale).default_numbering_system)
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)}) if zero else text
