"""Puts the book together: chapters, what remains, where facts come from, and where each number stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bot.book.chapters import Chapter, Writer
from bot.book.numbers import Numbers, Sentence
from bot.book.remaining import Rest, of_flows, of_phrases
from bot.core.library import Library
from bot.errors import CatalogError, FlowError
from bot.flowfiles import build, reference
from bot.i18n import catalogs, review
from nlu.text.topics import TOPICS

LAST: Final = frozenset({"menu", "greet", "thanks", "goodbye", "affirm", "deny", "out_of_scope"})
"""Topics that say little: they come last."""


class Fact(msgspec.Struct, frozen=True):
    """Where a fact comes from."""

    id: str
    source: reference.Source
    told: tuple[int, ...]
    """The numbers of the sentences that tell it."""


class Book(msgspec.Struct, frozen=True):
    """A book in one locale."""

    locale: str
    chapters: tuple[Chapter, ...]
    rest: tuple[Rest, ...]
    facts: tuple[Fact, ...]
    sentences: tuple[Sentence, ...]
    states: dict[str, int]
    """How many of these texts are in each state of review; empty for English."""
    reviewers: tuple[str, ...]
    checked: tuple[dt.date, dt.date] | None
    """When the oldest and the newest of the facts were looked at."""


def make(
    flows: Path,
    locales: Path,
    transcripts: Path,
    locale: str,
    topics: Sequence[str] = (),
    library: Library | None = None,
) -> Book:
    """Return the book.

    Args:
        flows: The folder of the flows.
        locales: The folder of the catalogs.
        transcripts: The folder of the golden transcripts.
        locale: The language to be read.
        topics: Only these; none: all, with everything that is said besides.
        library: What was read from these folders already; none: it is read now.

    Raises:
        FlowError: A file is wrong, there is no such topic, or there are no transcripts.
        CatalogError: A catalog is wrong, or there is none for the locale.
    """
    library = library or build.library(flows, locales)
    if locale not in library.texts:
        msg = f"There is no catalog of {locale!r}; there are {', '.join(library.texts)}."
        raise CatalogError(msg)
    if unknown := sorted(set(topics) - set(TOPICS)):
        msg = f"there is no topic {', '.join(unknown)}; there are {', '.join(TOPICS)}"
        raise FlowError(msg)
    numbers = Numbers(library, locale)
    writer = Writer(transcripts, numbers)
    order = sorted(TOPICS, key=lambda topic: topic in LAST)
    chapters = [chapter for topic in order if not topics or topic in topics for chapter in writer.chapters(topic)]
    if not chapters:
        msg = f"there are no transcripts in {transcripts}; write them with python -m tests.golden.walking"
        raise FlowError(msg)
    wanted = [flow for flow in library.flows.values() if not topics or flow.topic in topics]
    rest = of_flows(numbers, wanted)
    if not topics:
        phrases = {name: phrase.text for name, phrase in reference.phrases(flows).items()}
        rest += of_phrases(numbers, phrases)
    facts = _facts(numbers.sentences, reference.sources(flows))
    marks = _marks(catalogs.read(locales, locale), numbers.sentences) if locale != "en" else []
    days = [fact.source.checked for fact in facts]
    return Book(
        locale=locale,
        chapters=tuple(chapters),
        rest=tuple(rest),
        facts=tuple(facts),
        sentences=tuple(numbers.sentences),
        states={state: count for state, count in review.tally(marks).items() if count},
        reviewers=tuple(dict.fromkeys(mark.by for mark in marks if mark.by)),
        checked=(min(days), max(days)) if days else None,
    )


def _facts(sentences: Collection[Sentence], sources: Mapping[str, reference.Source]) -> list[Fact]:
    told: dict[str, list[int]] = {}
    for one in sentences:
        for name in one.sources:
            told.setdefault(name, []).append(one.number)
    return [Fact(name, sources[name], tuple(told[name])) for name in sorted(told) if name in sources]


def _marks(read: catalogs.Read, sentences: Collection[Sentence]) -> list[review.Mark]:
    """Return what people did about each text of the book; of several places the least checked."""
    found = []
    for one in sentences:
        entries = [read.entries.get((place, one.english)) for place in one.places]
        marks = [entry.mark for entry in entries if entry]
        found += [min(marks, key=lambda mark: review.STATES.index(mark.state))] if marks else []
    return found


def spans(chapters: Collection[Chapter]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the first and the last number of each chapter, by topic and audience."""
    found = {}
    for chapter in chapters:
        numbers = [
            line.sentence.number
            for talk in chapter.talks
            for bubble in talk.bubbles
            for line in (*bubble.lines, *bubble.buttons)
            if line.first
        ]
        if chapter.title and chapter.title.first:
            numbers.append(chapter.title.sentence.number)
        found[chapter.topic, chapter.audience] = (min(numbers, default=0), max(numbers, default=0))
    return found


def twice(book: Book) -> list[int]:
    """Return the numbers that the book asks about more than once or never; a whole book has none."""
    asked: Counter[int] = Counter(
        line.sentence.number
        for chapter in book.chapters
        for talk in chapter.talks
        for bubble in talk.bubbles
        for line in (*bubble.lines, *bubble.buttons)
        if line.first
    )
    asked.update(one.title.sentence.number for one in book.chapters if one.title and one.title.first)
    asked.update(line.sentence.number for rest in book.rest for line in rest.lines)
    return [one.number for one in book.sentences if asked[one.number] != 1]
