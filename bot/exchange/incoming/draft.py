"""Steps in the making. Ways lead to keys: the id of a node, with ``#1``, ``#2`` … for what else the node does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.exchange.words import Line, Words

Value = str | float | None


class Option(msgspec.Struct):
    """A choice in the making."""

    label: Words
    next: str = ""
    """Key of where it leads; empty: the flow ends there."""
    id: str = ""
    """Empty: made from the label."""
    flow: str = ""
    set: dict[str, str] = msgspec.field(default_factory=dict)
    on: bool = False
    """Whether it goes where the step itself goes."""


class Arm(msgspec.Struct):
    """An arm of a branch in the making."""

    when: dict[str, list[str]]
    next: str


class Draft(msgspec.Struct):
    """A step in the making; what it has depends on its kind."""

    key: str
    kind: str
    node: str
    next: str = ""
    id: str = ""
    """Empty: made from its text."""
    onwards: str | None = None
    """Id of the step that ours went on to, where nothing in the node tells it."""
    lines: dict[str, list[Line]] = msgspec.field(default_factory=dict)
    """Statements by place (empty: everywhere)."""
    question: Words = Words("")
    again: Words | None = None
    options: list[Option] = msgspec.field(default_factory=list)
    arms: list[Arm] = msgspec.field(default_factory=list)
    values: dict[str, str] = msgspec.field(default_factory=dict)
    """What a ``set`` remembers."""
    more: dict[str, Value] = msgspec.field(default_factory=dict)
    """What stands in the step beside: slot, type, level, topic, flow, act …"""

    def ways(self) -> Iterator[str]:
        """Yield the keys it may lead to."""
        yield from (one.next for one in self.options if not one.on and not one.flow)
        yield from (one.next for one in self.arms)
        yield self.next

    def texts(self) -> Iterator[Words]:
        """Yield every text of it."""
        for lines in self.lines.values():
            yield from (one.words for one in lines)
        if self.question.english:
            yield self.question
        if self.again:
            yield self.again
        yield from (one.label for one in self.options)
