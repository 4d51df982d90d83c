"""How a case is shown: its row in the queue, its log, and what a caseworker may do with it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from bot.core.escalation import TRANSITIONS, Escalation, Verb
from bot.ports.desk import Action, Delivery, Entry, QueueRow, Reason
from bot.ports.partitions import Line

ACTIONS: Final[tuple[tuple[Action, Verb], ...]] = (
    ("claim", "claim"),
    ("reply", "reply"),
    ("hand_back", "snooze"),
    ("release", "release"),
    ("transfer", "transfer"),
    ("resolve", "resolve"),
)
ANYBODY: Final = frozenset({"claim", "resolve"})
"""What needs no claim before: taking a case, and closing one that nobody has."""
LOWEST: Final = "T3"


def row(escalation: Escalation, now: int) -> QueueRow:
    """Return an escalation as the queue shows it."""
    waits = escalation.state in {"waiting", "assigned"}
    return QueueRow(
        id=escalation.id, pseudonym=escalation.pseudonym, level=escalation.level, topic=escalation.topic,
        country=escalation.country, locale=escalation.locale, channel=escalation.channel, state=escalation.state,
        owner=escalation.assignee, at=escalation.opened_at,
        waiting_ms=max(0, now - escalation.opened_at) if waits else 0,
        overdue=escalation.state == "waiting" and escalation.due_at < now,
        announced=escalation.announced if escalation.state == "waiting" else 0,
    )  # fmt: skip


def actions(escalation: Escalation, caseworker: str) -> list[Action]:
    """Return what a caseworker may do with a case now."""
    own = escalation.assignee == caseworker
    free = not escalation.assignee
    found = [
        action
        for action, verb in ACTIONS
        if (escalation.state, verb) in TRANSITIONS and (own or (free and action in ANYBODY))
    ]
    if own and escalation.state != "resolved" and escalation.level != LOWEST:
        found.append("lower_level")
    if escalation.state != "resolved":
        found.append("exclude")  # anybody may: who is accused may be the one who has the case
    return found


def reasons(escalation: Escalation) -> list[Reason]:
    """Return why the assistant escalated, each sign once, oldest first."""
    found = [Reason(one.risk, one.rule, one.concepts) for one in escalation.findings]
    return [one for number, one in enumerate(found) if one not in found[:number]]


def entries(lines: Sequence[Line], statuses: Mapping[str, str]) -> list[Entry]:
    """Return the log as it is shown, oldest first; each reply once, with its delivery status."""
    seen: set[str] = set()
    found = []
    for line in sorted(lines, key=lambda one: one.at):
        if line.reply:
            if line.reply in seen:
                continue
            seen.add(line.reply)
        status = cast("Delivery", statuses.get(line.reply, "")) if line.reply else ""
        found.append(Entry(line.at, line.who, line.text, line.kind, line.reply, status))
    return found
