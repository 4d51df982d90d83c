"""Rows, ratios and percentiles. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

ABSENT: Final = "-"


class Size(NamedTuple):
    """How much is measured."""

    name: str = "default"

    def pick(self, quick: int, default: int, full: int | None = None) -> int:
        """Return the number for this size."""
        return {"quick": quick, "default": default, "full": full or default}[self.name]


class Table(NamedTuple):
    """One table: a title, the heads of the columns, rows of cells, and what is to be known when reading it."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        """Lay it out for a terminal: the first column to the left, numbers to the right."""
        lines = [self.heads, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.heads))]

        def laid(line: Sequence[str]) -> str:
            cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            return "  ".join([line[0].ljust(widths[0]), *cells]).rstrip()

        body = [laid(self.heads), "  ".join("-" * width for width in widths), *map(laid, self.rows)]
        return "\n".join([self.title, *body, *(f"* {note}" for note in self.notes)])


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them does not exceed.

    Raises:
        ValueError: There is none.
    """
    if not values:
        msg = "no values"
        raise ValueError(msg)
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def middle(values: Sequence[float]) -> float:
    """Return the median of some rounds."""
    return statistics.median(values)


def ratio(one: float | None, other: float | None) -> str:
    """Return how many times the other this is."""
    if one is None or not other:
        return ABSENT
    return f"{one / other:.2f}x"


def number(value: float | None) -> str:
    """Return a figure with as many digits as mean something."""
    if value is None:
        return ABSENT
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ms(seconds: float | None) -> str:
    """Return a time in milliseconds."""
    return ABSENT if seconds is None else f"{seconds * 1000:.1f} ms"
