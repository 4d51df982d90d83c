"""What flows say back, remind of and keep: only what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import said
from bot.core.flow import Ask, Choose, Record, Remind, Set
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check


def slots(book: Book) -> set[str]:
    """Return the names of all answers that some flow asks for, or remembers."""
    found: set[str] = set()
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Ask):
                found.add(step.slot)
            elif isinstance(step, Choose):
                found |= {name for choice in step.choose for name in choice.set}
            elif isinstance(step, Set):
                found |= set(step.set)
    return found


@check("unknown_answer", "Say back only answers of an `ask` or a choice with `set`; write {said_SLOT}.")
def unknown_answer(book: Book) -> Iterator[Found]:
    """Find places for answers that nothing asks for."""
    known = slots(book)
    for flow, statement in book.statements():
        for name in said.names(statement.text):
            if name not in known:
                yield book.where(statement.context, statement.text), f"nothing asks for {name!r}, which {flow.id} says"
    for flow in book.flows.values():
        for step in flow.steps.values():
            wanted = step.slots if isinstance(step, Record) else (step.day,) if isinstance(step, Remind) else ()
            for name in wanted:
                if name and name not in known:
                    yield book.at(f"{flow.id}/{step.id}"), f"nothing asks for {name!r}"
