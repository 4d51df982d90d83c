"""What the overview calls things, and its tables put together from that: the same for page, charts and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from babel.dates import format_skeleton
from jinja2 import Template
from markupsafe import Markup

from bot.core.escalation import DUE
from bot.figures.cells import Cell
from bot.figures.counting import LEVELS
from bot.figures.export import Sheet
from bot.figures.reading import KINDS, Report, Span, Trend, told
from bot.figures.response import Waits
from bot.figures.spans import Month, Week
from bot.i18n import writing

NOTES: Final = 6


class Words:
    """The words of one language."""

    def __init__(self, template: Template, given: Mapping[str, object], locale: str, teams: Mapping[str, str]) -> None:
        """Take the template of the words, what it may call, the language, and the names of the teams."""
        self._given = {**given, "number": self.number}
        self._module = template.make_module(self._given)
        self._locale, self._teams = locale, teams

    def __call__(self, name: str, *args: object) -> str:
        """Return what a macro of the template says, as plain text."""
        said = getattr(self._module, name)(*args)
        return str(Markup(said).unescape()).strip()  # noqa: S704 - unescaped, not trusted

    def number(self, value: int) -> str:
        """Return a number in the digits of the language."""
        return writing.number(value, self._locale)

    def place(self, place: str) -> str:
        """Return the name of a place."""
        return self("place", place, self._teams)

    def day(self, day: dt.date) -> str:
        """Return a day in words."""
        return writing.date(day, self._locale)

    def short_day(self, day: dt.date) -> str:
        """Return day and month, as they stand below a chart."""
        return str(format_skeleton("MMMd", day, locale=writing.known(self._locale)))

    def span(self, span: Span) -> str:
        """Return the name of a span."""
        if isinstance(span, Month):
            return str(format_skeleton("yMMMM", dt.date(span.year, span.number, 1), locale=writing.known(self._locale)))
        return f"{self.short_day(span.monday)} \N{EN DASH} {self.day(span.sunday)}"

    def table(self, kind: str, table: Mapping[str, Cell]) -> dict[str, Cell]:
        """Return a table with its categories in words."""
        return {self("category", kind, code): cell for code, cell in table.items()}


def response_rows(report: Report, say: Words) -> list[tuple[Week, list[list[str]]]]:
    """Return for each week, newest first, one line for each level."""
    found = []
    for week, levels in reversed(report.response):
        lines = []
        for level in LEVELS:
            if level in levels:
                one = levels[level]
                lines.append(
                    [level, *_times(one.taken, say), *_times(one.answered, say), say("share", one.share(level))]
                )
        found.append((week, lines))
    return found


def _times(waits: Waits, say: Words) -> tuple[str, str]:
    return say("time", waits.median), say("time", waits.ninetieth)


def sheets(report: Report, trend: Trend, say: Words) -> list[Sheet]:
    """Return all that is published of a place and a span as tables for a file, what they mean first."""
    about = [[say("head", "place"), say.place(report.place)], [say("head", "span"), say.span(report.span)]]
    about += [[say("head", name), getattr(report, name)] for name in ("opened", "closed")]
    about += [["", say("note", at)] for at in range(NOTES)]
    opened = say("head", "opened")
    found = [Sheet(say("title", "about"), (), about)]
    for kind in KINDS:
        rows = _rows(kind, report.tables[kind], say)
        counted = say("head", "closed") if kind in {"outcomes", "helped"} else opened
        found.append(Sheet(say("title", kind), (say("head", kind), counted), rows))
    if report.countries:
        rows = _rows("countries", report.countries, say)
        found.append(Sheet(say("title", "countries"), (say("head", "countries"), opened), rows))
        found.append(_spoken(report, say))
    found.append(_over_weeks(trend, say))
    head = [
        say("head", one) for one in ("week", "levels", "promise", "taken", "taken90", "answered", "answered90", "share")
    ]
    lines = [
        [week.monday.isoformat(), level, say("time", DUE[level]), *rest]  # type: ignore[index]  # a level
        for week, rows in response_rows(report, say)
        for level, *rest in rows
    ]
    found.append(Sheet(say("title", "response"), head, lines))
    return found


def _rows(kind: str, table: Mapping[str, Cell], say: Words) -> list[list[str | int | Cell]]:
    return [[name, cell] for name, cell in say.table(kind, table).items()]


def spoken_rows(report: Report, say: Words) -> tuple[list[str], list[tuple[str, list[Cell]]]]:
    """Return the countries, and for each language one cell of each of them."""
    languages = list(dict.fromkeys(one for table in report.spoken.values() for one in table))
    known = [one for one in languages if any(table.get(one, Cell(0, None)).lo for table in report.spoken.values())]
    rows = [
        (say("category", "languages", one), [table.get(one, Cell(0, None)) for table in report.spoken.values()])
        for one in known
    ]
    return [say("category", "countries", one) for one in report.spoken], rows


def _spoken(report: Report, say: Words) -> Sheet:
    countries, rows = spoken_rows(report, say)
    return Sheet(
        say("title", "spoken"), (say("head", "languages"), *countries), [[name, *cells] for name, cells in rows]
    )


def _over_weeks(trend: Trend, say: Words) -> Sheet:
    head = [say("head", "trend"), *(week.monday.isoformat() for week in trend.weeks)]
    rows: Sequence[Sequence[str | Cell]] = [
        [say("category", "topics", name), *cells] for name, cells in trend.rows.items()
    ]
    return Sheet(say("title", "trend"), head, rows)


def known(kind: str, report: Report, say: Words) -> tuple[dict[str, Cell], int]:
    """Return the categories of which something is known, in words, and how many had too few cases."""
    table = report.countries if kind == "countries" else report.tables[kind]
    found, few = told(table, len(report.weeks))
    return say.table(kind, found), few
