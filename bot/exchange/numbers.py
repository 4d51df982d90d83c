"""Telephone numbers in texts: put in on the way out, taken out again on the way in.

RapidPro and Glific have no list of numbers, so a text carries the number itself, of the country it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.core.library import Library
from bot.exchange.words import Words
from bot.flowfiles.checks.numbers import PLACEHOLDER
from bot.i18n.isolates import LRI, PDI
from bot.i18n.writing import isolate, rtl

_MARKS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def names_in(words: Words) -> tuple[str, ...]:
    """Return the placeholders of a text, each once, in the order of the English."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(words.english)))


def known(library: Library, names: Iterable[str], country: str, audience: str) -> dict[str, str] | None:
    """Return the numbers of a country (empty: not known) that an audience may be shown; None where one is missing."""
    found = {name: library.number(country, name, "" if audience == "any" else audience) for name in names}
    return {name: one for name, one in found.items() if one} if all(found.values()) else None


def put_in(words: Words, numbers: Mapping[str, str]) -> Words:
    """Return a text as it is sent: with its numbers, and with marks of direction where the script runs from the right.

    All its placeholders must be among the numbers.
    """

    def change(text: str, locale: str) -> str:
        shape = f"{LRI}{{}}{PDI}" if rtl(locale) else "{}"
        return isolate(filled(text, {name: shape.format(one) for name, one in numbers.items()}), locale)

    return words.each(change)


def filled(text: str, numbers: Mapping[str, str]) -> str:
    """Return a text with its numbers, as they are."""
    return PLACEHOLDER.sub(lambda found: numbers.get(found[1], found[0]), text)


def take_out(words: Words, numbers: Mapping[str, str]) -> Words:
    """Return a text as it stands in a flow file: placeholders for its numbers, and no marks of direction.

    Of several names with the same number each is taken once, in their order.
    """
    longest = sorted(set(numbers.values()), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\d){re.escape(number)}(?!\d)" for number in longest)) if longest else None

    def change(text: str, _locale: str) -> str:
        left = {number: [name for name, one in numbers.items() if one == number] for number in longest}

        def named(found: re.Match[str]) -> str:
            names = left[found[0]]
            return f"{{{names.pop(0) if len(names) > 1 else names[0]}}}"

        plain = _MARKS.sub("", text)
        return pattern.sub(named, plain) if pattern else plain

    return words.each(change)
