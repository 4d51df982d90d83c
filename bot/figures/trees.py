"""The two directions of a table as trees: what adds up to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec


class Node(msgspec.Struct, frozen=True):
    """A total with its parts, or a leaf.

    Parts are in the order of their weight to readers: where one must be withheld to protect another, the last goes
    first. The order must not follow from the counts, or it would tell something of them.
    """

    id: str
    parts: tuple[Node, ...] = ()
    quiet: bool = False
    """Never shown: what is left of its total, whose size everybody can work out."""

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, totals before parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def leaves(self) -> Iterator[str]:
        """Yield the ids of what has no parts."""
        if not self.parts:
            yield self.id
        for part in self.parts:
            yield from part.leaves()


Key = tuple[str, str]
"""A row and a column."""


def sums(counts: Mapping[Key, int], rows: Node, columns: Node) -> dict[Key, int]:
    """Return the count of every pair of a row and a column, totals among them, from those of the leaves."""
    found: dict[Key, int] = {}
    within = {column.id: tuple(column.leaves()) for column in columns.walk()}

    def add(row: Node) -> None:
        for part in row.parts:
            add(part)
        for column, leaves in within.items():
            if row.parts:
                found[row.id, column] = sum(found[part.id, column] for part in row.parts)
            else:
                found[row.id, column] = sum(counts.get((row.id, leaf), 0) for leaf in leaves)

    add(rows)
    return found
