"""Carries announcements out: each target of each round is told once, and again only where it failed.

Rules:

1. A case that somebody has taken meanwhile is not announced.
2. A target that fails is tried again for ``GIVE_UP_MS``; the others do not wait for it. Where every target of a T0
   case fails, everybody is told at once, whatever the round.
3. What goes wrong is counted and can be seen; it never stops the others.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter

from bot.errors import SendError, UcareError
from bot.notices.senders import Sender
from bot.notices.wording import Notice, notice
from bot.ports.basics import Clock
from bot.ports.notices import Announcement, Announcements
from bot.teams.presence import Presence
from bot.teams.telling import EVERYBODY, Channel, Recipients, Target

log = structlog.get_logger("ucare.notices")

AT_ONCE: Final = 50
WAIT_S: Final = 1.0
RETRY_S: Final = 5.0
GIVE_UP_MS: Final = 240_000
"""How long a target that fails is tried again, in milliseconds: then the next round is near."""


class Failed(msgspec.Struct, frozen=True):
    """The last announcement of a channel that did not go out."""

    channel: Channel
    at: int
    code: str


class Notifier:
    """Announces. Any number may run: each announcement is in the hands of one."""

    def __init__(
        self,
        announcements: Announcements,
        senders: Mapping[Channel, Sender],
        presence: Callable[[], Presence],
        clock: Clock,
        *,
        console: str = "",
        registry: CollectorRegistry | None = None,
    ) -> None:
        """Take what is to be announced, the ways that are set up, who works now, and the console's address."""
        self._announcements = announcements
        self._senders = senders
        self._presence = presence
        self._clock = clock
        self._console = console
        self.failed: dict[Channel, Failed] = {}
        self._counter = Counter(
            "ucare_announcements_total", "Announcements by way and outcome", ("way", "outcome"), registry=registry
        )

    async def run(self) -> None:
        """Announce, until cancelled."""
        while True:
            try:
                if not await self.once():
                    await self._announcements.wait(WAIT_S)
            except UcareError as error:
                log.warning("announcements_wait", error=type(error).__name__)
                await asyncio.sleep(WAIT_S)

    async def once(self) -> int:
        """Carry out what is there now; return how many announcements there were."""
        held = await self._announcements.take(AT_ONCE)
        await asyncio.gather(*(self._carry(one) for one in held))
        return len(held)

    async def _carry(self, one: Announcement) -> None:
        while True:
            now = self._clock.now()
            case = await self._announcements.case(one.id, one.partition)
            if case is None or case.state != "waiting":
                break
            presence = self._presence()
            said = notice(case, one.round, self._console, now)
            left = await self._round(one, presence.to_tell(case, one.round, now), said, now)
            if left and case.level == "T0" and left == len(presence.to_tell(case, one.round, now).targets):
                left = await self._round(one, presence.to_tell(case, EVERYBODY, now), said, now)
            if not left or now - one.at >= GIVE_UP_MS:
                break
            await self._announcements.renew([one])
            await asyncio.sleep(RETRY_S)
        await self._announcements.done(one)

    async def _round(self, one: Announcement, recipients: Recipients, said: Notice, now: int) -> int:
        """Tell who was not told yet; return how many could not be reached."""
        told = await self._announcements.told(one)
        wanted = [
            target for target in recipients.targets if mark(target) not in told and target.channel in self._senders
        ]
        reached = await asyncio.gather(*(self._tell(one, target, said, now) for target in wanted))
        return reached.count(False)

    async def _tell(self, one: Announcement, target: Target, said: Notice, now: int) -> bool:
        try:
            await self._senders[target.channel].send(said, target, now)
        except SendError as error:
            log.warning("not_announced", way=target.channel, code=error.code)
            self._counter.labels(target.channel, "failed").inc()
            self.failed[target.channel] = Failed(target.channel, now, error.code)
            return False
        await self._announcements.mark(one, mark(target))
        self._counter.labels(target.channel, "sent").inc()
        self.failed.pop(target.channel, None)
        return True


def mark(target: Target) -> str:
    """Return what is kept of a target that was told: nothing that could be read."""
    return hashlib.blake2b(f"{target.channel} {target.address}".encode(), digest_size=12).hexdigest()
