"""Take a waiting case, or give one that waits to somebody."""

from __future__ import annotations

from bot.core.acts.base import Act, Context, Step, event_id
from bot.core.escalation import Escalation, change
from bot.core.events import EscalationTaken


class Claim(Act, frozen=True, tag="claim"):
    """Take a waiting case; the bot keeps quiet from now on."""


class Assign(Act, frozen=True, tag="assign"):
    """Give a waiting case to somebody."""

    to: str


def claim(_act: Claim, now: Escalation, context: Context) -> Step:
    """Take it."""
    after = change(now, "claim", at=context.at, by=context.by)
    return Step(after, EscalationTaken(event_id(after), context.at, now.id, context.by))


def assign(act: Assign, now: Escalation, context: Context) -> Step:
    """Give it."""
    after = change(now, "assign", at=context.at, by=act.to)
    return Step(after, EscalationTaken(event_id(after), context.at, now.id, act.to), detail=act.to)
