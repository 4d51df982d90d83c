"""What a contact answered, said back to them: ``{said_town}`` stands for the answer in the slot ``town``.

A choice is said by its label, in the contact's language; without an answer the statement is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.core.conversation import Slot
from bot.core.effects import TextRef
from bot.core.flow import Choose, Statement
from bot.core.library import Library

PREFIX: Final = "said_"
_PLACE: Final = re.compile(r"\{said_(\w+)\}")


def names(text: str) -> list[str]:
    """Return the slots whose answers a text says."""
    return _PLACE.findall(text)


def values(
    statements: Iterable[Statement], slots: Mapping[str, Slot], library: Library
) -> tuple[tuple[str, str | TextRef], ...]:
    """Return placeholder → what stands for it, of all that the statements say back and that is known."""
    wanted = dict.fromkeys(
        (name, statement.context.partition("/")[0]) for statement in statements for name in names(statement.text)
    )
    return tuple(
        (PREFIX + name, label(library, flow, name, slots[name]) or str(slots[name]))
        for name, flow in wanted
        if name in slots
    )


def label(library: Library, flow: str, slot: str, value: Slot) -> TextRef | None:
    """Return the label of the choice that keeps a value in a slot: of this flow first, else of any."""
    own = library.flows.get(flow)
    for each in (*((own,) if own else ()), *library.flows.values()):
        for step in each.steps.values():
            if isinstance(step, Choose):
                for choice in step.choose:
                    if choice.set.get(slot) == str(value):
                        return TextRef(f"{each.id}/{step.id}", choice.label)
    return None
