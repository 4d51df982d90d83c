"""An attacker, written apart from the suppression: all that was shown, what adds up to what, and patience.

Every table of whole numbers that fits is looked for, by trying the values of the leaves and cutting off what cannot fit
any more. A number is pinned down if no fitting table has another value in its place.
"""

from __future__ import annotations

from bot.figures.suppression import Mark
from bot.figures.trees import Node, sums


class Attacker:
    def __init__(self, counts: dict, rows: Node, columns: Node, marks: dict) -> None:
        every = sums(counts, rows, columns)
        self.far = max(every.values()) + 5  # beyond every total: a nearer end would tell more than was said
        self.leaves = [(row, column) for row in rows.leaves() for column in columns.leaves()]
        number = {leaf: at for at, leaf in enumerate(self.leaves)}
        below_row = {one.id: list(one.leaves()) for one in rows.walk()}
        below_column = {one.id: list(one.leaves()) for one in columns.walk()}
        self.parts = {
            (row, column): [number[r, c] for r in below_row[row] for c in below_column[column]]
            for row in below_row
            for column in below_column
        }
        self.facts = []
        for key, mark in marks.items():
            said = {
                Mark.SHOWN: (every[key], every[key]),
                Mark.FEW: (0, 4),
                Mark.HELD: (5, self.far),
                Mark.SILENT: (0, self.far),
            }[mark]
            assert said[0] <= every[key] <= said[1], "the true table must be one of those that fit"
            self.facts.append((self.parts[key], *said))
        self.small = [key for key, mark in marks.items() if mark is not Mark.SHOWN and 0 < every[key] < 5]
        self.every = every

    def pinned(self) -> list:
        """Return the numbers from 1 to 4 that can be nothing else."""
        return [key for key in self.small if not self._other(key)]

    def _other(self, key) -> bool:
        true = self.every[key]
        return self.fits([(self.parts[key], 0, true - 1)]) or self.fits([(self.parts[key], true + 1, self.far)])

    def fits(self, more: list) -> bool:
        return self._search([(0, self.far)] * len(self.leaves), self.facts + more)

    def _search(self, bounds: list, facts: list) -> bool:
        bounds = self._tighten(bounds, facts)
        if bounds is None:
            return False
        free = [at for at, (lo, hi) in enumerate(bounds) if lo < hi]
        if not free:
            return True
        at = min(free, key=lambda one: bounds[one][1] - bounds[one][0])
        lo, hi = bounds[at]
        middle = (lo + hi) // 2
        return any(
            self._search([*bounds[:at], part, *bounds[at + 1 :]], facts) for part in ((lo, middle), (middle + 1, hi))
        )

    @staticmethod
    def _tighten(bounds: list, facts: list) -> list | None:
        bounds, changed = list(bounds), True
        while changed:
            changed = False
            for parts, least, most in facts:
                lows, highs = sum(bounds[at][0] for at in parts), sum(bounds[at][1] for at in parts)
                if lows > most or highs < least:
                    return None
                for at in parts:
                    lo, hi = bounds[at]
                    new = (max(lo, least - (highs - hi)), min(hi, most - (lows - lo)))
                    if new[0] > new[1]:
                        return None
                    if new != (lo, hi):
                        bounds[at], changed = new, True
                        lows, highs = lows + new[0] - lo, highs + new[1] - hi
        return bounds
