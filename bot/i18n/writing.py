"""How a locale writes: direction, digits, dates, and what must not be turned around in right-to-left text."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

LRI: Final = "\u2066"
"""Begins a run that goes from left to right, whatever stands around it."""
PDI: Final = "\u2069"
"""Ends it."""
ZEROS: Final = {"arab": 0x660, "arabext": 0x6F0, "deva": 0x966, "beng": 0x9E6}
"""CLDR's name of a numbering system → its zero; the other digits follow it."""
_MARKED: Final = re.compile("[\u2066-\u2069\u202a-\u202e]")
_DIGIT: Final = "\\d\u0660-\u0669\u06f0-\u06f9"
_LATIN: Final = "A-Za-z\u00c0-\u024f"
_NUMBER: Final = rf"\+?\(?\d[{_DIGIT} \u00a0./():+-]*[{_DIGIT}]"
_NAME: Final = f"[{_LATIN}][{_LATIN}0-9@._'\u2019&/:+-]*"
_RUN: Final = re.compile(f"{_NUMBER}|{_NAME}(?:[ \u00a0](?:{_NAME}|[0-9]+))*")
"""A number of several digits, or Latin words, names and addresses that follow each other."""


@functools.lru_cache(maxsize=64)
def rtl(locale: str) -> bool:
    """Tell whether a locale is written from right to left; one that Babel does not know is not."""
    try:
        return bool(Locale.parse(locale).character_order == "right-to-left")
    except (UnknownLocaleError, ValueError):
        return False


def isolate(text: str, locale: str) -> str:
    """Return a text with its numbers and Latin names set apart, where the locale runs from right to left.

    Without it a telephone number of several groups is shown with its groups in the wrong order. A text that holds such
    signs already is left alone.
    """
    if not rtl(locale) or _MARKED.search(text):
        return text
    return _RUN.sub(lambda found: _apart(found[0]), text)


def _apart(run: str) -> str:
    whole = run.rstrip(".:/ \u00a0")  # what ends the sentence is no part of the name
    return f"{LRI}{whole}{PDI}{run[len(whole) :]}"


def telephone(number: str, locale: str) -> str:
    """Return a telephone number as it is dialled: 0 to 9 in every locale, its groups kept together and in order."""
    kept = re.sub(r"[ \u00a0]+", "\u00a0", number.strip())
    return f"{LRI}{kept}{PDI}" if rtl(locale) else kept


def number(value: float, locale: str) -> str:
    """Return a number in the digits and with the signs of the locale."""
    return _digits(format_decimal(value, locale=locale, numbering_system="default"), locale)


def date(value: dt.date, locale: str) -> str:
    """Return a day as the locale writes it, with the name of the month."""
    return _digits(format_date(value, format="long", locale=locale), locale)


def clock(value: dt.time | dt.datetime, locale: str) -> str:
    """Return a time of day as the locale writes it, without seconds."""
    return _digits(format_time(value, format="short", locale=locale), locale)


def _digits(text: str, locale: str) -> str:
    """Babel knows a locale's digits by name and writes 0 to 9; write the locale's own."""
    zero = ZEROS.get(Locale.parse(locale).default_numbering_system)
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)}) if zero else text
