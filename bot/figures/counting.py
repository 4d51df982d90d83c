"""From the escalations to what is published of a week. Pure; the numbers themselves end here.

Two groups of cases are counted: those opened in the week (level, topic, language, and how long they waited) and those
closed in it (how they ended, and whether it helped). Of each group all tables have the same rows, places, and share
nothing but these; together with ``suppression`` no table tells more about another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, cast, get_args

import msgspec

from bot.core.escalation import Escalation, Outcome
from bot.core.understood import Level
from bot.figures.cells import FEW, UNKNOWN, Cell
from bot.figures.places import EVERYWHERE, arrange, leaf
from bot.figures.response import Response, response
from bot.figures.spans import Week
from bot.figures.suppression import published
from bot.figures.trees import Node

LEVELS: Final[tuple[Level, ...]] = ("T0", "T1", "T2", "T3")
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
HELPED: Final = ("3", "2", "1", "0")
"""Yes, a little, no, and nothing said (or not asked: after T0 and T1 nobody is)."""
WHOLE: Final = "sum"
VERSION: Final = 1

Table = dict[str, Cell]
"""Category → what is published."""


class Frame(msgspec.Struct, frozen=True):
    """What is published of one place in one week."""

    opened: Cell = FEW
    closed: Cell = FEW
    levels: Table = {}
    topics: Table = {}
    languages: Table = {}
    outcomes: Table = {}
    helped: Table = {}
    response: dict[str, Response] = {}
    """Level → times."""


class WeekFigures(msgspec.Struct, frozen=True):
    """All that is published of a week, and all that is kept of it."""

    week: str
    frames: dict[str, Frame]
    """Place → figures. A place that is missing had too few cases to say anything of it."""
    version: int = VERSION


class _Kind(msgspec.Struct, frozen=True):
    name: str
    of: Callable[[Escalation], str]
    order: tuple[str, ...] = ()
    """All categories, the weightiest first; empty: all that occur in any case that is kept, by name.

    Neither which there are nor their order may follow from the cases of the week: that would tell none from few.
    """


OPENED: Final = (
    _Kind("levels", lambda case: case.level, LEVELS),
    _Kind("topics", lambda case: case.topic),
    _Kind("languages", lambda case: case.locale),
)
CLOSED: Final = (
    _Kind("outcomes", lambda case: case.outcome, OUTCOMES),
    _Kind("helped", lambda case: str(case.helped), HELPED),
)


def count(escalations: Iterable[Escalation], week: Week) -> WeekFigures:
    """Return what is published of a week."""
    every = list(escalations)
    opened = [one for one in every if week.begins <= one.opened_at < week.ends]
    closed = [one for one in every if one.state == "resolved" and week.begins <= one.resolved_at < week.ends]
    frames: dict[str, dict[str, object]] = {EVERYWHERE: {}}
    for name, cases, kinds in (("opened", opened, OPENED), ("closed", closed, CLOSED)):
        orders = {kind.name: kind.order or tuple(sorted({kind.of(one) for one in every})) for kind in kinds}
        _fill(frames, cases, [_Kind(kind.name, kind.of, orders[kind.name]) for kind in kinds], name)
    return WeekFigures(str(week), {place: Frame(**given) for place, given in frames.items()})  # type: ignore[arg-type]


def _fill(frames: dict[str, dict[str, object]], cases: Sequence[Escalation], kinds: Sequence[_Kind], name: str) -> None:
    places, into = arrange(leaf(one.country, one.team) for one in cases)
    goes = [(one, into[there]) for one in cases if (there := leaf(one.country, one.team)) in into]
    for kind in kinds:
        columns = Node(WHOLE, tuple(Node(f"={one}") for one in kind.order))
        counts = Counter((place, f"={kind.of(one)}") for one, place in goes)
        cells = published(counts, places, columns)
        for place in _told(places, cells):
            frame = frames.setdefault(place, {})
            frame[name] = cells[place, WHOLE]
            frame[kind.name] = {one: cells[place, f"={one}"] for one in kind.order}
    if name == "opened":
        for place in _told(places, cells):
            frames[place]["response"] = _responses(goes, places, place, cast("Table", frames[place]["levels"]))


def _told(places: Node, cells: Mapping[tuple[str, str], Cell]) -> list[str]:
    return [one.id for one in places.walk() if not one.quiet and cells[one.id, WHOLE] != UNKNOWN]


def _responses(goes: Sequence[tuple[Escalation, str]], places: Node, place: str, levels: Table) -> dict[str, Response]:
    """Return the times of each level in a place; how many cases are published decides whether there are any."""
    within = next(frozenset(one.leaves()) for one in places.walk() if one.id == place)
    by_level: dict[str, list[Escalation]] = {level: [] for level in LEVELS}
    for case, there in goes:
        if there in within:
            by_level[case.level].append(case)
    return {level: response(cases, levels[level].lo) for level, cases in by_level.items()}
