"""Truth: every statement names its source, and the source holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.core.flow import Say, Statement
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.reference import unfit

NONE: Final = "none"
"""The source of a sentence that states no fact."""
_FIGURE: Final = re.compile(r"(?<!\{)\b\d+\b(?![^{]*\})|%|€")


def _said(book: Book) -> Iterator[Statement]:
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Say):
                yield from step.say
                for added in step.overlay.values():
                    yield from added


def _used(book: Book) -> dict[str, Statement]:
    """Return every source that is used, with the first statement that uses it."""
    used: dict[str, Statement] = {}
    for statement in _said(book):
        for source in statement.sources:
            used.setdefault(source, statement)
    return used


@check("missing_source", "Add `source:` with an id of flows/sources.yml, or `source: none` if it states no fact.")
def missing_source(book: Book) -> Iterator[Found]:
    """Find statements of which nobody said where they come from."""
    for statement in _said(book):
        if not statement.sources:
            yield book.where(statement.context, statement.text), "a statement has no source"
        elif NONE in statement.sources and len(statement.sources) > 1:
            yield book.where(statement.context, statement.text), "a statement has sources and `none`"


@check("unknown_source", "Add the fact to flows/sources.yml, or correct the id.")
def unknown_source(book: Book) -> Iterator[Found]:
    """Find sources that do not exist."""
    if not book.sources:  # the file itself is the fault, and is told once
        return
    for statement in _said(book):
        for source in statement.sources:
            if source != NONE and source not in book.sources:
                yield book.where(statement.context, statement.text), f"there is no source {source!r}"


@check("fact_without_source", "Name the source of the figure, or say it without one.", severity="warning")
def fact_without_source(book: Book) -> Iterator[Found]:
    """Find statements with a figure that claim to state no fact."""
    for statement in _said(book):
        if statement.sources == (NONE,) and _FIGURE.search(statement.text):
            yield book.where(statement.context, statement.text), "a statement with a figure has `source: none`"


@check(
    "unconfirmed_source",
    "Confirm the fact and set its status, or take the statement out. It is not said until then.",
)
def unconfirmed_source(book: Book) -> Iterator[Found]:
    """Find statements that rest on a fact nobody has confirmed."""
    for name, statement in _used(book).items():
        source = book.sources.get(name)
        if source and not source.off and name in unfit(book.sources):
            yield book.where(statement.context, statement.text), f"the source {name} is unconfirmed"


@check(
    "source_off", "Switch it on again when it holds, or take its statements out.", severity="warning", release="warning"
)
def source_off(book: Book) -> Iterator[Found]:
    """Find facts that are switched off: their statements are not said."""
    for name, statement in _used(book).items():
        if name in book.sources and book.sources[name].off:
            yield book.where(statement.context, statement.text), f"the source {name} is switched off"


@check("expired_source", "Look at the source again and set `checked` and `review_by`.", severity="warning")
def expired_source(book: Book) -> Iterator[Found]:
    """Find facts whose day of review has passed."""
    for name in _used(book):
        source = book.sources.get(name)
        if source and source.review_by < book.today:
            yield book.source_places.get(name, ("", 1)), f"the source {name} was to be reviewed by {source.review_by}"


@check(
    "unreviewed_source",
    "Let somebody who knows the law of that country look at it, and write their name into `reviewed_by`.",
    severity="warning",
)
def unreviewed_source(book: Book) -> Iterator[Found]:
    """Find facts of which nobody has said yet that they were understood rightly; one fault for the file."""
    names = [name for name in _used(book) if name in book.sources and not book.sources[name].reviewed_by]
    if names:
        place = book.source_places.get(names[0], ("", 1))
        yield place, f"{len(names)} facts that are told were reviewed by nobody, {names[0]} first"


@check("empties_step", "Add a statement that holds everywhere, or confirm the facts.", severity="warning")
def empties_step(book: Book) -> Iterator[Found]:
    """Find steps that say nothing at all once unconfirmed and switched-off facts are left out."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Say) and step.say and not any(holds(book, statement) for statement in step.say):
                yield book.at(f"{flow.id}/{step.id}"), f"with the facts that hold, {flow.id}/{step.id} says nothing"


def holds(book: Book, statement: Statement) -> bool:
    """Whether a statement may be said: none of its facts is switched off or unconfirmed."""
    return not unfit(book.sources).intersection(statement.sources)
