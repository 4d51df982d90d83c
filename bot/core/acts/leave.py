"""Part from a case: put it back, let the bot talk for a while, give it away, or take it from who has left."""

from __future__ import annotations

import msgspec

from bot.core.acts.base import NOT_YOURS, Act, Context, Kept, Step, event_id, own, revised, text_of
from bot.core.escalation import Escalation, change
from bot.core.events import AnyEvent, EscalationHandedBack, EscalationTaken
from bot.errors import NotAllowedError


class Release(Act, frozen=True, tag="release"):
    """Put a case back into the queue, for somebody else."""

    summary: str = ""
    """What the next person should know; kept as a note."""


class Snooze(Act, frozen=True, tag="hand_back"):
    """Let the bot talk again, keep the case, and be reminded."""

    for_ms: int


class Transfer(Act, frozen=True, tag="transfer"):
    """Give a case to another person, or back into the queue of another team."""

    to: str = ""
    team: str = ""
    summary: str = ""


class TakeOver(Act, frozen=True, tag="take_over"):
    """Take a case from its assignee, who has left: whether they have is for the caller to know."""

    former: str


def _summary(text: str) -> Kept | None:
    return Kept("summary", text_of(text)) if text.strip() else None


def release(act: Release, now: Escalation, context: Context) -> Step:
    """Put it back."""
    after = change(now, "release", at=context.at, by=context.by)
    own(now, context)
    return Step(after, EscalationHandedBack(event_id(after), context.at, now.id), _summary(act.summary))


def snooze(act: Snooze, now: Escalation, context: Context) -> Step:
    """Hand back to the bot."""
    after = change(now, "snooze", at=context.at, by=context.by, until=context.at + act.for_ms)
    own(now, context)
    return Step(after, EscalationHandedBack(event_id(after), context.at, now.id))


def transfer(act: Transfer, now: Escalation, context: Context) -> Step:
    """Give it away."""
    if bool(act.to) == bool(act.team):
        msg = "Choose a colleague or a team."
        raise NotAllowedError(msg)
    if act.to:
        own(now, context)
        after = handed(change(now, "transfer", at=context.at, by=act.to), act.to)
        taken = EscalationTaken(event_id(after), context.at, now.id, act.to)
        return Step(after, taken, _summary(act.summary), act.to)
    event: AnyEvent | None = None
    if now.state == "waiting":
        after = revised(now, team=act.team)
    else:
        own(now, context)
        after = revised(change(now, "release", at=context.at, by=context.by), team=act.team, revision=now.revision + 1)
        event = EscalationHandedBack(event_id(after), context.at, now.id)
    return Step(after, event, _summary(act.summary), act.team)


def handed(case: Escalation, to: str) -> Escalation:
    """Return a case whose reminder goes along to who has it now."""
    return msgspec.structs.replace(case, follow_up_by=to if case.follow_up_at else "")


def take_over(act: TakeOver, now: Escalation, context: Context) -> Step:
    """Take it over; the bot keeps quiet from now on."""
    if not act.former or now.assignee != act.former or now.state == "resolved":
        raise NotAllowedError(NOT_YOURS)
    awake = change(now, "wake", at=context.at) if now.state == "snoozed" else now
    after = handed(change(change(awake, "release", at=context.at), "assign", at=context.at, by=context.by), context.by)
    return Step(after, EscalationTaken(event_id(after), context.at, now.id, context.by), detail=act.former)
