"""What the caseworkers' console asks of the rooms below it. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

import msgspec

from bot.core.escalation import State
from bot.core.understood import Level

Who = Literal["contact", "bot", "caseworker"]
Delivery = Literal["", "queued", "held", "sent", "delivered", "read", "failed"]
Action = Literal["claim", "reply", "release", "hand_back", "transfer", "take_over", "lower_level", "exclude", "resolve"]


class QueueRow(msgspec.Struct, frozen=True):
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
    waiting_ms: int
    """How long the contact has been waiting for a person; 0 while a person is talking."""
    overdue: bool = False
    announced: int = 0
    """How often it was announced again because nobody took it."""


class Entry(msgspec.Struct, frozen=True):
    """One message of the case log, unsealed for the caseworker who may see the case."""

    at: int
    who: Who
    text: str
    kind: str = "text"
    """What the contact sent (``voice``, ``picture`` …); ``text`` may be its caption."""
    reply_id: str = ""
    status: Delivery = ""
    """How far a caseworker's reply has come."""


class Reason(msgspec.Struct, frozen=True):
    """Why the assistant escalated: the risk, the rule that saw it, and the concepts that were met; no words."""

    risk: str
    rule: str
    concepts: Sequence[str] = ()


class Case(msgspec.Struct, frozen=True):
    """One escalation with its log, oldest entry first, and what this caseworker may do with it now."""

    row: QueueRow
    entries: Sequence[Entry] = ()
    actions: Sequence[Action] = ()
    reasons: Sequence[Reason] = ()


class Escalations(Protocol):
    """The queue. Every verb is atomic, and written down in the audit.

    All verbs raise NotAllowedError (the state or the caseworker's rights do not allow it), ConflictError
    (somebody was faster) or UnavailableError (the store is away).
    """

    async def queue(self, caseworker: str) -> Sequence[QueueRow]:
        """Return what is open and what this caseworker may see, ranked by level, then due time."""

    async def get(self, id: str, caseworker: str) -> Case | None:  # noqa: A002 - the field's name
        """Return a case; None where it does not exist or this caseworker may not see it."""

    async def claim(self, id: str, caseworker: str) -> None:  # noqa: A002
        """Take a waiting case; the bot keeps quiet from now on."""

    async def reply(self, id: str, caseworker: str, text: str, *, key: str) -> str:  # noqa: A002
        """Send a text to the contact and return the reply's id. The same key again sends nothing twice."""

    async def release(self, id: str, caseworker: str) -> None:  # noqa: A002
        """Put a case back into the queue, for somebody else."""

    async def hand_back(self, id: str, caseworker: str, snooze_ms: int) -> None:  # noqa: A002
        """Let the bot talk again, keep the case, and be reminded after ``snooze_ms`` milliseconds."""

    async def transfer(self, id: str, caseworker: str, to: str) -> None:  # noqa: A002
        """Give a case to another caseworker."""

    async def take_over(self, id: str, caseworker: str, former: str) -> None:  # noqa: A002
        """Take a case from its assignee, who has left: whether they have is for the caller to know."""

    async def lower_level(self, id: str, caseworker: str, level: Level, reason: str) -> None:  # noqa: A002
        """Lower the level; only a person does that, and says why."""

    async def exclude(self, id: str, caseworker: str, accused: str, reason: str) -> None:  # noqa: A002
        """Close a case to a caseworker who is accused in it: they neither see nor claim it from now on."""

    async def resolve(self, id: str, caseworker: str, reason: str) -> None:  # noqa: A002
        """Close a case."""

    def changes(self) -> AsyncIterator[str]:
        """Yield the id of each escalation that changes (also a new message or delivery status)."""


class Phrase(msgspec.Struct, frozen=True):
    """A reviewed sentence: what the caseworker reads, and what the contact reads."""

    id: str
    shown: str
    sent: str
    review: str = ""
    """What people did about the translation that is sent: ``draft``, ``back-checked``, ``reviewed``; English: empty."""


class Phrases(Protocol):
    """The reviewed sentences of ``flows/phrases.yml``."""

    def for_contact(self, locale: str, shown_in: str) -> Sequence[Phrase]:
        """Return the phrases that exist in the contact's locale, shown in the caseworker's."""


class Vault(Protocol):
    """A small durable store of bytes under a key, for accounts and sessions."""

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under a key and has not ended."""

    async def put(self, key: str, value: bytes, *, ttl_s: int = 0) -> None:
        """Keep a value, for so many seconds, or until it is deleted where 0."""

    async def swap(self, key: str, expected: bytes | None, value: bytes) -> bool:
        """Keep a value, without an end, only if the key holds what is expected (None: nothing); atomic."""

    async def delete(self, key: str) -> bool:
        """Delete, and tell whether there was something; of two that delete at once, one is told so."""
