"""Places boxes in columns, so that every arrow runs from left to right.

1. Arrows that would run back are told as words in their row and not drawn.
2. A box stands one column to the right of the rightmost box that leads to it.
3. An arrow over several columns passes through a gap of its own in each.
4. In each column, what is reached from higher up stands higher up.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

WIDTH: Final = 250
LINE: Final = 16
HEAD: Final = 24
PAD: Final = 8
BETWEEN: Final = 90
"""Pixels between two columns."""
APART: Final = 22
"""Pixels between two boxes of a column."""
GAP: Final = 12


class Row(msgspec.Struct, frozen=True):
    """A way out of a box: what is written there, in lines, and where it leads (empty: nowhere that is drawn)."""

    lines: tuple[str, ...]
    target: str = ""


class Box(msgspec.Struct, frozen=True):
    """A box to be drawn. ``style`` is a class of the picture."""

    id: str
    head: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    style: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        rows = sum(len(row.lines) * LINE + 6 for row in self.rows)
        return HEAD + (len(self.lines) * LINE + PAD if self.lines else 0) + rows + (4 if self.rows else 0)

    def row_y(self, index: int) -> float:
        """Return the middle of a row, from the top of the box."""
        above = HEAD + (len(self.lines) * LINE + PAD if self.lines else 0)
        above += sum(len(row.lines) * LINE + 6 for row in self.rows[:index])
        return above + (len(self.rows[index].lines) * LINE + 6) / 2


class Placed(msgspec.Struct, frozen=True):
    """Where everything stands, in pixels."""

    at: dict[str, tuple[float, float]]
    """Box → its upper left corner."""
    arrows: list[list[tuple[float, float]]]
    """Points through which each arrow runs."""
    width: float
    height: float


def forward(boxes: Mapping[str, Box], roots: Sequence[str]) -> set[tuple[str, int]]:
    """Return the rows (box, index) whose arrows can be drawn without any round; depth first, without recursion."""
    kept: set[tuple[str, int]] = set()
    state: dict[str, int] = {}  # 1: on the way, 2: done
    for root in (*roots, *boxes):
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(enumerate(boxes[root].rows)))]
        while stack:
            name, rows = stack[-1]
            for index, row in rows:
                if row.target not in boxes or state.get(row.target) == 1:
                    continue
                kept.add((name, index))
                if row.target not in state:
                    state[row.target] = 1
                    stack.append((row.target, iter(enumerate(boxes[row.target].rows))))
                    break
            else:
                state[name] = 2
                stack.pop()
    return kept


def _columns(boxes: Mapping[str, Box], kept: set[tuple[str, int]]) -> dict[str, int]:
    into: dict[str, int] = dict.fromkeys(boxes, 0)
    for name, index in kept:
        into[boxes[name].rows[index].target] += 1
    column = dict.fromkeys(boxes, 0)
    ready = [name for name in boxes if not into[name]]
    while ready:
        name = ready.pop(0)
        for index, row in enumerate(boxes[name].rows):
            if (name, index) in kept:
                column[row.target] = max(column[row.target], column[name] + 1)
                into[row.target] -= 1
                if not into[row.target]:
                    ready.append(row.target)
    return column


class _Grid:
    """Boxes, and gaps for the arrows that pass by, in columns."""

    def __init__(self, boxes: Mapping[str, Box], roots: Sequence[str]) -> None:
        self.boxes = boxes
        kept = forward(boxes, roots)
        column = _columns(boxes, kept)
        self.columns: list[list[str]] = [[] for _ in range(max(column.values(), default=0) + 1)]
        for name in (*roots, *(one for one in boxes if one not in roots)):
            self.columns[column[name]].append(name)
        self.routes: dict[tuple[str, int], list[str]] = {}
        self.feeds: dict[str, list[tuple[str, int]]] = {}
        for name, index in sorted(kept):
            target = boxes[name].rows[index].target
            stops = []
            for at in range(column[name] + 1, column[target]):
                stops.append(f"{name}\0{index}\0{at}")
                self.columns[at].append(stops[-1])
            stops.append(target)
            self.routes[name, index] = stops
            for before, stop in itertools.pairwise([name, *stops]):
                self.feeds.setdefault(stop, []).append((before, index))
        self.x = {name: float(n * (WIDTH + BETWEEN)) for n, names in enumerate(self.columns) for name in names}
        self.top: dict[str, float] = {}

    def wish(self, name: str) -> float | None:
        """Return where the arrows that come in come from, on average; None where none does."""
        feeds = self.feeds.get(name, [])
        found = [self.top[one] + (self.boxes[one].row_y(row) if one in self.boxes else 0) for one, row in feeds]
        return sum(found) / len(found) - HEAD if found else None

    def stack(self) -> None:
        """Give every box and gap its height on the page, column by column."""
        for number, names in enumerate(self.columns):
            wishes = {name: self.wish(name) if number else None for name in names}
            if number:
                names.sort(key=lambda one: (wishes[one] is None, wishes[one] or 0.0))
            y = 0.0
            for name in names:
                self.top[name] = y = max(y, wishes[name] or 0.0)
                y += (self.boxes[name].height + APART) if name in self.boxes else GAP

    def arrow(self, name: str, index: int) -> list[tuple[float, float]]:
        """Return the points through which the arrow of a row runs."""
        points = [(self.x[name] + WIDTH, self.top[name] + self.boxes[name].row_y(index))]
        *gaps, target = self.routes[name, index]
        for gap in gaps:
            points += [(self.x[gap], self.top[gap]), (self.x[gap] + WIDTH, self.top[gap])]
        return [*points, (self.x[target], self.top[target] + HEAD / 2)]


def place(boxes: Mapping[str, Box], roots: Sequence[str]) -> Placed:
    """Return where every box and arrow stands; ``roots`` come first."""
    grid = _Grid(boxes, roots)
    grid.stack()
    return Placed(
        at={name: (grid.x[name], grid.top[name]) for name in boxes},
        arrows=[grid.arrow(name, index) for name, index in grid.routes],
        width=float(len(grid.columns) * (WIDTH + BETWEEN) - BETWEEN),
        height=max((grid.top[name] + box.height for name, box in boxes.items()), default=0.0),
    )
