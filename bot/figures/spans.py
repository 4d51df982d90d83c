"""Fixed spans of time: calendar weeks, and months made of whole weeks. There are no others.

Two spans that overlap can be subtracted from each other, and what is left may be one person. So the week (Monday to
Sunday, UTC) is the only span in which cases are counted, and a month is the weeks whose Thursday lies in it, as ISO
8601 does with years. Figures of a month are made from the published figures of its weeks.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, Self

import msgspec

from bot.core.escalation import DUE

DAY_MS: Final = 86_400_000
SETTLE_MS: Final = max(DUE.values())
"""A week is counted when the longest promise of its last case is over; ms."""
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


class Week(msgspec.Struct, frozen=True, order=True):
    """A week as ISO 8601 counts them."""

    year: int
    number: int

    @classmethod
    def of(cls, at: int) -> Self:
        """Return the week of a time (ms since 1970, UTC)."""
        year, number, _ = dt.datetime.fromtimestamp(at / 1000, dt.UTC).isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the week that ``2026-W47`` names; None where it names none."""
        found = _WEEK.fullmatch(text)
        try:
            day = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
        except ValueError:
            day = None
        return cls(*day.isocalendar()[:2]) if day else None

    def __str__(self) -> str:
        """Return it as ``2026-W47``."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> dt.date:
        """Its first day."""
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> dt.date:
        """Its last day."""
        return self.monday + dt.timedelta(days=6)

    @property
    def begins(self) -> int:
        """Its first millisecond."""
        return int(dt.datetime.combine(self.monday, dt.time(), dt.UTC).timestamp() * 1000)

    @property
    def ends(self) -> int:
        """The first millisecond after it."""
        return self.begins + 7 * DAY_MS

    @property
    def month(self) -> Month:
        """The month that it belongs to."""
        thursday = self.monday + dt.timedelta(days=3)
        return Month(thursday.year, thursday.month)

    def back(self, weeks: int) -> Week:
        """Return the week so many weeks before."""
        return Week.of(self.begins - weeks * 7 * DAY_MS)

    def settled(self, now: int) -> bool:
        """Tell whether it is over, and every promise made in it kept or broken."""
        return now >= self.ends + SETTLE_MS


class Month(msgspec.Struct, frozen=True, order=True):
    """The weeks whose Thursday lies in a month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the month that ``2026-11`` names; None where it names none."""
        found = _MONTH.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found and 1 <= int(found[2]) <= 12 and int(found[1]) else None  # noqa: PLR2004 - months

    def __str__(self) -> str:
        """Return it as ``2026-11``."""
        return f"{self.year}-{self.number:02d}"

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Its weeks, four or five."""
        first = dt.date(self.year, self.number, 1)
        thursday = first + dt.timedelta(days=(3 - first.weekday()) % 7)
        found = []
        while thursday.month == self.number:
            year, number, _ = thursday.isocalendar()
            found.append(Week(year, number))
            thursday += dt.timedelta(days=7)
        return tuple(found)


def settled_weeks(now: int, most: int) -> list[Week]:
    """Return the last weeks that are settled, oldest first."""
    last = Week.of(now)
    while not last.settled(now):
        last = last.back(1)
    return [last.back(back) for back in reversed(range(most))]
