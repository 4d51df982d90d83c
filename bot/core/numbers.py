"""Telephone numbers as the engine sees them: who may be shown one, and when somebody answers it.

Hours are those of the clock on the wall where the number is. What time that is, the shell knows.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

DAY: Final = 24 * 60
"""Minutes of a day."""
CONTACTS: Final = frozenset({"child", "carer"})
"""Who a contact can be, as long as we do not know."""


class Hours(msgspec.Struct, frozen=True):
    """When somebody answers, week by week."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    """Monday to Sunday: the spans of that day, from and to (excluded), in minutes after midnight; a span that ends
    after 1440 goes on into the next day."""
    off: frozenset[tuple[int, int]] = frozenset()
    """(month, day) on which nobody answers, whatever the weekday."""

    @property
    def always(self) -> bool:
        """Whether somebody answers at any time."""
        return not self.off and all(spans == ((0, DAY),) for spans in self.week)

    def answers(self, local: dt.datetime) -> bool:
        """Tell whether somebody answers at a moment of the local clock."""
        minute = local.hour * 60 + local.minute
        return self._within(local, minute) or self._within(local - dt.timedelta(days=1), minute + DAY)

    def _within(self, day: dt.datetime, minute: int) -> bool:
        if (day.month, day.day) in self.off:
            return False
        return any(start <= minute < end for start, end in self.week[day.weekday()])


class Number(msgspec.Struct, frozen=True):
    """A number that may be shown."""

    number: str
    open: Hours | None = None
    """When somebody answers; None: at any time, or nobody knows, and then it is shown at any time."""
    audience: tuple[str, ...] = ()
    """Who may be shown it; empty: everybody."""

    def serves(self, audience: str) -> bool:
        """Tell whether it may be shown to an audience; one that is unknown may be any contact."""
        if not self.audience:
            return True
        return audience in self.audience if audience else not CONTACTS.isdisjoint(self.audience)
