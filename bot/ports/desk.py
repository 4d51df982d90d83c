"""What the caseworkers' console asks of the rooms below it. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from bot.core.acts import AnyAct
from bot.core.escalation import Escalation
from bot.ports.partitions import Line


class File(msgspec.Struct, frozen=True):
    """All that is kept of one escalation, unsealed for somebody who may read it: lines oldest first."""

    escalation: Escalation
    lines: Sequence[Line] = ()
    """What was said, by contact, bot and caseworkers."""
    notes: Sequence[Line] = ()
    """What no contact sees: notes, reasons and summaries, each with its author."""
    statuses: Mapping[str, str] = {}
    """Reply → how far it has come."""


class Acted(msgspec.Struct, frozen=True):
    """What became of an act."""

    escalation: Escalation
    once: str
    """Id of the reply, flow or note that was made of it."""
    repeated: bool = False
    """It was done before, and nothing was done again."""


class Escalations(Protocol):
    """Where escalations are kept. Roles and scope are not asked here: that is the desk's (``bot.desk``)."""

    async def all(self) -> Sequence[Escalation]:
        """Return every escalation that is kept, open and closed, in no order; without any text."""

    async def one(self, id: str) -> Escalation | None:  # noqa: A002
        """Return one escalation as it is now, without any text; None where there is none."""

    async def file(self, id: str) -> File | None:  # noqa: A002 - the field's name
        """Return one escalation with what was said; None where there is none."""

    async def act(
        self,
        id: str,  # noqa: A002 - the field's name
        by: str,
        act: AnyAct,
        *,
        key: str = "",
        alone: bool = False,
    ) -> Acted:
        """Do one act, atomically, and write it down in the audit.

        Args:
            id: The escalation.
            by: Who does it.
            act: What is done.
            key: A form's own id: the same again does nothing twice.
            alone: Nobody else is there who could look at it (``core.acts.Context``).

        Raises:
            NotAllowedError: The state does not allow it, or not to this person.
            ConflictError: Somebody was faster.
            UnavailableError: The store is away; nothing was changed, or all of it.
        """

    async def address(self, id: str) -> str:  # noqa: A002
        """Return how the contact of an escalation is reached at the channel; empty where it is not known any more."""

    def changes(self) -> AsyncIterator[str]:
        """Yield the id of each escalation that changes (also a new message or delivery status)."""


class Field(msgspec.Struct, frozen=True):
    """A gap in a phrase that the caseworker fills in."""

    name: str
    """As the placeholder: ``{name}``."""
    kind: Literal["text", "date", "time", "number"]
    label: str
    """In English; a text of the console."""


class Phrase(msgspec.Struct, frozen=True):
    """A reviewed sentence: what the caseworker reads, and what the contact reads."""

    id: str
    shown: str
    sent: str
    review: str = ""
    """What people did about the translation that is sent: ``draft``, ``back-checked``, ``reviewed``; English: empty."""
    group: str = ""
    """Id of what it is for: the beginning of its own id."""
    group_title: str = ""
    """The same, in the caseworker's language."""
    fields: tuple[Field, ...] = ()
    """Its gaps, in the order in which they are asked for; telephone numbers are filled in already."""


class Phrases(Protocol):
    """The reviewed sentences of ``flows/phrases.yml``."""

    def for_contact(self, locale: str, shown_in: str, country: str = "", audience: str = "") -> Sequence[Phrase]:
        """Return the phrases that exist in the contact's locale, shown in the caseworker's, by group.

        The country and audience choose the telephone numbers; a phrase that names one which is not there is left out.
        """

    def search(self, query: str, locale: str, shown_in: str, country: str = "", audience: str = "") -> Sequence[Phrase]:
        """Return the phrases of ``for_contact`` that fit a few words in the caseworker's language, best first.

        Case, accents and slips do not matter; an empty query finds all.
        """

    def fill(
        self,
        id: str,  # noqa: A002 - the field's name
        values: Mapping[str, str],
        locale: str,
        shown_in: str,
        country: str = "",
        audience: str = "",
    ) -> Phrase:
        """Return a phrase with its gaps filled in, in both languages.

        Args:
            id: The phrase.
            values: Field → a day as ``2026-01-31``, a time as ``14:30``, a whole number, or a text.
            locale: The contact's.
            shown_in: The caseworker's.
            country: The contact's, for the numbers.
            audience: The contact's, for the numbers.

        Raises:
            NotAllowedError: There is no such phrase here, or a gap is empty or wrong.
        """


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
