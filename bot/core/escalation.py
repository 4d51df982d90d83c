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

ANNOUNCE: dict[Level, int] = {"T0": 2 * MINUTE, "T1": 5 * MINUTE, "T2": 120 * MINUTE, "T3": 24 * 60 * MINUTE}
"""How often an escalation that nobody took is announced again, to more people."""

REOPEN_MS = 72 * 60 * MINUTE
"""A contact who writes within this time of a resolution comes back to the same case."""

LEASE_MS = 30 * MINUTE
"""An assignee who does nothing for this long loses the escalation to the queue (T0 and T1 only)."""

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
    ("answered", "snooze"): "snoozed",
    ("answered", "resolve"): "resolved",
    ("snoozed", "wake"): "assigned",
    ("snoozed", "contact_wrote"): "assigned",
    ("resolved", "contact_wrote"): "assigned",
}


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
        lease_until=at + LEASE_MS if target in {"assigned", "answered"} else 0,
        snoozed_until=until if target == "snoozed" else 0,
        resolved_at=at if target == "resolved" else 0,
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


def rank(escalation: Escalation) -> tuple[str, int]:
    """Return the sort key of the queue: level, then due time."""
    return escalation.level, escalation.due_at
