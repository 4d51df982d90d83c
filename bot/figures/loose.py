"""The auditor of one small table: can a hidden number be another one, with all else that is published unchanged?

The rows and columns of the table are taken as known exactly, whether they are shown or not: an attacker may have more
than we published. A number is loose where some others can make up for a change of it by one. Changes that keep all
rows and columns as they are, are closed walks between rows and columns: one step adds a case, the next takes one away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

Spot = tuple[int, int]
"""Number of a row and of a column."""
Room = tuple[int, int]
"""How far a hidden number may fall and rise without breaking what its mark says."""

FAR = 1 << 30
"""As far as anybody likes."""


class Auditor:
    """Looks for worlds that differ in one hidden number."""

    def __init__(self, rooms: Mapping[Spot, Room], *, rows_known: bool, columns_known: bool) -> None:
        """Take the hidden numbers with their room, and whether the sum of each row and of each column is known."""
        self._rooms = rooms
        self._row = (lambda at: ("row", at)) if rows_known else (lambda _at: ("row", -1))
        self._column = (lambda at: ("column", at)) if columns_known else (lambda _at: ("column", -1))
        self._next: dict[tuple[str, int], list[tuple[Spot, tuple[str, int]]]] = {}
        for (row, column), (down, up) in rooms.items():
            if up > 0:
                self._next.setdefault(self._row(row), []).append(((row, column), self._column(column)))
            if down > 0:
                self._next.setdefault(self._column(column), []).append(((row, column), self._row(row)))

    def falls(self, spot: Spot) -> bool:
        """Tell whether the number could be smaller by one."""
        return self._rooms[spot][0] > 0 and self._walk(self._row(spot[0]), self._column(spot[1]), spot)

    def rises(self, spot: Spot) -> bool:
        """Tell whether the number could be larger by one."""
        return self._rooms[spot][1] > 0 and self._walk(self._column(spot[1]), self._row(spot[0]), spot)

    def _walk(self, start: tuple[str, int], goal: tuple[str, int], without: Spot) -> bool:
        seen, waiting = {start}, deque([start])
        while waiting:
            for spot, there in self._next.get(waiting.popleft(), ()):
                if spot == without or there in seen:
                    continue
                if there == goal:
                    return True
                seen.add(there)
                waiting.append(there)
        return False
