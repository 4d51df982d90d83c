"""Timers that are no business of the engine: announcing again, leases, waking. Retention is the store's own.

Each state of an escalation has the timer it needs and no other; ``armed`` says which:

========= ==========================================================
waiting   ``announce``: nobody took it yet
assigned  ``expire``: the assignee does nothing
answered  none: the contact has the last word
snoozed   ``wake``
resolved  none
========= ==========================================================

Beside it each may have a ``follow_up``: a caseworker wants to be reminded. The engine's own ``check_silence`` and
``survey`` belong to the conversation.

Timers are named after their escalation, so that the same one is replaced and never doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from bot.core.escalation import ANNOUNCE, Escalation, change
from bot.core.events import AnyEvent, EscalationHandedBack, EscalationResolved, TimerFired
from bot.core.reminders import KIND as REMIND
from bot.core.understood import SERIOUS
from bot.ports.partitions import FOLLOW_UP, Timer, follow_up_timer
from bot.turns import asking

KINDS: Final = ("announce", "expire", "wake")
HOUR_MS: Final = 3_600_000


class Prepared(msgspec.Struct, frozen=True):
    """What the engine is given, and what the clock did to the escalation before."""

    event: AnyEvent | None
    """None: the engine has nothing to do with it."""
    escalation: Escalation | None = None
    """The escalation where a verb of the shell changed it."""
    rearm: bool = True
    """Whether the escalation was changed so that its timers begin anew."""
    announce: bool = False
    start: tuple[Timer, ...] = ()


def timer_id(kind: str, escalation: str) -> str:
    """Return the id of a timer of an escalation."""
    return f"{kind}:{escalation}"


def armed(escalation: Escalation, at: int) -> tuple[tuple[Timer, ...], tuple[str, ...]]:
    """Return the timers that the state of an escalation needs, and the ids of those it does not."""
    kind, due = "", 0
    match escalation.state:
        case "waiting":
            kind, due = "announce", at + ANNOUNCE[escalation.level]
        case "assigned" if escalation.lease_until:
            kind, due = "expire", escalation.lease_until
        case "snoozed":
            kind, due = "wake", escalation.snoozed_until
        case _:
            pass
    start = (Timer(timer_id(kind, escalation.id), kind, due, escalation.id),) if kind else ()
    if escalation.follow_up_at > at:
        start = (*start, follow_up_timer(escalation))
    return start, tuple(timer_id(other, escalation.id) for other in KINDS if other != kind)


def prepare(event: AnyEvent, named: Escalation | None, country: str = "") -> Prepared:
    """Do what the shell does with an event before the engine sees it.

    Args:
        event: What was read from the inbox.
        named: The escalation that the event is about, as it is stored now.
        country: Where the contact is.
    """
    if isinstance(event, EscalationResolved) and named is not None and named.state != "resolved":
        return Prepared(None)  # the contact wrote meanwhile and opened it again: it must not be closed by an old fact
    if isinstance(event, EscalationResolved):
        return Prepared(msgspec.structs.replace(event, ask_at=asking.ask_at(named, event.at)))
    if isinstance(event, TimerFired) and event.kind in {"survey", REMIND}:
        where = country if event.kind == REMIND else named.country if named else None
        night = where is None or asking.night(where, event.at)
        return Prepared(msgspec.structs.replace(event, night=night))
    if isinstance(event, TimerFired) and event.kind == FOLLOW_UP:
        return _follow_up(event, named)
    if not isinstance(event, TimerFired) or event.kind not in FIRED:
        return Prepared(event)
    return FIRED[event.kind](event, named)


def _announce(event: TimerFired, named: Escalation | None) -> Prepared:
    return Prepared(msgspec.structs.replace(event, waiting=bool(named and named.state == "waiting")))


def _wake(event: TimerFired, named: Escalation | None) -> Prepared:
    if named is None or named.state != "snoozed":
        return Prepared(None)
    if event.at < named.snoozed_until:
        return Prepared(None, start=(_again(event, named.snoozed_until),))
    return Prepared(None, escalation=change(named, "wake", at=event.at))


def _expire(event: TimerFired, named: Escalation | None) -> Prepared:
    """Put a case back into the queue whose assignee did nothing, and let the bot answer again.

    The contact is told that it is the bot again. A case that can wait (T2, T3) does so until it is day: no phone
    lights up at night for it.
    """
    if named is None or named.state != "assigned":
        return Prepared(None)
    if event.at < named.lease_until:
        return Prepared(None, start=(_again(event, named.lease_until),))
    if named.level not in SERIOUS and asking.night(named.country, event.at):
        return Prepared(None, start=(_again(event, event.at + HOUR_MS),))
    left = EscalationHandedBack(event.id, event.at, named.id)
    return Prepared(left, escalation=change(named, "expire", at=event.at), announce=True)


def _follow_up(event: TimerFired, named: Escalation | None) -> Prepared:
    """Bring a case back before the eyes of who wanted to be reminded; it is not reopened, and nobody else is told."""
    if named is None or not named.follow_up_at:
        return Prepared(None)
    if event.at < named.follow_up_at:
        return Prepared(None, start=(_again(event, named.follow_up_at),))
    seen = msgspec.structs.replace(named, revision=named.revision + 1)  # a change that consoles hear of
    return Prepared(None, escalation=seen, rearm=False)


def _again(event: TimerFired, due: int) -> Timer:
    return Timer(event.timer, event.kind, due, event.escalation)


FIRED: Final[dict[str, Callable[[TimerFired, Escalation | None], Prepared]]] = {
    "announce": _announce,
    "expire": _expire,
    "wake": _wake,
}
"""Kind of timer → what the shell does when it fires. The engine's own (``check_silence``) are not here."""
