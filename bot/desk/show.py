"""From what is kept to what is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from bot.core.acts.file import STEPS
from bot.core.escalation import Escalation, follow_up_due
from bot.desk.views import Delivery, Entry, Reason, Row, Step
from bot.ports.partitions import Line

Shown = Callable[[Line], str | None]
"""From a line to the same in the language of who reads it; None where no checked text says it."""

NOTES: Final = frozenset({"note", "reason", "summary"})


def row(case: Escalation, now: int, name: str = "") -> Row:
    """Return an escalation as the queue shows it to somebody of that name."""
    waits = case.state in {"waiting", "assigned"}
    return Row(
        id=case.id, pseudonym=case.pseudonym, level=case.level, topic=case.topic, country=case.country,
        locale=case.locale, channel=case.channel, state=case.state, owner=case.assignee, at=case.opened_at,
        due_at=case.due_at, waiting_ms=max(0, now - case.opened_at) if waits else 0,
        overdue=case.state == "waiting" and case.due_at < now,
        announced=case.announced if case.state == "waiting" else 0,
        team=case.team, audience=case.audience, age_band=case.age_band, region=case.region, labels=case.labels,
        asked=case.asked, unseen=case.unseen, outcome=case.outcome, revision=case.revision,
        follow_up=follow_up_due(case, name or case.follow_up_by, now), mentioned=name in case.mentioned,
    )  # fmt: skip


def reasons(case: Escalation) -> list[Reason]:
    """Return why the assistant escalated, each sign once, oldest first."""
    found = [Reason(one.risk, one.rule, one.concepts) for one in case.findings]
    return [one for number, one in enumerate(found) if one not in found[:number]]


def steps(case: Escalation) -> list[Step]:
    """Return the safeguarding steps of the case's level, and what was ticked at another level."""
    wanted = STEPS[case.level]
    extra = tuple(one for one in case.checked if one not in wanted)
    return [Step(one, one in case.checked) for one in (*wanted, *extra)]


def media(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with a picture, voice message or file, oldest first: their places are the numbers they have."""
    return sorted((line for line in lines if line.medium), key=lambda line: line.at)


def entries(
    lines: Sequence[Line], notes: Sequence[Line], statuses: Mapping[str, str], shown: Shown, assignee: str
) -> list[Entry]:
    """Return what was said with the notes between, oldest first; each reply once, with its delivery status."""
    seen: set[str] = set()
    found = []
    numbers = {id(line): number for number, line in enumerate(media(lines))}
    both = [(line, False) for line in lines] + [(line, True) for line in notes]
    for line, note in sorted(both, key=lambda one: one[0].at):
        if line.reply:
            if line.reply in seen:
                continue
            seen.add(line.reply)
        same = shown(line) if not note else None
        found.append(
            Entry(
                at=line.at,
                who="note" if note else line.who,
                text=line.text,
                kind=line.kind,
                reply_id=line.reply,
                status=cast("Delivery", statuses.get(line.reply, "")) if line.reply else "",
                by=line.by,
                locale=line.locale,
                shown="" if same == line.text else same or "",
                original=line.original,
                phrase=line.phrase,
                whisper=line.kind == "note" and bool(line.by) and line.by != assignee,
                medium=numbers.get(id(line), -1),
                type=line.medium.type if line.medium else "",
                size=line.medium.size if line.medium else 0,
            )
        )
    return found
