"""What is published of a count: a range. Everything a page or a file says about cases of contacts is made of these.

An exact number is a range of one; "under five" is 0 to 4. Adding ranges tells nobody more than the ranges do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

LEAST: Final = 5
"""No number of cases below this is ever shown (none too: it is no different from four)."""


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """At least ``lo`` and at most ``hi`` cases; None: no upper end is known."""

    lo: int
    hi: int | None

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.lo == self.hi

    @property
    def few(self) -> bool:
        """Whether it says "under five" and no more."""
        return self.lo < LEAST and self.hi is not None and self.hi < LEAST

    def text(self) -> str:
        """Return it as pages and files show it: ``12``, ``<5``, ``21-25``, ``7+``; nothing known: ``?``."""
        if self.few:
            return f"<{LEAST}"
        if self.exact:
            return str(self.lo)
        if self.hi is not None:
            return f"<{self.hi + 1}" if self.lo == 0 else f"{self.lo}\N{EN DASH}{self.hi}"
        return f"{self.lo}+" if self.lo else "?"


FEW: Final = Cell(0, LEAST - 1)
UNKNOWN: Final = Cell(0, None)
NONE: Final = Cell(0, 0)


def exact(count: int) -> Cell:
    """Return the cell of a number that may be shown."""
    return Cell(count, count)


def total(cells: Iterable[Cell]) -> Cell:
    """Return the sum of cells that count different cases."""
    lo, hi, open_ended = 0, 0, False
    for cell in cells:
        lo += cell.lo
        hi += cell.hi or 0
        open_ended = open_ended or cell.hi is None
    return Cell(lo, None if open_ended else hi)
