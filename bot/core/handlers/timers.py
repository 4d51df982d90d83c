"""What the clock does to a conversation."""

from __future__ import annotations

from typing import Final

from bot.core import reminders, risk, survey
from bot.core.cases import TOLD
from bot.core.effects import AnnounceEscalation
from bot.core.events import FlowOffered, TimerFired
from bot.core.runner import tell
from bot.core.turn import Turn

OFTEN: Final = 3
"""How often a contact is told that nobody has come yet; more would be noise on the phone."""


def fired(turn: Turn, event: TimerFired) -> None:
    """Act on a timer; kinds that belong to the shell (purging, waking) change nothing here."""
    if event.kind == "check_silence":
        risk.silence(turn)
    elif event.kind == "announce" and event.waiting:
        _announce(turn, event)
    elif event.kind == survey.TIMER:
        survey.due(turn, event)
    elif event.kind == reminders.KIND:
        reminders.due(turn, event)


def offered(turn: Turn, event: FlowOffered) -> None:
    """Take what the programme has to tell: it comes at once, or when it does not disturb."""
    turn.update(slots={**turn.conversation.slots, **event.slots})
    reminders.start(turn, event.flow, event.at)


def _announce(turn: Turn, event: TimerFired) -> None:
    turn.emit(AnnounceEscalation(event.escalation))
    told = turn.conversation.slots.get(TOLD, 0)
    if isinstance(told, int) and told < OFTEN and not turn.mute:
        turn.update(slots={**turn.conversation.slots, TOLD: told + 1})
        tell(turn, "still_waiting")
