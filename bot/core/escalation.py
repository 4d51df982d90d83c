"""The life of an escalation, as a table (design, section 6). Anything that is not in it raises.

Times are milliseconds since 1970, UTC. Only a person lowers a level; T0 and T1 are closed by people.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from bot.core.understood import Level, RiskFinding
from bot.errors import NotAllowedError

State = Literal["waiting", "assigned", "answered", "snoozed", "resolved"]
Verb = Literal[
    "claim", "assign", "reply", "release", "expire", "transfer", "snooze", "wake", "contact_wrote", "resolve"
]

MINUTE = 60_000
DUE: dict[Level, int] = {"T0": 5 * MINUTE, "T1": 15 * MINUTE, "T2": 8 * 60 * MINUTE, "T3": 48 * 60 * MINUTE}
"""How long after its opening a human should have taken an escalation of each level."""

ANNOUNCE: dict[Level, int] = {"T0": 5 * MINUTE, "T1": 5 * MINUTE, "T2": 120 * MINUTE, "T3": 24 * 60 * MINUTE}
"""How often an escalation that nobody took is announced again, to more people."""

REOPEN_MS = 72 * 60 * MINUTE
"""A contact who writes within this time of a resolution comes back to the same case."""

LEASE_MS: dict[Level, int] = {"T0": 30 * MINUTE, "T1": 30 * MINUTE, "T2": 4 * 60 * MINUTE, "T3": 24 * 60 * MINUTE}
"""An assignee who does nothing for this long, while the contact waits, loses the escalation to the queue."""

TRANSITIONS: dict[tuple[State, Verb], State] = {
    ("waiting", "claim"): "assigned",
    ("waiting", "assign"): "assigned",
    ("waiting", "resolve"): "resolved",
    ("waiting", "contact_wrote"): "waiting",
    ("assigned", "reply"): "answered",
    ("assigned", "release"): "waiting",
    ("assigned", "expire"): "waiting",
    ("assigned", "transfer"): "assigned",
    ("assigned", "snooze"): "snoozed",
    ("assigned", "resolve"): "resolved",
    ("assigned", "contact_wrote"): "assigned",
    ("answered", "contact_wrote"): "assigned",
    ("answered", "reply"): "answered",
    ("answered", "release"): "waiting",
    ("answered", "transfer"): "assigned",
    ("answered", "snooze"): "snoozed",
    ("answered", "resolve"): "resolved",
    ("snoozed", "wake"): "assigned",
    ("snoozed", "contact_wrote"): "assigned",
    ("snoozed", "reply"): "answered",
    ("snoozed", "release"): "waiting",
    ("snoozed", "transfer"): "assigned",
    ("snoozed", "resolve"): "resolved",
    ("resolved", "contact_wrote"): "assigned",
}


Outcome = Literal["answered", "referred", "other_service", "no_contact", "not_needed", "duplicate"]
"""How a case ended. ``referred``: handed on to a guardian or within the organisation; ``other_service``: to another."""

Watched = Literal["lower_level", "resolve", "export", "reveal"]
"""What needs a second person (design, section 6)."""


class SecondLook(msgspec.Struct, frozen=True):
    """An act that needs, or still needs, the eyes of a second person. It holds no text: reasons stand in the notes."""

    act: Watched
    by: str
    at: int
    argument: str = ""
    """For ``lower_level`` the new level, for ``resolve`` the outcome."""


class Escalation(msgspec.Struct, frozen=True):
    """The work item in the queue. It holds no text: texts are sealed beside it."""

    id: str
    ref: str
    partition: int
    channel: str
    level: Level
    topic: str
    opened_at: int
    due_at: int
    pseudonym: str
    locale: str = ""
    country: str = ""
    audience: str = ""
    state: State = "waiting"
    revision: int = 1
    assignee: str = ""
    excluded: tuple[str, ...] = ()
    """Caseworkers who are accused: they neither see nor claim this case."""
    findings: tuple[RiskFinding, ...] = ()
    announced: int = 0
    lease_until: int = 0
    snoozed_until: int = 0
    resolved_at: int = 0
    team: str = ""
    """Id of the team it waits for; empty: everybody."""
    region: str = ""
    age_band: str = ""
    """``0-11``, ``12-15``, ``16-17`` or ``18+``; empty: not known."""
    taken_at: int = 0
    """When a person first took it; 0: nobody yet."""
    answered_at: int = 0
    """When a person first wrote to the contact; 0: not yet."""
    outcome: Outcome | Literal[""] = ""
    labels: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    """Ids of the safeguarding steps that are done."""
    linked: tuple[str, ...] = ()
    """Ids of other escalations of the same contact, put together by a caseworker."""
    asked: tuple[SecondLook, ...] = ()
    """Acts that wait for a second person."""
    unseen: tuple[SecondLook, ...] = ()
    """Acts that were done alone and wait to be reviewed by another person."""
    granted: tuple[SecondLook, ...] = ()
    """Exports that a second person confirmed, by who may fetch them."""
    follow_up_at: int = 0
    """When the assignee wants to be reminded, ms; also of a resolved case. 0: never."""
    follow_up_by: str = ""
    mentioned: tuple[str, ...] = ()
    """Whom a note mentions, until they do something in the case or say that they have seen it."""
    helped: int = 0
    """What the contact said to whether it helped: 1 no, 2 a little, 3 yes; 0 nothing."""


def open_escalation(  # noqa: PLR0913 - each is a field of its own, named at the call
    *,
    id: str,  # noqa: A002 - the field's name
    ref: str,
    partition: int,
    channel: str,
    level: Level,
    topic: str,
    at: int,
    pseudonym: str,
    locale: str = "",
    country: str = "",
    audience: str = "",
    finding: RiskFinding | None = None,
) -> Escalation:
    """Return a new escalation, waiting, due by its level."""
    return Escalation(
        id=id, ref=ref, partition=partition, channel=channel, level=level, topic=topic, opened_at=at,
        due_at=at + DUE[level], pseudonym=pseudonym, locale=locale, country=country, audience=audience,
        findings=(finding,) if finding else (),
    )  # fmt: skip


def change(
    escalation: Escalation, verb: Verb, *, at: int, by: str = "", on_duty: bool = True, until: int = 0
) -> Escalation:
    """Return the escalation after a verb, its revision one higher.

    Args:
        escalation: The escalation as it was read.
        verb: What is done to it.
        at: Now, in milliseconds.
        by: The caseworker who becomes the assignee (claim, assign, transfer, reply), where the verb has one.
        on_duty: For ``contact_wrote`` on a resolved case: whether the last assignee is on duty.
        until: For ``snooze``: when to wake, in milliseconds.

    Raises:
        NotAllowedError: The table has no such move, the caseworker is excluded, or somebody else has the case.
    """
    target = TRANSITIONS.get((escalation.state, verb))
    if target is None:
        msg = f"An escalation that is {escalation.state} cannot be changed by {verb!r}. Reload it and look again."
        raise NotAllowedError(msg)
    if by and by in escalation.excluded:
        msg = "This case is not open to this caseworker."
        raise NotAllowedError(msg)
    own = {"reply", "release", "snooze", "transfer"}
    if verb in own and escalation.assignee and by and verb != "transfer" and by != escalation.assignee:
        msg = "Somebody else has this case. Ask them to hand it over, or assign it to yourself first."
        raise NotAllowedError(msg)
    assignee = escalation.assignee
    if verb in {"claim", "assign", "transfer"}:
        assignee = by
    elif target == "waiting":
        assignee = ""
    if (escalation.state, verb) == ("resolved", "contact_wrote"):
        late = at - escalation.resolved_at > REOPEN_MS
        if late or not on_duty or not assignee:
            target, assignee = "waiting", ""
    return msgspec.structs.replace(
        escalation,
        state=target,
        assignee=assignee,
        revision=escalation.revision + 1,
        lease_until=at + LEASE_MS[escalation.level] if target in {"assigned", "answered"} else 0,
        snoozed_until=until if target == "snoozed" else 0,
        resolved_at=at if target == "resolved" else 0,
        taken_at=escalation.taken_at or (at if verb in {"claim", "assign"} else 0),
        answered_at=escalation.answered_at or (at if verb == "reply" else 0),
    )


def exclude(escalation: Escalation, accused: str) -> Escalation:
    """Return the escalation closed to a caseworker who is accused in it: they neither see nor claim it from now on.

    Where they have it, it goes back into the queue.
    """
    held = escalation.assignee == accused
    free = held and escalation.state != "resolved"
    return msgspec.structs.replace(
        escalation,
        excluded=tuple(dict.fromkeys((*escalation.excluded, accused))),
        state="waiting" if free else escalation.state,
        assignee="" if held else escalation.assignee,
        lease_until=0 if free else escalation.lease_until,
        snoozed_until=0 if free else escalation.snoozed_until,
        revision=escalation.revision + 1,
    )


def raise_level(escalation: Escalation, level: Level, *, at: int, finding: RiskFinding | None) -> Escalation:
    """Return the escalation at the higher of both levels, with the finding added. Never lowers."""
    higher = min(level, escalation.level)
    findings = escalation.findings + ((finding,) if finding and finding not in escalation.findings else ())
    return msgspec.structs.replace(
        escalation,
        level=higher,
        due_at=min(escalation.due_at, at + DUE[higher]),
        findings=findings[-20:],
        revision=escalation.revision + 1,
    )


def follow_up_due(escalation: Escalation, by: str, at: int) -> bool:
    """Tell whether a caseworker wanted to be reminded of a case by now, and has not cleared it; also of a closed one.

    The reminder is shown to whoever set it. It changes neither the state of a case nor who has it.
    """
    return bool(escalation.follow_up_at) and escalation.follow_up_by == by and escalation.follow_up_at <= at


def rank(escalation: Escalation) -> tuple[str, int]:
    """Return the sort key of the queue: level, then due time."""
    return escalation.level, escalation.due_at
