"""The words of the book itself: headings and how to mark it. ``words.yml`` holds them; without a locale, English."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import msgspec
import yaml

FILE: Final = Path(__file__).with_name("words.yml")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands around the texts of the assistant, in one locale."""

    title: str
    kind: str
    how: tuple[str, ...]
    name: str
    day: str
    sign: str
    child: str
    carer: str
    called: str
    rest: str
    phrases: str
    sources: str
    index: str
    printed: str
    texts: str
    states: dict[str, str]
    facts: str


@functools.cache
def table() -> dict[str, Words]:
    """Return the words of every locale."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), dict[str, Words])


def words(locale: str) -> Words:
    """Return the words of a locale, or the English ones."""
    return table().get(locale) or table()["en"]
