"""What stands in the cells of a sheet: the columns, and texts that no program runs.

A spreadsheet program runs a cell that begins with ``=``, ``+``, ``-`` or ``@``. In a CSV file such a text gets an
apostrophe in front, and one that has such an apostrophe already gets another, so that reading takes just one away. In
an XLSX file the type of the cell says that it is a text.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

ID: Final = "id (do not change)"
WHERE: Final = "where"
PICTURE: Final = "picture"
ENGLISH: Final = "English (do not change)"
TRANSLATION: Final = "translation"
"""Followed by a space and the locale."""
MOST: Final = "maximum length"
PLACEHOLDERS: Final = "placeholders to keep"
TERMS: Final = "fixed terms"
STATE: Final = "state"
CHECKED: Final = "checked by"
NOTE: Final = "note"
COLUMNS: Final = (ID, WHERE, PICTURE, ENGLISH, TRANSLATION, MOST, PLACEHOLDERS, TERMS, STATE, CHECKED, NOTE)
WRITABLE: Final = frozenset({TRANSLATION, STATE, NOTE})
NEEDED: Final = (ID, ENGLISH, TRANSLATION)
"""Without these an import says nothing."""

_RUN: Final = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n]")


class Line(msgspec.Struct, frozen=True):
    """One row of a sheet that was read."""

    number: int
    """As the spreadsheet program counts: the header is 1."""
    cells: dict[str, str]
    """Column → text; ``translation`` without its locale."""
    wrong: str = ""
    """Why the row cannot be read; empty: it can."""


class Sheet(msgspec.Struct, frozen=True):
    """A sheet that was read."""

    locale: str
    lines: list[Line]


def guard(text: str) -> str:
    """Return a text as a CSV file holds it: no program runs it."""
    return f"'{text}" if _RUN.match(text) else text


def unguard(text: str) -> str:
    """Return the text that ``guard`` was given."""
    return text[1:] if _GUARDED.match(text) else text


def header(locale: str) -> list[str]:
    """Return the names of the columns for a locale."""
    return [f"{TRANSLATION} {locale}" if name == TRANSLATION else name for name in COLUMNS]


def columns(head: list[str]) -> tuple[str, dict[str, int]]:
    """Return the locale and where each column stands, in whatever order they are now.

    Returns:
        An empty locale where this is no sheet of ours.
    """
    places: dict[str, int] = {}
    locale = ""
    for at, cell in enumerate(head):
        name = cell.strip()
        if name.startswith(f"{TRANSLATION} "):
            locale, name = name.removeprefix(f"{TRANSLATION} ").strip(), TRANSLATION
        if name in COLUMNS:
            places.setdefault(name, at)
    return (locale if all(name in places for name in NEEDED) else ""), places
