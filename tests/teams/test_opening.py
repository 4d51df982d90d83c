"""When a team is there: weekdays, holidays, odd days, and the days on which the clock is moved."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.teams import opening
from bot.teams.team import Team

MINUTE = 60_000
ATHENS = Team("athens", "Athens", timezone="Europe/Athens", hours="Mo-Fr 09:00-17:00", holidays=("GR",))


def at(*clock, zone="Europe/Athens", fold=0):
    return int(dt.datetime(*clock, tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def changed(team=ATHENS, **fields):
    return msgspec.structs.replace(team, **fields)


def test_weekdays_and_hours():
    assert opening.open_now(ATHENS, at(2026, 11, 25, 9))
    assert opening.open_now(ATHENS, at(2026, 11, 25, 16, 59))
    assert not opening.open_now(ATHENS, at(2026, 11, 25, 17))
    assert not opening.open_now(ATHENS, at(2026, 11, 28, 12))
    assert opening.next_opening(ATHENS, at(2026, 11, 27, 17)) == at(2026, 11, 30, 9)
    assert opening.next_opening(ATHENS, at(2026, 11, 25, 12)) == at(2026, 11, 25, 12)


def test_a_holiday_closes_and_a_switch_opens_it_again():
    clean_monday = dt.date(2026, 2, 23)
    assert opening.named(ATHENS, clean_monday)
    noon = at(2026, 2, 23, 12)
    assert not opening.open_now(ATHENS, noon)
    assert opening.next_opening(ATHENS, at(2026, 2, 20, 18)) == at(2026, 2, 24, 9)
    assert opening.open_now(changed(open_on=(clean_monday,)), noon)
    assert not opening.open_now(changed(open_on=(clean_monday,), closed_on=(clean_monday,)), noon)


def test_a_closed_day_closes_what_begins_on_it_and_not_what_goes_on_into_it():
    night = changed(hours="Mo-Su 22:00-02:00", holidays=(), closed_on=(dt.date(2026, 11, 25),))
    assert opening.open_now(night, at(2026, 11, 25, 1))
    assert not opening.open_now(night, at(2026, 11, 25, 23))
    assert not opening.open_now(night, at(2026, 11, 26, 1))


def test_holidays_of_a_part_of_a_country():
    corpus_christi = dt.date(2026, 6, 4)
    assert opening.named(changed(holidays=("DE-BY",)), corpus_christi) == "Corpus Christi"
    assert opening.named(changed(holidays=("DE-BE",)), corpus_christi) == ""
    year = opening.holidays_of(changed(holidays=("DE-BY",)), dt.date(2026, 1, 1))
    assert (year[0][1], len(year)) == ("New Year's Day", 12)


def test_a_team_that_is_never_there_has_no_opening():
    assert opening.next_opening(changed(hours=""), at(2026, 11, 25, 9)) is None


@pytest.mark.parametrize(("what", "value"), [("hours", "Mo-Fr 9-5"), ("timezone", "Europe/Atlantis"),
                                             ("holidays", ("XQ",)), ("holidays", ("DE-ZZ",))])  # fmt: skip
def test_what_cannot_be_read_is_said(what, value):
    with pytest.raises(ValueError, match=r"write|known"):
        opening.sound(changed(**{what: value}))


def test_the_hour_that_does_not_exist_is_not_waited_for():
    team = changed(hours="Su 03:30-06:00", holidays=())  # on 29 March 2026 the clock goes from 3 to 4 in Athens
    assert opening.next_opening(team, at(2026, 3, 29, 1)) == at(2026, 3, 29, 4)


def test_the_hour_that_comes_twice_counts_twice():
    team = changed(hours="Su 03:30-04:00", holidays=())  # on 25 October 2026 it goes from 4 back to 3
    first, second = at(2026, 10, 25, 3, 30), at(2026, 10, 25, 3, 30, fold=1)
    assert second - first == 60 * MINUTE
    assert opening.next_opening(team, first - 1) == first
    assert not opening.open_now(team, first + 30 * MINUTE)
    assert opening.next_opening(team, first + 30 * MINUTE) == second


HOURS = st.sampled_from([
    "Mo-Fr 09:00-17:00", "Su 02:30-03:30", "Mo-Su 00:00-03:00,03:30-24:00", "Sa 22:00-04:00", "02:15-02:45", "24/7",
    "Fr 18:00-06:00; We off", "Su 01:00-02:10,03:50-04:20",
])  # fmt: skip
MOVED = st.sampled_from([dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 10, 24), dt.date(2026, 10, 25)])


@given(
    hours=HOURS,
    zone=st.sampled_from(["Europe/Brussels", "Europe/Athens", "Europe/Berlin"]),
    day=st.one_of(MOVED, st.dates(dt.date(2025, 12, 20), dt.date(2027, 1, 10))),
    minute=st.integers(0, 1439),
    closed=st.sets(st.integers(0, 3), max_size=2),
)
@example(hours="Su 02:30-03:30", zone="Europe/Brussels", day=dt.date(2026, 3, 28), minute=1380, closed=set())
@example(hours="Su 02:30-03:30", zone="Europe/Brussels", day=dt.date(2026, 10, 25), minute=60, closed=set())
def test_the_next_opening_is_the_first_minute_that_is_open(hours, zone, day, minute, closed):
    days = tuple(day + dt.timedelta(days=number) for number in closed)
    team = Team("t", "T", timezone=zone, hours=hours, holidays=("BE",), closed_on=days)
    since = at(day.year, day.month, day.day, minute // 60, minute % 60, zone=zone)
    found = opening.next_opening(team, since)
    assert found is not None
    assert found >= since
    assert opening.open_now(team, found)
    steps = range(since, min(found, since + 3 * 24 * 60 * MINUTE), MINUTE)
    assert not any(opening.open_now(team, moment) for moment in steps[:: 1 if len(steps) < 2000 else 5])
    assert found == since or not opening.open_now(team, found - MINUTE)
