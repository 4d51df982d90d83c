"""The placeholders of phrases: what a caseworker fills in, and how it is written in a language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from bot.core.cleaning import clean
from bot.errors import NotAllowedError
from bot.i18n import writing
from bot.ports.desk import Field

FIELDS: Final = {
    field.name: field
    for field in (
        Field("name", "text", "Your name, as the contact sees it"),
        Field("person", "text", "Who, like: the guardian"),
        Field("place", "text", "Where"),
        Field("what", "text", "What"),
        Field("date", "date", "Day"),
        Field("time", "time", "Time"),
        Field("until", "time", "Until"),
        Field("number", "number", "How many"),
    )
}
"""Name → the field, in the order in which they are asked for. The labels are texts of the console."""
LONGEST: Final = 80
"""Characters of a text that is filled in."""


def written(field: Field, value: str, locale: str) -> str:
    """Return a value as it is written in a locale.

    Args:
        field: Which placeholder.
        value: A day as ``2026-01-31``, a time as ``14:30``, a whole number, or a text.
        locale: The language of the sentence.

    Raises:
        NotAllowedError: It is empty, too long, or no such day, time or number.
    """
    given = clean(value)
    try:
        match field.kind:
            case "date":
                return writing.weekday(dt.date.fromisoformat(given), locale)
            case "time":
                return writing.clock(dt.time.fromisoformat(given), locale)
            case "number":
                return writing.number(int(given), locale)
            case _:
                if given and len(given) <= LONGEST and "{" not in given and "\n" not in given:
                    return given
    except ValueError:
        pass
    msg = "Fill in every gap of the phrase: a day, a time, a number, or a few words without line breaks."
    raise NotAllowedError(msg)


def gaps(names: list[str]) -> tuple[Field, ...]:
    """Return the fields of the placeholders that a sentence has, in the order in which they are asked for."""
    return tuple(field for name, field in FIELDS.items() if name in names)


def put_in(text: str, values: Mapping[str, str]) -> str:
    """Return a sentence with its placeholders replaced, each by its own value and none by what a value holds."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
