"""The files beside the flows: telephone numbers, sources of facts, and phrases for caseworkers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import FlowError
from bot.flowfiles.marked import read


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(_Strict):
    """A telephone number, where it comes from, and whether anybody has called it."""

    number: str
    title: str
    source: str
    status: Literal["official", "operator", "secondary", "stale", "unconfirmed", "conflict"]
    hours: str = ""
    called: dt.date | None = None
    """When somebody last called it to try; None: nobody has."""
    allowed: bool = False
    """Whether it may be shown."""


class Source(_Strict):
    """Where a fact comes from, when it was looked at, and when to look again."""

    title: str
    url: str = ""
    checked: dt.date
    review_by: dt.date
    status: Literal["confirmed", "dated", "unconfirmed"]
    note: str = ""


class Phrase(_Strict):
    """A reviewed sentence that a caseworker picks in one language and the contact reads in another."""

    text: str


M = TypeVar("M", bound=BaseModel)


def _parse(model: type[M], value: object, file: str, line: int) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        msg = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FlowError(msg, file=file, line=line) from None


def contacts(folder: Path) -> Mapping[str, Mapping[str, Contact]]:
    """Return the telephone numbers by country (``EU`` for those that hold everywhere) and name.

    Raises:
        FlowError: The file is wrong.
    """
    file = f"{folder.name}/contacts.yml"
    found = read(folder / "contacts.yml", file)["contacts"]
    return {
        country: {name: _parse(Contact, value, file, table.lines[name]) for name, value in table.items()}
        for country, table in found.items()
    }


def sources(folder: Path) -> Mapping[str, Source]:
    """Return the sources by the id of their fact.

    Raises:
        FlowError: The file is wrong.
    """
    file = f"{folder.name}/sources.yml"
    found = read(folder / "sources.yml", file)["sources"]
    return {name: _parse(Source, value, file, found.lines[name]) for name, value in found.items()}


def phrases(folder: Path) -> Mapping[str, Phrase]:
    """Return the phrases by id.

    Raises:
        FlowError: The file is wrong.
    """
    file = f"{folder.name}/phrases.yml"
    found = read(folder / "phrases.yml", file)["phrases"]
    return {name: _parse(Phrase, value, file, found.lines[name]) for name, value in found.items()}


def numbers(folder: Path) -> dict[str, dict[str, str]]:
    """Return what may be shown: by country and name, the number alone."""
    return {
        country: {f"tel_{name}": contact.number for name, contact in table.items() if contact.allowed}
        for country, table in contacts(folder).items()
    }
