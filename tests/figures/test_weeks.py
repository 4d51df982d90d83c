"""Spans, waiting times, counting and keeping."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.figures import reading
from bot.figures.cells import Cell
from bot.figures.counting import count
from bot.figures.keeping import KEPT_WEEKS, Snapshots, key
from bot.figures.response import NOT_YET, Response, Waits, waits
from bot.figures.spans import DAY_MS, Month, Week, settled_weeks
from tests.console.memory import MemoryVault
from tests.figures.making import cases

WEEK = Week(2026, 40)


def test_months_share_no_week_and_leave_none_out():
    months = [Month(year, number) for year in range(2024, 2031) for number in range(1, 13)]
    weeks = [week for month in months for week in month.weeks]
    assert all(later.begins == earlier.ends for earlier, later in pairwise(weeks))
    assert all(week.month == month for month in months for week in month.weeks)


def test_week_is_settled_when_the_last_promise_is_over():
    assert not WEEK.settled(WEEK.ends + 2 * DAY_MS - 1)
    assert WEEK.settled(WEEK.ends + 2 * DAY_MS)
    assert settled_weeks(WEEK.ends + 2 * DAY_MS, 2) == [Week(2026, 39), WEEK]
    assert Week.of(WEEK.begins) == Week.of(WEEK.ends - 1) == WEEK


@given(st.text("0123456789-W", max_size=9))
def test_any_text_is_a_span_or_none(text):
    for kind in (Week, Month):
        found = kind.parse(text)
        assert found is None or str(found) == text


def test_who_still_waits_has_waited_longest():
    assert waits([5, 1, 3], known=3) == Waits()
    assert waits([*range(1, 10), NOT_YET], known=10) == Waits(5, None)
    assert waits([*range(1, 5), *[NOT_YET] * 6], known=10) == Waits(NOT_YET, None)
    assert waits([*range(1, 19), NOT_YET, NOT_YET], known=20) == Waits(10, 18)
    assert waits([*range(1, 18), *[NOT_YET] * 3], known=20) == Waits(10, NOT_YET)
    assert Response(Waits(60_000, 240_000), Waits()).share("T0") == "most"
    assert Response(Waits(60_000, NOT_YET), Waits()).share("T0") == "half"
    assert Response(Waits(400_000, NOT_YET), Waits()).share("T0") == "less"
    assert Response(Waits(), Waits()).share("T0") is None


def test_ten_thousand_cases_take_well_under_a_second():
    every = cases(10_000, WEEK, 1)
    began = time.perf_counter()
    figures = count(every, WEEK)
    assert time.perf_counter() - began < 1
    assert figures.frames["all"].opened.lo > 9_900


def test_counts_are_of_the_week_and_add_up():
    every = cases(900, WEEK, 3)
    figures = [(week, count(every, week)) for week in (WEEK, Week(2026, 41), Week(2026, 42))]
    for week, one in figures:
        for place, frame in one.frames.items():
            opened = [case for case in every if week.begins <= case.opened_at < week.ends]
            if place == "GR":
                opened = [case for case in opened if case.country == "GR"]
            if place in {"all", "GR"}:
                assert len(opened) - 12 <= frame.opened.lo <= len(opened)
            for table in (frame.levels, frame.topics, frame.languages, frame.outcomes, frame.helped):
                assert not any(cell.exact and cell.lo < 5 for cell in table.values())
    month = reading.report(figures, "all", Month(2026, 10))
    assert month.opened == Cell(*[sum(one.frames["all"].opened.lo for _, one in figures)] * 2)
    assert sum(cell.lo for cell in month.countries.values()) <= month.opened.lo
    assert month.weeks == (WEEK, Week(2026, 41), Week(2026, 42))


def test_none_and_few_look_alike_also_by_what_is_not_there():
    """A topic that nobody asked about this week stands in the tables like one that two asked about."""
    every = cases(400, WEEK, 2)
    later = msgspec.structs.replace(every[0], topic="interpreter", opened_at=WEEK.ends + 1)
    rare = [case for case in every[1:] if case.topic != "interpreter"]
    asked = next(at for at, case in enumerate(rare) if case.opened_at < WEEK.ends)
    changed = [
        msgspec.structs.replace(case, topic="interpreter") if at == asked else case for at, case in enumerate(rare)
    ]
    with_one, without = count([*changed, later], WEEK), count([*rare, later], WEEK)
    assert with_one.frames["all"].topics["interpreter"] == without.frames["all"].topics["interpreter"] == Cell(0, 4)


class Source:
    def __init__(self, every) -> None:
        self.every, self.asked = every, 0

    async def all(self):
        self.asked += 1
        return self.every


class Clock:
    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


@pytest.fixture
def source():
    return Source(cases(900, WEEK, 3))


async def test_week_is_counted_once_and_stays(source):
    vault, clock = MemoryVault(), Clock(WEEK.ends + 2 * DAY_MS - 1)
    assert await Snapshots(source, vault, clock).catch_up() == 0
    assert vault.kept == {}
    clock.at += 1
    jobs = [Snapshots(source, vault, clock) for _ in range(3)]
    assert sum(await asyncio.gather(*(one.catch_up() for one in jobs))) == 1
    assert list(vault.kept) == [key(WEEK)]
    kept = dict(vault.kept)
    source.every = source.every[::2]
    assert await Snapshots(source, vault, clock).catch_up() == 0
    assert vault.kept == kept
    weeks = await Snapshots(source, vault, clock).weeks()
    assert [week for week, _ in weeks] == [WEEK]


async def test_nothing_of_a_case_is_kept_but_numbers(source):
    vault = MemoryVault()
    await Snapshots(source, vault, Clock(WEEK.ends + 2 * DAY_MS)).catch_up()
    kept = vault.kept[key(WEEK)]
    assert not any(case.id.encode() in kept for case in source.every)
    assert len(kept) < 30_000


async def test_year_is_kept_and_not_more(source):
    vault, clock = MemoryVault(), Clock(WEEK.ends + 2 * DAY_MS)
    await Snapshots(source, vault, clock).catch_up()
    clock.at += (KEPT_WEEKS - 1) * 7 * DAY_MS
    weeks = await Snapshots(source, vault, clock).weeks()
    assert weeks[0][0] == WEEK
    clock.at += 7 * DAY_MS
    await Snapshots(source, vault, clock).catch_up()
    assert key(WEEK) not in vault.kept


async def test_week_whose_cases_may_be_gone_is_not_counted_late(source):
    vault, clock = MemoryVault(), Clock(WEEK.ends + 2 * DAY_MS + 5 * 7 * DAY_MS)
    await Snapshots(source, vault, clock, kept_days=21).catch_up()
    assert key(WEEK) not in vault.kept
    assert await Snapshots(source, vault, clock).catch_up() > 0
    assert key(WEEK) in vault.kept


async def test_cases_are_not_read_again_for_every_look(source):
    snapshots = Snapshots(source, MemoryVault(), Clock(WEEK.ends + 2 * DAY_MS))
    for _ in range(3):
        await snapshots.weeks()
    assert source.asked == 1
