"""Carries announcements out: each target of each round is told once, and again only where it failed.

Rules:

1. A case that somebody has taken meanwhile is not announced, nor a round after which there was another.
2. Each announcement is carried out on its own: one that is slow holds up no other.
3. A target that fails is tried again for ``GIVE_UP_MS``. At T0 others are told at once, round by round, until somebody
   new was reached or everybody was tried.
4. A way that is not set up counts as a failure, so that nobody relies on it.
5. What goes wrong is counted and can be seen; it never stops the rest.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry

from bot.core.escalation import Escalation
from bot.errors import SendError, UcareError
from bot.notices.metrics import Metrics
from bot.notices.senders import Sender
from bot.notices.state import Failed, State
from bot.notices.wording import notice
from bot.ports.basics import Clock
from bot.ports.notices import Announcement, Announcements
from bot.teams.presence import Presence
from bot.teams.telling import EVERYBODY, Channel, Target

log = structlog.get_logger("ucare.notices")

AT_ONCE: Final = 50
WAIT_S: Final = 1.0
PAUSE_S: Final = 0.2
"""Between two looks at the store, in seconds: every change of a case wakes us, and most announce nothing."""
RETRY_S: Final = 5.0
RENEW_S: Final = 5.0
"""How often we say that we hold what we hold, in seconds; far below the time after which others take it."""
READY_S: Final = 20.0
GIVE_UP_MS: Final = 240_000
"""How long a target that fails is tried again, in milliseconds: then the next round is near."""


class Tried(msgspec.Struct):
    """What became of one announcement so far, in this process."""

    reached: set[str]
    """Marks of the targets that were told."""
    hopeless: set[str]
    """Marks of those that another try would not reach."""


class Notifier:
    """Announces. Any number may run: each announcement is in the hands of one."""

    def __init__(  # noqa: PLR0913 - a part each, built once in bootstrap
        self,
        announcements: Announcements,
        senders: Mapping[Channel, Sender],
        presence: Callable[[], Presence],
        state: State,
        clock: Clock,
        *,
        console: str = "",
        registry: CollectorRegistry | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """Take what it works with.

        Args:
            announcements: What is to be announced.
            senders: The ways that are set up.
            presence: Returns the teams and who works now.
            state: Where other processes see what works and what failed.
            clock: Tells the time.
            console: The address of the console, for links; empty: there are none.
            registry: Where the counters are registered.
            retry_s: How long to wait before a target is tried again, in seconds.
        """
        self._announcements = announcements
        self._senders = senders
        self._presence = presence
        self._state = state
        self._clock = clock
        self._console = console
        self._metrics = Metrics(registry)
        self._retry_s = retry_s
        self._held: dict[tuple[int, str], tuple[Announcement, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Announce, until cancelled."""
        beside = [asyncio.create_task(self._often(self._renew, RENEW_S)),
                  asyncio.create_task(self._often(self._say_ready, READY_S))]  # fmt: skip
        try:
            while True:
                try:
                    if not await self.take():
                        await self._announcements.wait(WAIT_S)
                    await asyncio.sleep(PAUSE_S)
                except Exception as error:  # noqa: BLE001 - whatever it is, the next case must be announced
                    log.warning("announcements_wait", error=type(error).__name__)
                    await asyncio.sleep(WAIT_S)
        finally:
            tasks = [*beside, *(task for _, task in self._held.values())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def take(self) -> int:
        """Begin with what is there now; return how many announcements there were."""
        found = await self._announcements.take(AT_ONCE)
        for one in found:
            if (one.partition, one.entry) not in self._held:
                self._held[one.partition, one.entry] = (one, asyncio.create_task(self._carried(one)))
        return len(found)

    async def settled(self) -> None:
        """Return when nothing is in hand any more."""
        while self._held:
            await asyncio.gather(*(task for _, task in self._held.values()))

    async def _often(self, step: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - the store is away: said again soon
                log.warning("announcements_wait", error=type(error).__name__)
            await asyncio.sleep(every_s)

    async def _renew(self) -> None:
        if self._held:
            await self._announcements.renew([one for one, _ in self._held.values()])

    async def _say_ready(self) -> None:
        await self._state.say_ready(self._senders)

    async def _carried(self, one: Announcement) -> None:
        """Carry one announcement out; what breaks is left for the next who looks."""
        try:
            await self._carry(one)
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not stop the others
            log.error("announcement_failed", error=type(error).__name__)  # noqa: TRY400 - the trace says no more
        finally:
            self._held.pop((one.partition, one.entry), None)

    async def _carry(self, one: Announcement) -> None:
        tried = Tried(set(await self._announcements.told(one)), set())
        first = True
        while True:
            now = self._clock.now()
            case = await self._announcements.case(one.id, one.partition)
            if case is None or case.state != "waiting" or case.announced != one.round:
                break
            failed = await self._round(one, case, one.round, tried, now)
            reach, before = one.round, len(tried.reached)  # whoever was reached in this round was expected
            while first and failed and case.level == "T0" and reach < EVERYBODY and len(tried.reached) == before:
                reach += 1
                await self._round(one, case, reach, tried, now)
            first = False
            again = [target for target in failed if mark(target) not in tried.hopeless]
            if not again or now - one.at >= GIVE_UP_MS:
                break
            await asyncio.sleep(self._retry_s)
        await self._announcements.done(one)

    async def _round(self, one: Announcement, case: Escalation, round_: int, tried: Tried, now: int) -> list[Target]:
        """Tell whom a round reaches and who was not told yet; return who could not be reached."""
        recipients = self._presence().to_tell(case, round_, now)
        done = tried.reached | tried.hopeless
        wanted = [target for target in recipients.targets if mark(target) not in done]
        outcomes = await asyncio.gather(*(self._tell(one, case, target, tried, now) for target in wanted))
        return [target for target, reached in zip(wanted, outcomes, strict=True) if not reached]

    async def _tell(self, one: Announcement, case: Escalation, target: Target, tried: Tried, now: int) -> bool:
        said = notice(case, one.round, one.revision, self._console, now)
        sender = self._senders.get(target.channel)
        try:
            if sender is None:
                code = "not_set_up"
                raise SendError(code, retryable=False)  # noqa: TRY301 - counted like any other failure
            await sender.send(said, target, now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other targets must be told
            known = error if isinstance(error, SendError) else None
            code = str(known) if known else type(error).__name__
            if known and not known.retryable:
                tried.hopeless.add(mark(target))
            await self._failed(Failed(target.channel, now, code))
            return False
        tried.reached.add(mark(target))
        self._metrics.announcements.labels(target.channel, "sent").inc()
        await self._announcements.mark(one, mark(target))
        await self._state.worked(target.channel)
        return True

    async def _failed(self, failed: Failed) -> None:
        outcome = failed.code if failed.code == "not_set_up" else "failed"
        self._metrics.announcements.labels(failed.way, outcome).inc()
        log.warning("not_announced", way=failed.way, code=failed.code)
        try:
            await self._state.failed(failed)
        except UcareError as error:
            log.warning("failure_not_kept", error=type(error).__name__)


def mark(target: Target) -> str:
    """Return what is kept of a target that was told: nothing that could be read."""
    return hashlib.blake2b(f"{target.channel} {target.address}".encode(), digest_size=12).hexdigest()
