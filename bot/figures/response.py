"""How long people waited for a person, against what was promised. Times in milliseconds.

Who is still waiting counts as having waited longer than anybody: else a desk that answers nobody would look quick.
Where the middle or the ninetieth of a hundred is such a one, it is said that this one is still waiting.

These times measure us, and not contacts. They are shown from so many cases on that nobody can work out from them how
many under five waited too long (docs/decisions); the share within the promise is therefore given in three steps, which
follow from the two times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from bot.core.escalation import DUE, Escalation
from bot.core.understood import Level

MEDIAN_FROM: Final = 10
NINETIETH_FROM: Final = 20
NOT_YET: Final = -1
Share = Literal["most", "half", "less"]
"""At least ninety of a hundred; at least half; less than half."""


class Waits(msgspec.Struct, frozen=True):
    """Median and ninetieth of a hundred; None: too few cases; NOT_YET: that one is still waiting."""

    median: int | None = None
    ninetieth: int | None = None


class Response(msgspec.Struct, frozen=True):
    """How long it took until somebody took a case, and until somebody wrote."""

    taken: Waits
    answered: Waits

    def share(self, level: Level) -> Share | None:
        """Return how many were taken within what is promised for the level; None: too few to say."""
        due = DUE[level]
        if self.taken.ninetieth is not None and _within(self.taken.ninetieth, due):
            return "most"
        if self.taken.median is None:
            return None
        return "half" if _within(self.taken.median, due) else "less"


def _within(time: int, due: int) -> bool:
    return time != NOT_YET and time <= due


def rank(times: Sequence[int], share: float) -> int:
    """Return the time that a share of all did not exceed (nearest rank), of sorted times."""
    return times[max(0, math.ceil(share * len(times)) - 1)]


def waits(times: Iterable[int], known: int) -> Waits:
    """Return what may be said of some times; NOT_YET among them is the longest.

    Args:
        times: One of each case.
        known: How many cases there are at least, by what is published: whether there are times says no more than that.
    """
    ordered = sorted(times, key=lambda one: math.inf if one == NOT_YET else one)
    return Waits(
        rank(ordered, 0.5) if known >= MEDIAN_FROM else None, rank(ordered, 0.9) if known >= NINETIETH_FROM else None
    )


def response(cases: Sequence[Escalation], known: int) -> Response:
    """Return how long the contacts of some cases waited, of which at least so many are published."""
    taken = waits((_since(case, case.taken_at) for case in cases), known)
    return Response(taken, waits((_since(case, case.answered_at) for case in cases), known))


def _since(case: Escalation, at: int) -> int:
    return max(0, at - case.opened_at) if at else NOT_YET
