"""What the checks look at: everything that people wrote, read once, and where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bot.config import ROOT
from bot.core.flow import Choose, Flow, Statement
from bot.core.library import statements_of, texts_of
from bot.errors import CatalogError, FlowError
from bot.flowfiles import load, reference, wordlists
from bot.flowfiles.marked import read
from bot.flowfiles.texts import PREFIX, group_context, phrase_context
from bot.i18n import catalogs

TOPICS: Final = ROOT / "nlu" / "topics.yml"
PHRASES: Final = Flow(id="phrases", title="", steps={})
"""Stands for the phrases of caseworkers where a text wants a flow."""
Severity = Literal["error", "warning"]


class Fault(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong, where, and how to mend it."""

    file: str
    line: int
    code: str
    severity: Severity
    message: str
    mend: str

    def __str__(self) -> str:
        """Return the fault as one line that editors can jump to."""
        return f"{self.file}:{self.line}: {self.severity}: {self.message} [{self.code}]\n    → {self.mend}"


class Text(msgspec.Struct, frozen=True):
    """One text in one locale, as a check reads it."""

    flow: Flow
    context: str
    msgid: str
    locale: str
    text: str
    place: tuple[str, int]


class Book(msgspec.Struct, frozen=True):
    """Everything that was read."""

    folder: Path
    flows: Mapping[str, Flow]
    places: Mapping[str, tuple[str, int]]
    topics: Mapping[str, str]
    """Topic → its group: rights, carer, risk, service."""
    contacts: Mapping[str, Mapping[str, reference.Contact]]
    contact_places: Mapping[str, tuple[str, int]]
    sources: Mapping[str, reference.Source]
    source_places: Mapping[str, tuple[str, int]]
    phrases: Mapping[str, reference.Phrase]
    phrase_places: Mapping[str, tuple[str, int]]
    phrase_groups: Mapping[str, reference.PhraseGroup]
    never: Mapping[str, tuple[wordlists.Never, ...]]
    hard: Mapping[str, tuple[wordlists.Hard, ...]]
    names: tuple[str, ...]
    signposts: Mapping[str, wordlists.Sign]
    pages: Mapping[str, catalogs.Read]
    """The catalogs of the web chat's and the console's pages."""
    catalogs: Mapping[str, catalogs.Read]
    today: dt.date
    unread: tuple[tuple[str, Exception], ...]
    """Files that could not be read: (code, error)."""

    def at(self, key: str) -> tuple[str, int]:
        """Return the place of a flow, ``flow/step``, ``flow/step/choice``; of the nearest above where it is unknown."""
        while key and key not in self.places:
            key = key.rpartition("/")[0]
        return self.places.get(key, (f"{self.folder.name}/", 1))

    def where(self, context: str, text: str) -> tuple[str, int]:
        """Return the place of a text."""
        return self.places.get(load.place_of(context, text)) or self.at(context.partition("@")[0])

    def statements(self) -> Iterator[tuple[Flow, Statement]]:
        """Yield every statement with its flow."""
        for flow in self.flows.values():
            for statement in statements_of(flow):
                if statement.text:
                    yield flow, statement

    def chooses(self) -> Iterator[tuple[Flow, Choose]]:
        """Yield every step that offers choices, with its flow."""
        for flow in self.flows.values():
            for step in flow.steps.values():
                if isinstance(step, Choose):
                    yield flow, step

    def texts(self) -> Iterator[Text]:
        """Yield every text of flows and phrases in English and in every locale that has it, fuzzy ones included."""
        for flow in self.flows.values():
            for context, msgid in texts_of(flow):
                yield from self.versions(flow, context, msgid)
        for name, phrase in self.phrases.items():
            yield from self.versions(PHRASES, phrase_context(name), phrase.text)
        for name, group in self.phrase_groups.items():
            yield from self.versions(PHRASES, group_context(name), group.title)

    def versions(self, flow: Flow, context: str, msgid: str) -> Iterator[Text]:
        """Yield one text in all locales that have it."""
        phrase = context.removeprefix(PREFIX) if flow is PHRASES else ""
        place = self.phrase_places.get(phrase) or self.where(context, msgid)
        yield Text(flow, context, msgid, "en", msgid, place)
        for locale, catalog in self.catalogs.items():
            entry = catalog.entries.get((context, msgid))
            if entry and entry.text:
                yield Text(flow, context, msgid, locale, entry.text, (catalog.file, entry.line))


def topics(path: Path = TOPICS) -> dict[str, str]:
    """Return every topic with its group.

    Raises:
        FlowError: The file is wrong.
    """
    found = read(path, f"{path.parent.name}/{path.name}")
    return {topic: group for group, table in found.items() if isinstance(table, dict) for topic in table}


def open_book(folder: Path, locales: Path, *, topics_file: Path = TOPICS, today: dt.date | None = None) -> Book:
    """Read everything. What cannot be read is empty in the book, and stands in ``unread``."""
    unread: list[tuple[str, Exception]] = []

    def attempt(reader: Any, *given: Any) -> Any:  # noqa: ANN401 - hands through whatever the reader gives
        try:
            return reader(*given)
        except FlowError as error:
            unread.append(("yaml", error))
        return {}

    loaded = load.load_all(folder)
    unread += [("yaml", error) for error in loaded.faults]
    domains: dict[str, dict[str, catalogs.Read]] = {catalogs.BOT: {}, catalogs.CONSOLE: {}}
    for locale in catalogs.locales(locales):
        for domain, found in domains.items():
            if catalogs.path_of(locales, locale, domain).is_file():
                try:
                    found[locale] = catalogs.read(locales, locale, domain)
                except CatalogError as error:
                    unread.append(("catalog", error))
    phrases = (folder / "phrases.yml").is_file()
    book = Book(
        folder=folder,
        flows=loaded.flows,
        places=loaded.places,
        topics=attempt(topics, topics_file),
        contacts=attempt(reference.contacts, folder),
        contact_places=_quiet(folder, "contacts"),
        sources=attempt(reference.sources, folder),
        source_places=_quiet(folder, "sources"),
        phrases=attempt(reference.phrases, folder) if phrases else {},
        phrase_places=_quiet(folder, "phrases") if phrases else {},
        phrase_groups=attempt(reference.phrase_groups, folder),
        never=attempt(wordlists.never, folder),
        hard=attempt(wordlists.hard_words, folder),
        names=tuple(attempt(wordlists.names, folder)),
        signposts=attempt(wordlists.signposts, folder),
        pages=domains[catalogs.CONSOLE],
        catalogs=domains[catalogs.BOT],
        today=today or dt.datetime.now(tz=dt.UTC).date(),
        unread=(),
    )
    return msgspec.structs.replace(book, unread=tuple(unread))


def _quiet(folder: Path, name: str) -> dict[str, tuple[str, int]]:
    """Return the lines of a file that was complained about already where it is wrong."""
    try:
        return reference.lines(folder, name)
    except FlowError:
        return {}
