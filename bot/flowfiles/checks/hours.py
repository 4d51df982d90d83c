"""Hours of telephone numbers: a step reads well while one of them is closed, and says the hours that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from bot.core.flow import Flow, Say, Statement
from bot.core.library import COUNTRIES
from bot.core.numbers import DAY
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.numbers import number_of, placeholders
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.hours import read
from bot.flowfiles.reference import ALWAYS

Week: TypeAlias = tuple[tuple[tuple[int, int], ...], ...]

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SAID: Final = re.compile(rf"({'|'.join(WEEKDAYS)})(?: to ({'|'.join(WEEKDAYS)}))?,? (\d{{1,2}}) to (\d{{1,2}})\b")
_ROUND: Final = re.compile(r"\bday and night\b", re.IGNORECASE)
_CALLING: Final = re.compile(r"\b(?:call|phone|number|line)s?\b|:$", re.IGNORECASE)


class Shown(msgspec.Struct, frozen=True):
    """A step as it is said in one place: what is added there, and for whom."""

    flow: Flow
    step: Say
    country: str
    key: str
    """The overlay; empty where none is added."""
    statements: tuple[Statement, ...]


def shown(book: Book) -> Iterator[Shown]:
    """Yield every step that tells something, as it is said in each country and region."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            if not isinstance(step, Say):
                continue
            for country in flow.countries or COUNTRIES:
                here = [key for key in step.overlay if key.partition("-")[0] == country or key.startswith("age:")]
                for key in here if country in here else ["", *here]:
                    added = step.overlay.get(key, ())
                    yield Shown(flow, step, country, key, (*step.say, *added))


def closing(book: Book, one: Shown, statement: Statement) -> str:
    """Return the name of a number of a statement that is closed at times there, or an empty text."""
    for name in placeholders(statement.text):
        contact = number_of(book, one.country, name, one.flow.audience)
        if contact and contact.times and name.removeprefix("tel_") not in ALWAYS:
            return name
    return ""


@check(
    "closed_silently",
    "Add `closed:` to the statement: a sentence that is said instead, with the time when it opens.",
    severity="warning",
)
def closed_silently(book: Book) -> Iterator[Found]:
    """Find sentences that are left out without a word while their number is closed."""
    for one in shown(book):
        for statement in one.statements:
            name = closing(book, one, statement)
            if name and not statement.closed:
                place = book.where(statement.context, statement.text)
                yield place, f"while {{{name}}} of {one.country} is closed, the sentence is left out without a word"


@check("closed_empty", "Add `closed:` to a statement, or a sentence that holds at any time.")
def closed_empty(book: Book) -> Iterator[Found]:
    """Find steps that say nothing at all while their numbers are closed."""
    for one in shown(book):
        if one.statements and all(closing(book, one, s) and not s.closed for s in one.statements):
            yield (
                book.at(f"{one.flow.id}/{one.step.id}"),
                f"while its number is closed, it says nothing in {one.country}",
            )


@check("closed_misleads", "Add `closed:` to the statement that has the number, so that nobody waits for it.")
def closed_misleads(book: Book) -> Iterator[Found]:
    """Find steps that speak of calling, and leave out whom to call while the number is closed."""
    for one in shown(book):
        left = [s for s in one.statements if closing(book, one, s) and not s.closed]
        kept = [s for s in one.statements if s not in left]
        if left and any(_CALLING.search(s.text) and not placeholders(s.text) for s in kept):
            place = book.where(left[0].context, left[0].text)
            yield place, f"the step speaks of calling, and in {one.country} leaves the number out while it is closed"


@check(
    "closed_text",
    "While it is closed say when it opens, without the number; take `closed:` out where the number has no hours.",
)
def closed_text(book: Book) -> Iterator[Found]:
    """Find texts for the time when a number is closed that show it, or that are never said."""
    needed: dict[tuple[str, str], bool] = {}
    for one in shown(book):
        for statement in one.statements:
            if statement.closed:
                key = (statement.context, statement.closed)
                needed[key] = needed.get(key, False) or bool(closing(book, one, statement))
                name = closing(book, one, Statement(statement.closed, ""))
                if name:
                    yield book.where(*key), f"{{{name}}} of {one.country} is shown while it is closed"
    for key, used in needed.items():
        if not used:
            yield book.where(*key), "this is never said: no number of the statement has hours"


@check("other_hours", "Say the hours that flows/contacts.yml has, or correct `open:` there.")
def other_hours(book: Book) -> Iterator[Found]:
    """Find texts that tell other hours than the number has."""
    for step in shown(book):
        for statement in step.statements:
            country, audience = step.country, step.flow.audience
            names = [n for n in placeholders(statement.text) if n.removeprefix("tel_") not in ALWAYS]
            found = [contact for n in names if (contact := number_of(book, country, n, audience))]
            for text in filter(None, (statement.text, statement.closed)):
                said = told(text)
                if said and found and all(not one.open or read(one.open).week != said for one in found):
                    place = book.where(statement.context, text)
                    has = " or ".join(contact.open or "unknown" for contact in found)
                    yield place, f"the text tells other hours than {', '.join(names)} of {country}: {has}"


def told(text: str) -> Week | None:
    """Return the week that an English text tells, or None where it tells none."""
    if _ROUND.search(text):
        return (((0, DAY),),) * 7
    week: list[tuple[tuple[int, int], ...]] = [()] * 7
    for found in _SAID.finditer(text):
        first = WEEKDAYS.index(found[1])
        last = WEEKDAYS.index(found[2] or found[1])
        for day in range(first, last + (7 if last < first else 0) + 1):
            week[day % 7] = ((int(found[3]) * 60, int(found[4]) * 60),)
    return tuple(week) if any(week) else None
