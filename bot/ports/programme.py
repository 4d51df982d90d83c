"""What contacts told for the programme, outside of any case: families who want to foster, and the like.

Of each kind a contact has one record. What the contact told and what people of the organisation noted stand apart, so
that neither overwrites the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from bot.core.events import AnyEvent


class Record(msgspec.Struct, frozen=True):
    """What a contact told. Times are milliseconds since 1970, UTC."""

    kind: str
    ref: str
    channel: str
    at: int
    """When it was told last."""
    until: int
    """When it is deleted."""
    fields: dict[str, str]
    locale: str = ""
    country: str = ""
    region: str = ""
    audience: str = ""


class Entry(msgspec.Struct, frozen=True):
    """A record, and what was noted about it: bytes whose form is known to who works with that kind."""

    record: Record
    noted: bytes = b""


class Programme(Protocol):
    """All records."""

    async def all(self, kind: str) -> Sequence[Entry]:
        """Return all records of a kind, in no order."""

    async def one(self, kind: str, ref: str) -> Entry | None:
        """Return a contact's record of a kind."""

    async def note(self, kind: str, ref: str, step: Callable[[Entry], bytes]) -> Entry:
        """Change what is noted of a record, as one compare-and-set; ``step`` may be called again.

        Raises:
            NotAllowedError: There is no such record (any more).
            ConflictError: Others changed it, again and again.
        """

    async def drop(self, kind: str, ref: str) -> None:
        """Delete a record and what was noted; nothing happens where there is none."""

    async def tell(self, ref: str, channel: str, event: AnyEvent) -> bool:
        """Put an event into the contact's inbox; False where its id was seen before."""
