"""Reads what was published: one place in a week or a month, and how it went over the weeks. Pure.

Everything here is made from published ranges alone, so nothing here can say more than they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from bot.core.people import Viewer
from bot.figures.cells import FEW, Cell, total
from bot.figures.counting import Frame, Table, WeekFigures
from bot.figures.places import EVERYWHERE, NONE, open_to
from bot.figures.response import Response
from bot.figures.spans import Month, Week

Span = Week | Month
Kind = Literal["levels", "topics", "languages", "outcomes", "helped"]
KINDS: Final[tuple[Kind, ...]] = ("levels", "topics", "languages", "outcomes", "helped")
Weeks = Sequence[tuple[Week, WeekFigures]]
NOTHING: Final = Frame()
"""Of a place with too few cases: each of its numbers is under five."""


class Report(msgspec.Struct, frozen=True):
    """One place in one span."""

    place: str
    span: Span
    weeks: tuple[Week, ...]
    """The weeks of the span that were counted."""
    opened: Cell
    closed: Cell
    tables: dict[str, Table]
    """Kind → category → range; what is largest first, but for levels and answers, which have an order of their own."""
    countries: Table
    """Country → cases opened; only where the place is everywhere."""
    spoken: dict[str, Table]
    """Country → language → cases opened; only where the place is everywhere."""
    response: list[tuple[Week, dict[str, Response]]]


class Trend(msgspec.Struct, frozen=True):
    """How a table went over the weeks."""

    weeks: tuple[Week, ...]
    rows: dict[str, tuple[Cell, ...]]
    """Category → one range for each week."""


def places(viewer: Viewer, weeks: Weeks) -> list[str]:
    """Return the places whose figures somebody may see: everywhere first, then each country with its teams."""
    every = {place for _, figures in weeks for place in figures.frames} | {EVERYWHERE}
    teams = {place for place in every if "/" in place}
    alone = {one for one in teams if one.endswith(f"/{NONE}") and not _siblings(one, teams) - {one}}
    seen = [one for one in every - alone if open_to(viewer, one)]
    return sorted(seen, key=_order)


def _order(place: str) -> tuple[bool, bool, str, bool, str]:
    country, _, team = place.partition("/")
    return place != EVERYWHERE, country == NONE, country, team == NONE, team


def _siblings(place: str, teams: Iterable[str]) -> set[str]:
    return {one for one in teams if one.partition("/")[0] == place.partition("/")[0]}


def spans(weeks: Weeks) -> tuple[list[Month], list[Week]]:
    """Return the months and weeks of which something was published, newest first."""
    return sorted({week.month for week, _ in weeks}, reverse=True), sorted((week for week, _ in weeks), reverse=True)


def report(weeks: Weeks, place: str, span: Span) -> Report:
    """Return what is published of a place in a span: of a month the sums over its weeks."""
    wanted = span.weeks if isinstance(span, Month) else (span,)
    within = [(week, figures) for week, figures in weeks if week in wanted]
    frames = [figures.frames.get(place, NOTHING) for _, figures in within]
    countries = sorted({one for _, figures in within for one in figures.frames if one != EVERYWHERE and "/" not in one})
    whole = place == EVERYWHERE
    by_country = {one: [figures.frames.get(one, NOTHING) for _, figures in within] for one in countries if whole}
    return Report(
        place=place,
        span=span,
        weeks=tuple(week for week, _ in within),
        opened=total(one.opened for one in frames),
        closed=total(one.closed for one in frames),
        tables={kind: _added([getattr(one, kind) for one in frames], kind) for kind in KINDS},
        countries=_largest({one: total(each.opened for each in of) for one, of in by_country.items()}),
        spoken={one: _added([each.languages for each in of], "languages") for one, of in by_country.items()},
        response=[(week, frame.response) for (week, _), frame in zip(within, frames, strict=True)],
    )


def trend(weeks: Weeks, place: str, kind: Kind, most: int) -> Trend:
    """Return how the largest categories of a kind went over all given weeks."""
    frames = [figures.frames.get(place, NOTHING) for _, figures in weeks]
    tables: list[Table] = [getattr(one, kind) for one in frames]
    largest = [name for name, cell in _added(tables, kind).items() if cell.lo][:most]
    rows = {name: tuple(table.get(name, FEW) for table in tables) for name in largest}
    return Trend(tuple(week for week, _ in weeks), rows)


def _added(tables: Sequence[Table], kind: str) -> Table:
    names = list(dict.fromkeys(name for table in tables for name in table))
    added = {name: total(table.get(name, FEW) for table in tables) for name in names}
    return added if kind in {"levels", "helped"} else _largest(added)


def _largest(table: Mapping[str, Cell]) -> Table:
    return dict(sorted(table.items(), key=lambda pair: (-pair[1].lo, pair[0])))


def told(table: Mapping[str, Cell], weeks: int) -> tuple[Table, int]:
    """Return the part of a table of which anything is known, and how many of its categories had too few cases."""
    known = {name: cell for name, cell in table.items() if cell.lo > 0}
    return known, len(table) - len(known) if weeks else 0
