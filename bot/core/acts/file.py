"""Keep the file of a case: labels, safeguarding steps, links to other cases of the contact, reminders."""

from __future__ import annotations

import re
from typing import Final

from bot.core.acts.base import Act, Context, Step, own, revised
from bot.core.escalation import Escalation
from bot.core.understood import Level
from bot.errors import NotAllowedError

LABEL: Final = re.compile(r"[\w][\w -]{0,29}")
MAX_LABELS: Final = 12
MAX_LINKS: Final = 20
YEAR_MS: Final = 366 * 24 * 3_600_000

SAFE: Final = ("can_talk_safely", "not_alone", "guardian_told")
STEPS: Final[dict[Level, tuple[str, ...]]] = {
    "T0": (
        "in_danger_now", "emergency_called", "stayed_in_contact", *SAFE, "lead_told", "protection_service_told",
        "written_down",
    ),
    "T1": ("in_danger_now", *SAFE, "lead_told", "protection_service_told", "contact_knows_next", "written_down"),
    "T2": ("can_talk_safely", "guardian_told", "deadline_known", "contact_knows_next"),
    "T3": ("contact_knows_next",),
}  # fmt: skip
"""Safeguarding steps by level: a list to think by, in the order of what a child needs first. No step is forced."""


class Label(Act, frozen=True, tag="label"):
    """Put a label on a case, or take it off."""

    label: str
    on: bool = True


class Check(Act, frozen=True, tag="check"):
    """Tick a safeguarding step, or take the tick back."""

    step: str
    done: bool = True


class Link(Act, frozen=True, tag="link"):
    """Put another case of the same contact beside this one, or take it away."""

    other: str
    on: bool = True


class FollowUp(Act, frozen=True, tag="follow_up"):
    """Be reminded of a case, also of a closed one."""

    when: int
    """Milliseconds since 1970, UTC; 0: no more."""


def _with(kept: tuple[str, ...], one: str, *, on: bool) -> tuple[str, ...]:
    rest = tuple(each for each in kept if each != one)
    return (*rest, one) if on else rest


def label(act: Label, now: Escalation, _context: Context) -> Step:
    """Label it."""
    name = " ".join(act.label.lower().split())
    if not LABEL.fullmatch(name):
        msg = "A label is 1 to 30 letters, digits, spaces or dashes."
        raise NotAllowedError(msg)
    labels = _with(now.labels, name, on=act.on)
    if len(labels) > MAX_LABELS:
        msg = f"A case has at most {MAX_LABELS} labels."
        raise NotAllowedError(msg)
    return Step(revised(now, labels=labels), detail=f"{'+' if act.on else '-'}{name}")


def check(act: Check, now: Escalation, _context: Context) -> Step:
    """Tick a step."""
    if act.step not in {step for steps in STEPS.values() for step in steps}:
        msg = "There is no such step."
        raise NotAllowedError(msg)
    return Step(revised(now, checked=_with(now.checked, act.step, on=act.done)), detail=act.step)


def link(act: Link, now: Escalation, _context: Context) -> Step:
    """Link it; that both are of one contact is for the caller to know."""
    if act.other == now.id or (act.on and len(now.linked) >= MAX_LINKS):
        msg = "This case cannot be put beside the other."
        raise NotAllowedError(msg)
    return Step(revised(now, linked=_with(now.linked, act.other, on=act.on)))


def follow_up(act: FollowUp, now: Escalation, context: Context) -> Step:
    """Set the reminder, or clear it."""
    if now.state != "resolved" and now.assignee:
        own(now, context)
    if act.when and not context.at < act.when < context.at + YEAR_MS:
        msg = "Choose a time within the coming year."
        raise NotAllowedError(msg)
    return Step(revised(now, follow_up_at=act.when, follow_up_by=context.by if act.when else ""))
