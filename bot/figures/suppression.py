"""Suppression: which numbers of a table may be shown, so that no number under five can be worked out from the others.

In go the counts of a table whose rows and columns are trees (totals with parts, which may be totals themselves). Out
comes for every row and column one of four marks:

=========== ================================================ ==========================================
mark        shown as                                         what it says to whoever knows the rules
=========== ================================================ ==========================================
``SHOWN``   the number, 5 or more                            that number
``FEW``     "under five"                                     0 to 4
``HELD``    nothing, or what follows from the numbers shown  5 or more
``SILENT``  nothing                                          nothing
=========== ================================================ ==========================================

What is promised, to anybody who has all that is shown, knows which numbers add up to which, and knows these rules:

1. No number from 0 to 4 is ever shown. None is treated as few: "nobody" about a small group says something, too.
2. For every number from 1 to 4 there is another table, with another number in that place, that fits all that is said.
   It cannot be computed, nor pinned down by bounds.
3. The hidden parts of a total that is shown are at least two, and together at least five: also their sum is no small
   cell.
4. Below what is hidden, all is ``SILENT``.

How: from the totals down, each total with its parts in both directions being one small table whose edges are known.
First what is under five is marked; then each line with hidden parts gets enough of them; then the auditor (``loose``)
looks whether each small number can be another one, and where it cannot, one more is held back. What is held back is
chosen by the order of the parts, never by size: that would be a hint. Because all below a hidden number is silent, a
change of it can be carried down to the single case, so that tables of different depth cannot be played off against each
other. Where a table cannot be protected with its marks, it is silent as a whole, and then the table above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from bot.figures.cells import FEW, LEAST, UNKNOWN, Cell, exact
from bot.figures.loose import FAR, Auditor, Room, Spot
from bot.figures.trees import Key, Node, sums


class Mark(Enum):
    """What is said of a number."""

    SHOWN = "shown"
    FEW = "few"
    HELD = "held"
    SILENT = "silent"


ROUNDS: Final = 8
"""How often sums are gone through to narrow ranges; more would help little."""
ABOVE: Final = Node("")
"""What stands above the whole: it has one part and is never shown."""


class CannotProtectError(Exception):
    """A table cannot be published with marks; it is silent then. Never leaves this module."""


def protect(counts: Mapping[Key, int], rows: Node, columns: Node) -> dict[Key, Mark]:
    """Return the mark of every row and column.

    Args:
        counts: (row, column) → number of cases, of the leaves alone; what is missing is none.
        rows: What adds up to what, downwards.
        columns: The same, across. Ids are each used once in their tree.
    """
    every = sums(counts, rows, columns)
    closed: set[Key] = set()
    while True:
        attempt = _Attempt(every, rows, columns, closed)
        marks = attempt.marks()
        if marks is not None:
            return marks


def published(counts: Mapping[Key, int], rows: Node, columns: Node) -> dict[Key, Cell]:
    """Return what may be shown of a table: ranges, made from the marks and the shown numbers alone.

    A number that is held back is given as the range that follows from the sums: everybody can work that out.
    """
    every = sums(counts, rows, columns)
    marks = protect(counts, rows, columns)
    said = {key: _said(mark, every[key]) for key, mark in marks.items()}
    known = narrowed(said, rows, columns)
    return {key: cell if marks[key] in {Mark.SHOWN, Mark.FEW} else _shown(known[key]) for key, cell in said.items()}


def _said(mark: Mark, count: int) -> Cell:
    if mark is Mark.SHOWN:
        return exact(count)
    return {Mark.FEW: FEW, Mark.HELD: Cell(LEAST, None)}.get(mark, UNKNOWN)


def _shown(cell: Cell) -> Cell:
    """Return a range without an end under five: that would be a number under five."""
    if cell.hi is not None and cell.hi < LEAST:
        return FEW
    return Cell(0, cell.hi) if cell.lo < LEAST else cell


def narrowed(cells: Mapping[Key, Cell], rows: Node, columns: Node) -> dict[Key, Cell]:
    """Return the ranges that follow from what is said of some numbers, and from what adds up to what."""
    bounds = {key: (cell.lo, cell.hi if cell.hi is not None else FAR) for key, cell in cells.items()}
    equations = [
        ((row.id, column.id), [(row.id, part.id) for part in column.parts])
        for row in rows.walk()
        for column in columns.walk()
        if column.parts
    ]
    equations += [
        ((row.id, column.id), [(part.id, column.id) for part in row.parts])
        for row in rows.walk()
        if row.parts
        for column in columns.walk()
    ]
    for _ in range(ROUNDS):
        before = dict(bounds)
        for whole, parts in equations:
            _tighten(bounds, whole, parts)
        if bounds == before:
            break
    return {key: Cell(lo, hi if hi < FAR else None) for key, (lo, hi) in bounds.items()}


def _tighten(bounds: dict[Key, tuple[int, int]], whole: Key, parts: list[Key]) -> None:
    least, most = bounds[whole]
    lows, highs = sum(bounds[one][0] for one in parts), sum(bounds[one][1] for one in parts)
    bounds[whole] = max(least, lows), min(most, highs)
    least, most = bounds[whole]
    for one in parts:
        lo, hi = bounds[one]
        bounds[one] = max(lo, least - (highs - hi)), min(hi, most - (lows - lo))


class _Attempt:
    """One way from the totals down. It ends early where a table must be silent, with that written into ``closed``."""

    def __init__(self, every: Mapping[Key, int], rows: Node, columns: Node, closed: set[Key]) -> None:
        self._every = every
        self._rows = (Node(ABOVE.id, (rows,)), *(one for one in rows.walk() if one.parts))
        self._columns = (Node(ABOVE.id, (columns,)), *(one for one in columns.walk() if one.parts))
        self._over_row = {part.id: one.id for one in self._rows for part in one.parts}
        self._closed = closed
        self._marks: dict[Key, Mark] = {}
        self._falls: set[Key] = set()
        """Hidden numbers that could be smaller by one; a change of them can be carried down."""

    def marks(self) -> dict[Key, Mark] | None:
        for row in self._rows:
            for column in self._columns:
                try:
                    self._settle(row, column)
                except CannotProtectError:
                    self._close(row, column)
                    return None
        return self._marks

    def _close(self, row: Node, column: Node) -> None:
        """Silence this table; where it is silent already, the first one above it that is not."""
        at = row.id
        while (at, column.id) in self._closed and at != ABOVE.id:
            at = self._over_row[at]
        self._closed.add((at, column.id))

    def _settle(self, row: Node, column: Node) -> None:
        if ABOVE.id in {row.id, column.id} and len(row.parts) == len(column.parts) == 1 and row.id == column.id:
            self._whole(row.parts[0], column.parts[0])
            return
        single_row = row.id != ABOVE.id and len(row.parts) == 1
        single_column = column.id != ABOVE.id and len(column.parts) == 1
        if single_row or single_column:
            self._copy(row, column, by_row=single_row)
            return
        small = _Small(self, row, column)
        while not small.protected():
            small.hide_one_more()
        small.write()

    def _whole(self, row: Node, column: Node) -> None:
        key = (row.id, column.id)
        self._marks[key] = Mark.SHOWN if self._every[key] >= LEAST else Mark.FEW
        if self._marks[key] is Mark.FEW and self._every[key]:
            self._falls.add(key)

    def _copy(self, row: Node, column: Node, *, by_row: bool) -> None:
        """Say of the only part of a total what is said of the total."""
        for one in row.parts:
            for other in column.parts:
                key = (one.id, other.id)
                above = (row.id, other.id) if by_row else (one.id, column.id)
                self._marks[key] = Mark.SILENT if one.quiet else self._marks[above]
                if above in self._falls:
                    self._falls.add(key)

    # What a small table asks of the whole.

    def count(self, key: Key) -> int:
        return self._every[key]

    def hidden(self, key: Key) -> bool:
        """Tell whether the edge of a table is hidden; there is none above the whole."""
        return ABOVE.id not in key and self._marks[key] is not Mark.SHOWN

    def falls(self, key: Key) -> bool:
        return key in self._falls

    def closed(self, row: Node, column: Node) -> bool:
        return (row.id, column.id) in self._closed

    def put(self, key: Key, mark: Mark, *, falls: bool) -> None:
        self._marks[key] = mark
        if falls:
            self._falls.add(key)


class _Small:
    """One total with its parts, in both directions."""

    def __init__(self, whole: _Attempt, row: Node, column: Node) -> None:
        self._whole, self._row, self._column = whole, row, column
        self._wide, self._high = range(len(column.parts)), range(len(row.parts))
        self._counts = {spot: whole.count(self._key(spot)) for spot in self._spots()}
        self._marks = {spot: self._first(spot) for spot in self._spots()}
        self._stuck: list[Spot] = []

    def _spots(self) -> Iterator[Spot]:
        return ((row, column) for row in self._high for column in self._wide)

    def _key(self, spot: Spot) -> Key:
        return self._row.parts[spot[0]].id, self._column.parts[spot[1]].id

    def _edges(self, spot: Spot) -> tuple[Key, Key]:
        """Return the totals that a spot is part of: of its row, and of its column."""
        row, column = self._key(spot)
        return (row, self._column.id), (self._row.id, column)

    def _first(self, spot: Spot) -> Mark:
        silent = self._whole.closed(self._row, self._column) or self._row.parts[spot[0]].quiet
        if silent or any(self._whole.hidden(edge) for edge in self._edges(spot)):
            return Mark.SILENT
        return Mark.SHOWN if self._counts[spot] >= LEAST else Mark.FEW

    def _lines(self) -> Iterator[list[Spot]]:
        """Yield each line whose total may be known: of a shown total, or one that follows from shown ones."""
        if self._column.id != ABOVE.id:
            for row in self._high:
                part = self._row.parts[row]
                if part.quiet or not self._whole.hidden((part.id, self._column.id)):
                    yield [(row, column) for column in self._wide]
        if self._row.id != ABOVE.id:
            for column in self._wide:
                if not self._whole.hidden((self._row.id, self._column.parts[column].id)):
                    yield [(row, column) for row in self._high]

    def _hide(self, spots: Iterator[Spot] | list[Spot]) -> bool:
        """Hold back the last of some spots that is still shown."""
        shown = [spot for spot in spots if self._marks[spot] is Mark.SHOWN]
        if shown:
            self._marks[shown[-1]] = Mark.HELD
        return bool(shown)

    def protected(self) -> bool:
        """Tell whether all is well, having held back what the lines ask for."""
        changed = True
        while changed:
            changed = False
            for line in self._lines():
                hidden = [spot for spot in line if self._marks[spot] is not Mark.SHOWN]
                together = sum(self._counts[spot] for spot in hidden)
                if hidden and (len(hidden) == 1 or together < LEAST):
                    changed = self._hide(line) or changed
        if all(mark is not Mark.SHOWN for mark in self._marks.values()) and self._tight():
            self._marks = dict.fromkeys(self._marks, Mark.SILENT)
        self._audit()
        return not self._stuck

    def _tight(self) -> bool:
        """Tell whether the total could be made of fours alone: then marks without any number would say too much."""
        return sum(self._counts.values()) <= (LEAST - 1) * len(self._counts)

    def _audit(self) -> None:
        rooms = {spot: self._room(spot) for spot in self._spots() if self._marks[spot] is not Mark.SHOWN}
        self._auditor = Auditor(rooms, rows_known=self._column.id != ABOVE.id, columns_known=self._row.id != ABOVE.id)
        self._stuck = [spot for spot in rooms if self._counts[spot] < LEAST and not self._loose(spot)]

    def _room(self, spot: Spot) -> Room:
        count, mark = self._counts[spot], self._marks[spot]
        if mark is Mark.FEW:
            return count, LEAST - 1 - count
        return count - (LEAST if mark is Mark.HELD else 0), FAR

    def _loose(self, spot: Spot) -> bool:
        if self._auditor.falls(spot) or self._auditor.rises(spot):
            return True
        return self._counts[spot] == 0 or any(self._whole.falls(edge) for edge in self._edges(spot))

    def hide_one_more(self) -> None:
        """Hold one more back, where it helps most; else take back what the marks say.

        Raises:
            CannotProtectError: All is silent, and it does not help.
        """
        row, column = self._stuck[0]
        if self._hide([(row, one) for one in self._wide]) or self._hide([(one, column) for one in self._high]):
            return
        if self._hide(self._spots()):
            return
        if all(mark is Mark.SILENT for mark in self._marks.values()):
            raise CannotProtectError
        self._marks = dict.fromkeys(self._marks, Mark.SILENT)

    def write(self) -> None:
        for spot, mark in self._marks.items():
            hidden = mark is not Mark.SHOWN
            carried = hidden and self._counts[spot] > 0 and any(self._whole.falls(edge) for edge in self._edges(spot))
            self._whole.put(self._key(spot), mark, falls=hidden and (carried or self._auditor.falls(spot)))
