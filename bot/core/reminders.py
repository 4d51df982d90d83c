"""Flows that come later because the contact asked for it, or the programme has something to tell.

Rules:

1. One reminder for each flow; the same one again replaces it.
2. It comes by day: in the afternoon (16:00 UTC is five or six in the three countries), never at night.
3. It waits while a person is talking, while somebody may be in danger, while the chat is hidden or blocked, in doubt
   who is there, and for an hour after the contact wrote. What is a month late is forgotten.
4. One word stops all of them (``stop``), at once.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from bot.core.effects import CancelTimer, KeepContact, StartTimer
from bot.core.events import TimerFired
from bot.core.held import holds_flows
from bot.core.runner import enter, run
from bot.core.turn import Turn
from bot.core.understood import SERIOUS

KIND: Final = "remind"
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
AFTERNOON_MS: Final = 16 * HOUR_MS
LATE_MS: Final = 30 * DAY_MS
ROOM_MS: Final = 7 * DAY_MS
"""How much longer than its last reminder a conversation is kept."""
MOST: Final = 20


def timer_of(flow: str) -> str:
    """Return the id of the timer, and the name under which a conversation keeps it."""
    return f"{KIND}:{flow}"


def flows(turn: Turn) -> tuple[str, ...]:
    """Return the flows that are still to come."""
    return tuple(name.partition(":")[2] for name in turn.conversation.keeps if name.startswith(f"{KIND}:"))


def start(turn: Turn, flow: str, due: int) -> None:
    """Let a flow come at a time (ms)."""
    if len(turn.conversation.keeps) < MOST or timer_of(flow) in turn.conversation.keeps:
        keep(turn, timer_of(flow), due)
        turn.emit(StartTimer(timer_of(flow), KIND, due))


def keep(turn: Turn, name: str, until: int) -> None:
    """Keep the conversation for something until then (ms); 0: no more."""
    others = {key: value for key, value in turn.conversation.keeps.items() if key != name}
    turn.update(keeps={**others, name: until} if until else others)
    latest = max(turn.conversation.keeps.values(), default=0)
    turn.emit(KeepContact(latest + ROOM_MS if latest else 0))


def stop(turn: Turn, flow: str = "") -> bool:
    """Forget one reminder, or all; tell whether there was any."""
    stopped = [name for name in flows(turn) if not flow or name == flow]
    for name in stopped:
        keep(turn, timer_of(name), 0)
        turn.emit(CancelTimer(timer_of(name)))
    return bool(stopped)


def afternoon(at: int, days: int = 0) -> int:
    """Return an afternoon (ms) so many days after the day of a time."""
    return at - at % DAY_MS + days * DAY_MS + AFTERNOON_MS


def of_day(day: str, days: int) -> int:
    """Return an afternoon (ms) so many days after a day like ``2026-01-31``; 0 where it is none."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        return 0
    return (date.toordinal() - dt.date(1970, 1, 1).toordinal() + days) * DAY_MS + AFTERNOON_MS


def due(turn: Turn, event: TimerFired) -> None:
    """Let the flow come now, or later where it would disturb."""
    flow, conversation = event.timer.partition(":")[2], turn.conversation
    wanted = conversation.keeps.get(timer_of(flow), 0)
    if not wanted:
        return
    known = flow in turn.library.flows and turn.library.has(turn.locale, flow)
    if not known or event.at - wanted > LATE_MS:
        stop(turn, flow)
    elif event.night or waits(turn, event.at):
        turn.emit(StartTimer(event.timer, KIND, event.at + (DAY_MS if silent(turn) else HOUR_MS)))
    else:
        stop(turn, flow)
        enter(turn, flow, again=True)
        run(turn)


def waits(turn: Turn, at: int) -> bool:
    """Tell whether a reminder would disturb now, or could not be sent."""
    conversation, case = turn.conversation, turn.conversation.case
    busy = turn.talking or (case is not None and case.open and case.level in SERIOUS) or conversation.check is not None
    return busy or at - conversation.last_at < HOUR_MS or silent(turn)


def silent(turn: Turn) -> bool:
    """Tell whether nothing may be sent before the contact writes again."""
    case = turn.conversation.case
    return holds_flows(turn) or (case is not None and case.quiet)
