"""Announcements of escalations, between the store that holds them and the notifier that carries them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bot.core.escalation import Escalation
from bot.core.understood import Level


class Announcement(msgspec.Struct, frozen=True):
    """One escalation is to be announced. It holds no text, and nothing of the contact."""

    partition: int
    entry: str
    """Id in the stream of the partition."""
    id: str
    """The escalation."""
    level: Level
    round: int
    """How often it was announced before."""
    revision: int
    at: int
    """When it was to be announced, ms."""


class Announcements(Protocol):
    """What is to be announced. Every method raises UnavailableError while the store is away.

    Any number of notifiers may read; each announcement is in the hands of one, as long as that one renews it.
    """

    async def take(self, count: int) -> Sequence[Announcement]:
        """Return announcements that nobody has in hand: new ones, and those whose holder has not renewed them."""

    async def renew(self, held: Sequence[Announcement]) -> None:
        """Say that these are still being worked on."""

    async def case(self, id: str, partition: int) -> Escalation | None:  # noqa: A002 - the field's name
        """Return the escalation as it is now; None where it was deleted."""

    async def told(self, announcement: Announcement) -> frozenset[str]:
        """Return the marks of the targets that were told of this announcement already."""

    async def mark(self, announcement: Announcement, target: str) -> None:
        """Keep that a target was told of it, for a day."""

    async def done(self, announcement: Announcement) -> None:
        """Take it out: everybody was told, or nobody needs to be any more."""

    async def wait(self, timeout_s: float) -> None:
        """Return when there may be something new, or after the time in seconds."""
