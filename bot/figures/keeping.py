"""Keeps what was published of each week, so that it stays as it is and can be looked at for a year.

Nothing else is kept: cases go when their retention is over, and with them all that is not in these few numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
import structlog

from bot.core.escalation import Escalation
from bot.errors import UcareError
from bot.figures import spans
from bot.figures.counting import VERSION, WeekFigures, count
from bot.ports.basics import Clock
from bot.ports.desk import Vault

KEPT_WEEKS: Final = 54
"""How many weeks are kept."""
COUNTED_WEEKS: Final = 8
"""How far back a week is still counted that was not counted in time: while its closed cases are surely there."""
LOOK_S: Final = 3600.0
"""How often it is looked whether a week is over, in seconds."""

log = structlog.get_logger("ucare.figures")


class Source(Protocol):
    """Where the cases are."""

    async def all(self) -> Sequence[Escalation]:
        """Return every escalation that is kept, open and closed."""


def key(week: spans.Week) -> str:
    """Return the name of a week in the vault."""
    return f"figures {week}"


class Snapshots:
    """The published figures of the weeks."""

    def __init__(self, source: Source, vault: Vault, clock: Clock, *, kept_days: int = 90) -> None:
        """Take where cases are, where figures are kept, and for how many days closed cases are kept at least."""
        self._source, self._vault, self._clock = source, vault, clock
        self._counted = max(1, min(COUNTED_WEEKS, kept_days // 7 - 1))
        self._known: dict[spans.Week, WeekFigures] = {}
        self._never: set[spans.Week] = set()
        """Weeks of which nothing was published and nothing will be."""
        self._turn = asyncio.Lock()

    async def week(self, week: spans.Week) -> WeekFigures | None:
        """Return what was published of a week; None where nothing was.

        Raises:
            UnavailableError: The store is away.
        """
        if (
            week not in self._known
            and week not in self._never
            and (kept := await self._vault.get(key(week))) is not None
        ):
            figures = msgspec.json.decode(kept, type=WeekFigures)
            if figures.version == VERSION:
                self._known[week] = figures
        return self._known.get(week)

    async def weeks(self, most: int = KEPT_WEEKS) -> list[tuple[spans.Week, WeekFigures]]:
        """Return the weeks of which something was published, oldest first; first counts what is due.

        Raises:
            UnavailableError: The store is away.
        """
        await self.catch_up()
        wanted = spans.settled_weeks(self._clock.now(), most)
        found = await asyncio.gather(*(self.week(one) for one in wanted))
        self._never |= {week for week, figures in zip(wanted[: -self._counted], found, strict=False) if figures is None}
        return [(week, figures) for week, figures in zip(wanted, found, strict=True) if figures]

    async def catch_up(self) -> int:
        """Count each week that is over and was not counted; return how many. Any number may do so at once.

        What is published once is never changed: a case that is deleted or changed later changes no figure.
        """
        async with self._turn:
            now, made = self._clock.now(), 0
            lately = [one for one in spans.settled_weeks(now, self._counted) if one not in self._never]
            due = [one for one in lately if await self.week(one) is None]
            if not due:
                return 0
            every = await self._source.all()
            first = min((one.opened_at for one in every), default=now)
            for week in due:
                if week.ends <= first:  # before anything began
                    self._never.add(week)
                    continue
                figures = await asyncio.to_thread(count, every, week)
                made += await self._vault.swap(key(week), None, msgspec.json.encode(figures))
            gone = spans.settled_weeks(now, KEPT_WEEKS + COUNTED_WEEKS)[:COUNTED_WEEKS]
            for week in gone:
                await self._vault.delete(key(week))
                self._known.pop(week, None)
            return made

    async def run(self) -> None:
        """Count for ever, each week when it is over."""
        while True:
            try:
                if made := await self.catch_up():
                    log.info("weeks_counted", weeks=made)
            except UcareError as error:
                log.warning("not_counted", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)
