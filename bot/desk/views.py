"""What a person at the desk is shown of cases. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from bot.core.escalation import SecondLook, State
from bot.core.understood import Level

Who = Literal["contact", "bot", "caseworker", "note"]
Delivery = Literal["", "queued", "held", "sent", "delivered", "read", "failed"]


class Row(msgspec.Struct, frozen=True):
    """One escalation as the queue shows it. It holds no text."""

    id: str
    pseudonym: str
    level: Level
    topic: str
    country: str
    locale: str
    channel: str
    state: State
    owner: str
    """The caseworker who has it, or empty."""
    at: int
    """When it was opened."""
    due_at: int
    """When a person should have taken it."""
    waiting_ms: int
    """How long the contact has been waiting for a person; 0 while a person is talking."""
    overdue: bool = False
    announced: int = 0
    """How often it was announced again because nobody took it."""
    team: str = ""
    audience: str = ""
    age_band: str = ""
    region: str = ""
    labels: tuple[str, ...] = ()
    asked: tuple[SecondLook, ...] = ()
    """What somebody asks a second person for."""
    unseen: tuple[SecondLook, ...] = ()
    """What was done alone and waits to be reviewed."""
    follow_up: bool = False
    """The reminder that this person set is due."""
    mentioned: bool = False
    """A note mentions this person, who has not looked at it yet."""
    outcome: str = ""
    revision: int = 0


class Entry(msgspec.Struct, frozen=True):
    """One line of the conversation, or a note between the lines."""

    at: int
    who: Who
    text: str
    kind: str = "text"
    """What the contact sent (``voice``, ``picture`` …); ``flow``; for notes ``note``, ``reason`` or ``summary``."""
    reply_id: str = ""
    status: Delivery = ""
    """How far a caseworker's reply has come."""
    by: str = ""
    """The caseworker who wrote it."""
    locale: str = ""
    """The language of ``text``, where it is known."""
    shown: str = ""
    """The same in the language of who reads it, from checked texts; empty: there is none, or it is the same."""
    original: str = ""
    """What the caseworker wrote, where a machine translated it; or how the phrase was shown to them."""
    phrase: str = ""
    """Id of the phrase that a reply was made from."""
    whisper: bool = False
    """A note of somebody who has not the case."""
    medium: int = -1
    """The number of the picture, voice message or file in this case; -1: none."""
    type: str = ""
    """The media type that was declared for it; never believed."""
    size: int = 0
    """Its bytes, as far as the service tells."""


class Reason(msgspec.Struct, frozen=True):
    """Why the assistant escalated: the risk, the rule that saw it, and the concepts that were met; no words."""

    risk: str
    rule: str
    concepts: Sequence[str] = ()


class Step(msgspec.Struct, frozen=True):
    """One safeguarding step."""

    id: str
    done: bool


class Case(msgspec.Struct, frozen=True):
    """One escalation with its log, oldest entry first, and what this person may do with it now."""

    row: Row
    entries: Sequence[Entry] = ()
    actions: Sequence[str] = ()
    """Verbs of ``core.acts``."""
    reasons: Sequence[Reason] = ()
    steps: Sequence[Step] = ()
    linked: Sequence[Row] = ()
    others: Sequence[Row] = ()
    """Other cases of the same contact, which could be put beside this one."""
    colleagues: Sequence[str] = ()
    """Who could take it."""
    left_behind: bool = False
    """Its assignee cannot sign in any more."""
    follow_up_at: int = 0
    may_fetch: bool = False
    """An export was confirmed and may be fetched."""
    asks_safety: bool = False
    """The first thing to ask is whether the contact can talk safely."""
    helped: int = 0
