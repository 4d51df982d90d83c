"""What the API takes and gives. Times are milliseconds since 1970, UTC. None of it says who a contact is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.acts.base import MAX_NOTE, MAX_REASON
from bot.core.escalation import Outcome, State
from bot.core.understood import Level
from bot.desk import views


class Model(BaseModel):
    """The common part."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(Model):
    """An act that waits for a second person, or to be reviewed by one."""

    act: Literal["lower_level", "resolve", "export", "reveal"]
    by: str
    at: int


class CaseRow(Model):
    """One escalation, without any text."""

    id: str
    pseudonym: str = Field(description="What caseworkers call the contact; made up, never a name.")
    level: Level
    topic: str
    country: str = Field(description="ISO 3166, or empty where it is not known.")
    region: str
    language: str = Field(description="The contact's locale.")
    audience: str
    age_band: str
    channel: str
    state: State
    assignee: str
    team: str
    opened_at: int
    due_at: int
    overdue: bool
    labels: list[str]
    outcome: str
    revision: int
    asked: list[Asked]
    unseen: list[Asked]

    @classmethod
    def of(cls, row: views.Row) -> CaseRow:
        """Return a row of the desk."""
        return cls(
            id=row.id, pseudonym=row.pseudonym, level=row.level, topic=row.topic, country=row.country,
            region=row.region, language=row.locale, audience=row.audience, age_band=row.age_band, channel=row.channel,
            state=row.state, assignee=row.owner, team=row.team, opened_at=row.at, due_at=row.due_at,
            overdue=row.overdue, labels=list(row.labels), outcome=row.outcome, revision=row.revision,
            asked=[Asked(act=one.act, by=one.by, at=one.at) for one in row.asked],
            unseen=[Asked(act=one.act, by=one.by, at=one.at) for one in row.unseen],
        )  # fmt: skip


class CaseList(Model):
    """A page of cases, ranked by level, then due time."""

    cases: list[CaseRow]
    total: int = Field(description="How many there are in all pages.")


class Entry(Model):
    """One message, or a note between the messages."""

    at: int
    who: Literal["contact", "bot", "caseworker", "note"]
    by: str = Field(description="The caseworker who wrote it, or empty.")
    kind: str
    text: str
    original: str = Field(description="What the caseworker wrote, where a machine made `text` of it; or empty.")
    language: str
    status: str = Field(description="How far a reply has come: queued, held, sent, delivered, read, failed; or empty.")


class WholeCase(Model):
    """A case with what was said in it."""

    case: CaseRow
    entries: list[Entry]

    @classmethod
    def of(cls, case: views.Case) -> WholeCase:
        """Return a case of the desk."""
        entries = [
            Entry(
                at=e.at,
                who=e.who,
                by=e.by,
                kind=e.kind,
                text=e.text,
                original="" if e.phrase else e.original,
                language=e.locale,
                status=e.status,
            )
            for e in case.entries
        ]
        return cls(case=CaseRow.of(case.row), entries=entries)


class NewNote(Model):
    """A note, which no contact ever sees."""

    text: str = Field(min_length=1, max_length=MAX_NOTE, pattern=r"\S")
    key: str = Field("", max_length=64, description="Your own id for it: the same again writes nothing twice.")


class Resolution(Model):
    """How a case ended."""

    outcome: Outcome
    reason: str = Field(min_length=1, max_length=MAX_REASON, pattern=r"\S")


class Changed(Model):
    """What became of an act."""

    state: State
    revision: int
    waits_for_second_person: bool = Field(description="Nothing happened yet: a person at the desk must confirm it.")


class NewHook(Model):
    """Where to be told of changes."""

    url: str = Field(max_length=500, pattern=r"^https://[^\s/]+", description="Only https.")


class Hook(Model):
    """Where somebody is told of changes."""

    id: str
    url: str
    failed_at: int = Field(description="When it could not be reached last; 0: it could.")


class MadeHook(Hook):
    """A new one, with its secret, which is shown this once."""

    secret: str


class Problem(Model):
    """Why something was not done (RFC 9457)."""

    title: str
    status: int
    detail: str
