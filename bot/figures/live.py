"""What is the case now: who waits, and who has how much. Pure.

How many wait at each level is shown as it is: a desk is staffed by these numbers, and whoever sees them has the
same cases in their queue, one by one. For the same reason this part is neither kept nor exported. All else about
contacts is suppressed here, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from bot.core.understood import SERIOUS
from bot.desk.views import Row
from bot.figures.cells import Cell
from bot.figures.counting import LEVELS, WHOLE
from bot.figures.places import EVERYWHERE
from bot.figures.suppression import published
from bot.figures.trees import Node


class Waiting(msgspec.Struct, frozen=True):
    """Cases of one level that nobody has."""

    level: str
    count: int
    overdue: int
    longest_ms: int


class Load(msgspec.Struct, frozen=True):
    """The open cases of one person: about somebody who works here, so nothing is suppressed."""

    name: str
    cases: int
    urgent: int
    """Of them T0 and T1."""
    to_answer: int


class Live(msgspec.Struct, frozen=True):
    """The desk now."""

    waiting: list[Waiting]
    languages: dict[str, Cell]
    load: list[Load]

    @property
    def count(self) -> int:
        """How many wait."""
        return sum(one.count for one in self.waiting)


def live(rows: Sequence[Row], locales: Sequence[str]) -> Live:
    """Return what is the case now, of the rows of somebody's queue.

    Args:
        rows: The queue.
        locales: All languages that contacts may have; which of them wait must not show by their being there.
    """
    waiting = [row for row in rows if row.state == "waiting"]
    names = sorted({*locales, *(row.locale for row in waiting)})
    columns = Node(WHOLE, tuple(Node(f"={one}") for one in names))
    counts = Counter((EVERYWHERE, f"={row.locale}") for row in waiting)
    cells = published(counts, Node(EVERYWHERE), columns)
    owned = [row for row in rows if row.owner and row.state != "resolved"]
    return Live(
        [_waiting(level, [row for row in waiting if row.level == level]) for level in LEVELS],
        {one: cells[EVERYWHERE, f"={one}"] for one in names},
        sorted(
            (_load(name, [row for row in owned if row.owner == name]) for name in {row.owner for row in owned}),
            key=lambda one: (-one.cases, one.name),
        ),
    )


def _waiting(level: str, rows: Sequence[Row]) -> Waiting:
    overdue = sum(row.overdue for row in rows)
    return Waiting(level, len(rows), overdue, max((row.waiting_ms for row in rows), default=0))


def _load(name: str, rows: Sequence[Row]) -> Load:
    urgent = sum(row.level in SERIOUS for row in rows)
    return Load(name, len(rows), urgent, sum(row.state == "assigned" for row in rows))
