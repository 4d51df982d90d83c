"""``record``: keep what the contact told for the programme, or delete it."""

from __future__ import annotations

from bot.core import reminders
from bot.core.effects import DropRecord, KeepRecord
from bot.core.flow import Flow, Record
from bot.core.runner import STEPS, go
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, step: Record) -> bool:
    """Keep or delete, and go on."""
    conversation = turn.conversation
    if not step.slots:
        reminders.keep(turn, f"record:{step.record}", 0)
        turn.emit(DropRecord(step.record))
        return go(turn, step.next)
    until = turn.event.at + step.days * reminders.DAY_MS
    fields = {name: str(conversation.slots[name]) for name in step.slots if name in conversation.slots}
    reminders.keep(turn, f"record:{step.record}", until)
    turn.emit(
        KeepRecord(
            step.record, fields, until, conversation.locale, conversation.country, conversation.region,
            conversation.audience,
        )
    )  # fmt: skip
    return go(turn, step.next)


STEPS[Record] = run
