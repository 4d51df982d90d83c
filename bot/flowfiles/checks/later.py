"""What flows say back, remind of and keep: only what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import said
from bot.core.flow import Record, Remind
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.names import slots_of
from bot.flowfiles.checks.registry import Found, check


@check("unknown_answer", "Say back only answers of an `ask` or a choice with `set`; write {said_SLOT}.")
def unknown_answer(book: Book) -> Iterator[Found]:
    """Find places for answers that nothing asks for."""
    known = slots_of(book)
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
