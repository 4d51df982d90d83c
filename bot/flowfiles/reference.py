"""The files beside the flows: telephone numbers, sources of facts, and phrases for caseworkers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.core.numbers import Hours, Number
from bot.errors import FlowError
from bot.flowfiles.hours import EXAMPLE
from bot.flowfiles.hours import read as read_hours
from bot.flowfiles.marked import Map, read

CONVENTION: Final = "ALL-RIG-"
"""Ids of the Convention on the Rights of the Child: it is stable, though its text was not at hand."""
ALWAYS: Final = frozenset({"emergency", "police"})
"""Numbers that are shown to everybody at any time, also where nobody has called them to try."""


class Strict(BaseModel):
    """What an entry of a file may hold, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(Strict):
    """A telephone number, where it comes from, and whether anybody has called it."""

    number: str
    title: str
    source: str
    status: Literal["official", "operator", "secondary", "stale", "unconfirmed", "conflict"]
    hours: str = ""
    """What is known of its hours, in words."""
    open: str = Field("", description=EXAMPLE)
    """The same as software reads it (``bot.flowfiles.hours``), local time; empty: not known, and it is shown always."""
    languages: tuple[str, ...] = ()
    """In which languages somebody answers; empty: not known."""
    audience: tuple[Literal["child", "carer", "caseworker"], ...] = ()
    """Who may be shown it; empty: everybody."""
    called: dt.date | None = None
    """When somebody last called it to try; None: nobody has."""
    allowed: bool = False
    """Whether it may be shown."""

    @field_validator("open")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            read_hours(value)
        return value

    @property
    def times(self) -> Hours | None:
        """Its hours, where it has some: None where somebody answers at any time, or nobody knows when."""
        found = read_hours(self.open) if self.open else None
        return None if found is None or found.always else found


class Source(Strict):
    """Where a fact comes from, when it was looked at, and when to look again."""

    title: str
    url: str = ""
    checked: dt.date
    review_by: dt.date
    status: Literal["confirmed", "dated", "unconfirmed"]
    note: str = ""
    reviewed_by: str = ""
    """Who looked at the fact and at what we make of it; empty: nobody yet."""
    off: bool = False
    """Switched off: what rests on it is not said in any flow or language."""


class Phrase(Strict):
    """A reviewed sentence that a caseworker picks in one language and the contact reads in another."""

    text: str
    keywords: str = ""
    """English words that a caseworker may look for and that are not in the text."""


class PhraseGroup(Strict):
    """What some phrases are for; the ids of its phrases begin with its own."""

    title: str
    keywords: dict[str, str] = {}
    """Locale → words of that language that a caseworker may look for; never shown."""


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], value: object, file: str, line: int) -> M:
    """Return an entry of a file.

    Raises:
        FlowError: It is wrong; with file and line.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        msg = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FlowError(msg, file=file, line=line) from None


def mapping(value: object, file: str, line: int) -> Map:
    """Return a value that must be a mapping.

    Raises:
        FlowError: It is none; with file and line.
    """
    if not isinstance(value, Map):
        msg = "must be a mapping"
        raise FlowError(msg, file=file, line=line)
    return value


def top(folder: Path, name: str) -> tuple[str, Map]:
    """Return the name of a file beside the flows, and the mapping that it holds under its own name.

    Raises:
        FlowError: The file is wrong.
    """
    file = f"{folder.name}/{name}.yml"
    found = read(folder / f"{name}.yml", file)
    if name not in found:
        msg = f"must hold {name!r} at its top"
        raise FlowError(msg, file=file, line=1)
    return file, mapping(found[name], file, found.lines[name])


def lines(folder: Path, name: str) -> dict[str, tuple[str, int]]:
    """Return where each entry of ``contacts`` (``BE.child``), ``sources`` or ``phrases`` stands: (file, line).

    Raises:
        FlowError: The file is wrong.
    """
    file, found = top(folder, name)
    places = {key: (file, line) for key, line in found.lines.items()}
    if name == "contacts":
        for country, table in found.items():
            places |= {f"{country}.{key}": (file, line) for key, line in table.lines.items()}
    return places


def contacts(folder: Path) -> Mapping[str, Mapping[str, Contact]]:
    """Return the telephone numbers by country (``EU`` for those that hold everywhere) and name.

    Raises:
        FlowError: The file is wrong.
    """
    file, found = top(folder, "contacts")
    return {
        country: {
            name: parse(Contact, value, file, table.lines[name])
            for name, value in mapping(table, file, found.lines[country]).items()
        }
        for country, table in found.items()
    }


def sources(folder: Path) -> Mapping[str, Source]:
    """Return the sources by the id of their fact.

    Raises:
        FlowError: The file is wrong.
    """
    file, found = top(folder, "sources")
    return {name: parse(Source, value, file, found.lines[name]) for name, value in found.items()}


def unfit(known: Mapping[str, Source]) -> frozenset[str]:
    """Return the sources on which nothing may rest: switched off, or unconfirmed and not of the Convention."""
    return frozenset(
        name
        for name, one in known.items()
        if one.off or (one.status == "unconfirmed" and not name.startswith(CONVENTION))
    )


def phrases(folder: Path) -> Mapping[str, Phrase]:
    """Return the phrases by id.

    Raises:
        FlowError: The file is wrong.
    """
    file, found = top(folder, "phrases")
    return {name: parse(Phrase, value, file, found.lines[name]) for name, value in found.items()}


def phrase_groups(folder: Path) -> Mapping[str, PhraseGroup]:
    """Return the groups of phrases by id, in the order in which they are shown; none where the file is not there.

    Raises:
        FlowError: The file is wrong.
    """
    if not (folder / "phrase_groups.yml").is_file():
        return {}
    file, found = top(folder, "phrase_groups")
    return {name: parse(PhraseGroup, value, file, found.lines[name]) for name, value in found.items()}


def numbers(folder: Path, *, release: bool = False) -> dict[str, dict[str, Number]]:
    """Return what may be shown, by country and name.

    Args:
        folder: The flows.
        release: Whether children use it: then what nobody has called is not shown, but for ``ALWAYS``.

    Raises:
        FlowError: The file is wrong.
    """
    return {
        country: {
            f"tel_{name}": _number(name, one)
            for name, one in table.items()
            if one.allowed and (one.called or name in ALWAYS or not release)
        }
        for country, table in contacts(folder).items()
    }


def _number(name: str, contact: Contact) -> Number:
    if name in ALWAYS:
        return Number(contact.number)
    return Number(contact.number, contact.times, contact.audience)
