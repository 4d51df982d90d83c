"""The second pair of eyes: confirm or decline what somebody asks for, review what was done alone, export, reveal."""

from __future__ import annotations

from typing import Final, cast

from bot.core.acts.base import NOT_ASKED, Act, Context, Kept, Step, ask, own, reason_of, revised, unseen
from bot.core.acts.close import lowered, resolved
from bot.core.escalation import Escalation, Outcome, SecondLook, Watched
from bot.core.understood import Level
from bot.errors import NotAllowedError

GRANT_MS: Final = 24 * 3_600_000
"""How long a confirmed export may be fetched, in milliseconds."""
NOT_ALONE: Final = "Somebody else must do this than who asked for it."


class Confirm(Act, frozen=True, tag="confirm"):
    """Do what a colleague asked for."""

    what: Watched


class Decline(Act, frozen=True, tag="decline"):
    """Do not do what was asked for; who asked withdraws it by this."""

    what: Watched
    reason: str = ""


class Review(Act, frozen=True, tag="review"):
    """Say that one has looked at what a colleague did alone."""

    what: Watched
    reason: str = ""


class Export(Act, frozen=True, tag="export"):
    """Ask for the whole case as a file."""

    reason: str


class Reveal(Act, frozen=True, tag="reveal"):
    """See how the contact can be reached, at T0, to send help. It happens at once and is reviewed afterwards."""

    reason: str


def _found(looks: tuple[SecondLook, ...], what: Watched) -> SecondLook:
    found = next((look for look in looks if look.act == what), None)
    if found is None:
        raise NotAllowedError(NOT_ASKED)
    return found


def _without(looks: tuple[SecondLook, ...], gone: SecondLook) -> tuple[SecondLook, ...]:
    return tuple(look for look in looks if look is not gone)


def confirm(act: Confirm, now: Escalation, context: Context) -> Step:
    """Do it, in the name of who asked."""
    look = _found(now.asked, act.what)
    if look.by == context.by:
        raise NotAllowedError(NOT_ALONE)
    rest = _without(now.asked, look)
    detail = f"{look.act} {look.argument} by {look.by}"
    if look.act == "resolve":
        done = resolved(now, cast("Outcome", look.argument), context.at, "")
        return Step(done.after, done.event, detail=detail)
    if look.act == "lower_level":
        if look.argument <= now.level:
            raise NotAllowedError(NOT_ASKED)
        return Step(
            revised(lowered(now, cast("Level", look.argument), context.at), asked=rest, revision=now.revision + 1),
            detail=detail,
        )
    granted = (*(one for one in now.granted if one.by != look.by), SecondLook("export", look.by, context.at))
    return Step(revised(now, asked=rest, granted=granted), detail=detail)


def decline(act: Decline, now: Escalation, context: Context) -> Step:
    """Take the question away; a colleague says why, who asked need not."""
    look = _found(now.asked, act.what)
    kept = None if look.by == context.by and not act.reason.strip() else Kept("reason", reason_of(act.reason))
    return Step(revised(now, asked=_without(now.asked, look)), kept=kept, detail=look.act)


def review(act: Review, now: Escalation, context: Context) -> Step:
    """Mark it as seen by a second person."""
    look = next((one for one in now.unseen if one.act == act.what and one.by != context.by), None)
    if look is None:
        raise NotAllowedError(NOT_ALONE if any(one.act == act.what for one in now.unseen) else NOT_ASKED)
    kept = Kept("reason", reason_of(act.reason)) if act.reason.strip() else None
    return Step(revised(now, unseen=_without(now.unseen, look)), kept=kept, detail=f"{look.act} by {look.by}")


def export(act: Export, now: Escalation, context: Context) -> Step:
    """Ask for the file, or take it at once where nobody else is there."""
    kept = Kept("reason", reason_of(act.reason))
    look = SecondLook("export", context.by, context.at)
    if not context.alone:
        return Step(ask(now, look), kept=kept, detail="asked")
    granted = (*(one for one in now.granted if one.by != context.by), look)
    return Step(unseen(revised(now, granted=granted), look), kept=kept, detail="alone")


def reveal(act: Reveal, now: Escalation, context: Context) -> Step:
    """Allow it at T0 to the person who has the case."""
    own(now, context)
    if now.level != "T0":
        msg = "How to reach a contact is shown only when a life is in danger (T0)."
        raise NotAllowedError(msg)
    look = SecondLook("reveal", context.by, context.at)
    return Step(unseen(revised(now), look), kept=Kept("reason", reason_of(act.reason)))


def may_fetch(escalation: Escalation, name: str, at: int) -> bool:
    """Tell whether somebody's export was confirmed and may still be fetched."""
    return any(one.by == name and at - one.at <= GRANT_MS for one in escalation.granted)
