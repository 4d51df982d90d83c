"""Change how serious a case is, close it, or shut somebody out of it.

Lowering a level, and closing a case that is or was T0 or T1, need a second person (design, section 6).
"""

from __future__ import annotations

from typing import Final, get_args

from bot.core.acts.base import (
    NOT_YOURS,
    Act,
    Context,
    Kept,
    Step,
    ask,
    event_id,
    is_open,
    own,
    reason_of,
    revised,
    unseen,
)
from bot.core.escalation import DUE, Escalation, Outcome, SecondLook, change
from bot.core.escalation import exclude as closed_to
from bot.core.events import EscalationHandedBack, EscalationResolved
from bot.core.understood import RISKS, SERIOUS, Level, RiskFinding
from bot.errors import NotAllowedError

BY_PERSON: Final = "raised-by-a-person"
"""The rule of a finding that no rule made."""
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


class LowerLevel(Act, frozen=True, tag="lower_level"):
    """Lower the level; only a person does that, and says why."""

    level: Level
    reason: str


class RaiseLevel(Act, frozen=True, tag="raise_level"):
    """Raise the level: a person sees what no rule saw."""

    level: Level
    reason: str


class Resolve(Act, frozen=True, tag="resolve"):
    """Close a case."""

    outcome: Outcome
    reason: str


class Exclude(Act, frozen=True, tag="exclude"):
    """Close a case to somebody who is accused in it: they neither see nor claim it from now on."""

    accused: str
    reason: str


def was_serious(escalation: Escalation) -> bool:
    """Tell whether a case is, or ever was, T0 or T1: lowering the level takes no protection away."""
    return escalation.level in SERIOUS or any(finding.level in SERIOUS for finding in escalation.findings)


def lowered(now: Escalation, level: Level, at: int) -> Escalation:
    """Return the case at a lower level, due anew from now."""
    return revised(now, level=level, due_at=max(now.due_at, at + DUE[level] if now.state == "waiting" else now.due_at))


def resolved(now: Escalation, outcome: Outcome, at: int, by: str) -> Step:
    """Return the case closed; what was asked for is moot with it."""
    after = change(now, "resolve", at=at, by=by)
    after = revised(after, outcome=outcome, asked=(), revision=now.revision + 1)
    return Step(after, EscalationResolved(event_id(after), at, now.id), detail=outcome)


def lower_level(act: LowerLevel, now: Escalation, context: Context) -> Step:
    """Lower the level, or ask a second person to."""
    is_open(now)
    own(now, context)
    if act.level <= now.level:
        msg = "A level can only be lowered here."
        raise NotAllowedError(msg)
    kept = Kept("reason", reason_of(act.reason))
    look = SecondLook("lower_level", context.by, context.at, act.level)
    if context.alone:
        return Step(unseen(lowered(now, act.level, context.at), look), kept=kept, detail=f"{act.level} alone")
    return Step(ask(now, look), kept=kept, detail=f"{act.level} asked")


def raise_level(act: RaiseLevel, now: Escalation, context: Context) -> Step:
    """Raise the level; nobody needs to be asked."""
    is_open(now)
    if act.level >= now.level:
        msg = "A level can only be raised here."
        raise NotAllowedError(msg)
    due = min(now.due_at, context.at + DUE[act.level])
    asked = tuple(one for one in now.asked if one.act != "lower_level")
    risk = now.topic if now.topic in RISKS else "danger"
    seen = RiskFinding(risk=risk, level=act.level, care="alarm", rule=BY_PERSON)  # it stays known if lowered again
    return Step(
        revised(now, level=act.level, due_at=due, asked=asked, findings=(*now.findings, seen)[-20:]),
        kept=Kept("reason", reason_of(act.reason)),
        detail=act.level,
    )


def resolve(act: Resolve, now: Escalation, context: Context) -> Step:
    """Close the case, or ask a second person to where it is or was T0 or T1."""
    if now.assignee not in {"", context.by}:
        raise NotAllowedError(NOT_YOURS)
    kept = Kept("reason", reason_of(act.reason))
    done = resolved(now, act.outcome, context.at, context.by)  # says it when the state does not allow it
    if not was_serious(now):
        return Step(done.after, done.event, kept, act.outcome)
    look = SecondLook("resolve", context.by, context.at, act.outcome)
    if context.alone:
        return Step(unseen(done.after, look), done.event, kept, f"{act.outcome} alone")
    return Step(ask(now, look), kept=kept, detail=f"{act.outcome} asked")


def exclude(act: Exclude, now: Escalation, context: Context) -> Step:
    """Shut the accused out; the bot speaks again where they had the case."""
    if act.accused in now.excluded:
        msg = "The case is closed to this caseworker already."
        raise NotAllowedError(msg)
    after = closed_to(now, act.accused)
    free = now.assignee == act.accused and after.state == "waiting"
    event = EscalationHandedBack(event_id(after), context.at, now.id) if free else None
    return Step(after, event, Kept("reason", reason_of(act.reason)))
