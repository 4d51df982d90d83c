"""``remind``: let another flow come later. A day that is over reminds of nothing."""

from __future__ import annotations

from bot.core import reminders
from bot.core.flow import Flow, Remind
from bot.core.runner import STEPS, go
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, step: Remind) -> bool:
    """Start the reminder and go on."""
    now = turn.event.at
    if step.day:
        due = reminders.of_day(str(turn.conversation.slots.get(step.day, "")), step.days)
    else:
        due = reminders.afternoon(now, step.days)
    if due > now:
        reminders.start(turn, step.flow, due)
    return go(turn, step.next)


STEPS[Remind] = run
