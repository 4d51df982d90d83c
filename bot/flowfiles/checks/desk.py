"""What caseworkers send: forms that only ask, safety that is asked about a topic, and phrases with their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.core.flow import Act, Ask, Choose, Escalate, Flow
from bot.core.library import SYSTEM_FLOWS
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.numbers import placeholders
from bot.flowfiles.checks.paths import enters
from bot.flowfiles.checks.registry import Found, Place, check
from bot.flowfiles.fields import FIELDS

PREFIX: Final = "tel_"


@check("useless_form", "A form only says and asks; take the step out, or `form: true`.")
def useless_form(book: Book) -> Iterator[Found]:
    """Find forms that ask nothing, or that do something of their own: they are never offered to caseworkers."""
    for flow in book.flows.values():
        if not flow.form:
            continue
        around = _around(book, flow)
        if flow.topic or not any(isinstance(step, Ask | Choose) for one in around for step in one.steps.values()):
            yield book.at(flow.id), f"the form {flow.id} has a topic, or asks nothing"
        for one in around:
            for step in one.steps.values():
                if isinstance(step, Act | Escalate):
                    yield book.at(f"{one.id}/{step.id}"), f"the form {flow.id} does something at {step.id!r}"


def _around(book: Book, flow: Flow) -> list[Flow]:
    linked = [book.flows[name] for name in enters(flow) if name in book.flows and name not in SYSTEM_FLOWS]
    return [flow, *(one for one in linked if not one.topic)]


@check("safe_first_unused", "Give the flow a topic, or take `safe_first` out.")
def safe_first_unused(book: Book) -> Iterator[Found]:
    """Find ``safe_first`` where it does nothing: cases are opened by topic."""
    for flow in book.flows.values():
        if flow.safe_first and not flow.topic:
            yield book.at(flow.id), f"{flow.id} has no topic, so no case is ever opened by it"


@check("unknown_group", "Write the group into flows/phrase_groups.yml, or begin the id with one that is there.")
def unknown_group(book: Book) -> Iterator[Found]:
    """Find phrases that belong to no group, and groups without a phrase."""
    used = set()
    for name in book.phrases:
        group = name.partition(".")[0]
        used.add(group)
        if book.phrase_groups and group not in book.phrase_groups:
            yield _place(book, name), f"there is no group {group!r}"
    for group in book.phrase_groups.keys() - used:
        yield (f"{book.folder.name}/phrase_groups.yml", 1), f"the group {group!r} has no phrase"


@check("unknown_field", f"Use {', '.join('{' + name + '}' for name in FIELDS)}, or {{tel_NAME}} of flows/contacts.yml.")
def unknown_field(book: Book) -> Iterator[Found]:
    """Find placeholders of phrases that nobody can fill in."""
    numbers = {f"{PREFIX}{name}" for table in book.contacts.values() for name, one in table.items() if one.allowed}
    for name, phrase in book.phrases.items():
        for field in placeholders(phrase.text):
            if field not in FIELDS and field not in numbers:
                yield _place(book, name), f"nothing fills {{{field}}} in the phrase {name}"


def _place(book: Book, phrase: str) -> Place:
    return book.phrase_places.get(phrase, (f"{book.folder.name}/phrases.yml", 1))
