"""When a team is there, by the clock on its wall.

Rules:

1. A span belongs to the day it begins on: one from 22:00 to 02:00 goes on past midnight, also into a closed day.
2. A day in ``closed_on`` is closed, whatever else is said of it; a public holiday is, unless it is in ``open_on``.
3. Wall clocks jump: an hour that does not exist is never waited for, one that comes twice counts twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from bot.core.numbers import DAY, Hours
from bot.flowfiles.hours import read
from bot.teams.team import Team

AHEAD_DAYS: Final = 400
"""So far an opening is looked for, in days; a team that is not there for longer has none."""
MINUTE_MS: Final = 60_000

Weekdays = tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=256)
def week(hours: str) -> Hours:
    """Return what hours mean; empty ones are no hours.

    Raises:
        ValueError: They cannot be read; says what was expected.
    """
    return read(hours) if hours else Hours(((),) * 7)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        ValueError: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        msg = f"there is no time zone {name!r}; write one like Europe/Athens"
        raise ValueError(msg) from None


@lru_cache(maxsize=256)
def public(code: str, year: int) -> Mapping[dt.date, str]:
    """Return the public holidays of a country, or of a part of it (``DE-BY``), with their English names.

    Raises:
        ValueError: No calendar is known for it.
    """
    country, _, part = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US")
    except (NotImplementedError, KeyError, ValueError):
        msg = f"no public holidays are known for {code!r}; write a country like GR, or a part of one like DE-BY"
        raise ValueError(msg) from None
    return dict(sorted(found.items()))


def named(team: Team, day: dt.date) -> str:
    """Return the name of the public holiday of a day, or an empty text."""
    names = (public(code, day.year).get(day, "") for code in team.holidays)
    return next((name for name in names if name), "")


def holidays_of(team: Team, since: dt.date, days: int = 365) -> list[tuple[dt.date, str]]:
    """Return the public holidays of a team in the days that follow, each with its name."""
    all_days = (since + dt.timedelta(days=number) for number in range(days))
    return [(day, name) for day in all_days if (name := named(team, day))]


def closed(team: Team, day: dt.date) -> bool:
    """Tell whether a team is not there on a day, whatever its hours say."""
    return day in team.closed_on or (day not in team.open_on and bool(named(team, day)))


def spans(team: Team, day: dt.date) -> tuple[tuple[int, int], ...]:
    """Return when a team is there on a day, in minutes after midnight; a span may end in the next day."""
    hours = week(team.hours)
    if closed(team, day) or (day.month, day.day) in hours.off:
        return ()
    return hours.week[day.weekday()]


def local(team: Team, at: int) -> dt.datetime:
    """Return what the clock on the team's wall shows at a time (ms)."""
    return dt.datetime.fromtimestamp(at / 1000, zone(team.timezone))


def open_now(team: Team, at: int) -> bool:
    """Tell whether a team is there at a time (ms)."""
    clock = local(team, at)
    today, minute = clock.date(), clock.hour * 60 + clock.minute
    return _within(spans(team, today), minute) or _within(spans(team, today - dt.timedelta(days=1)), minute + DAY)


def _within(of_day: tuple[tuple[int, int], ...], minute: int) -> bool:
    return any(start <= minute < end for start, end in of_day)


def next_opening(team: Team, at: int) -> int | None:
    """Return from when on a team is there: ``at`` itself where it is there now, None where it never is (ms)."""
    if open_now(team, at):
        return at
    today = local(team, at).date()
    for number in range(AHEAD_DAYS):
        day = today + dt.timedelta(days=number)
        found = [moment for moment in _turns(team, day) if moment > at and open_now(team, moment)]
        if found:
            return min(found)
    return None


def _turns(team: Team, day: dt.date) -> Iterator[int]:
    """Yield the moments of a day at which a team may begin to be there: its spans, and where the clock is moved."""
    where = zone(team.timezone)
    for start, _ in spans(team, day):
        clock = dt.datetime.combine(day, dt.time(start // 60, start % 60), where)
        for fold in (0, 1):
            yield _ms(clock.replace(fold=fold))
    midnight = dt.datetime.combine(day, dt.time(), where)
    after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), where)
    if midnight.utcoffset() != after.utcoffset():
        yield _moved(_ms(midnight), _ms(after), where)


def _moved(since: int, until: int, where: ZoneInfo) -> int:
    """Return when between two times the clock of a zone is moved, to the minute."""
    low, high = since // MINUTE_MS, until // MINUTE_MS
    before = dt.datetime.fromtimestamp(low * 60, where).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if dt.datetime.fromtimestamp(middle * 60, where).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high * MINUTE_MS


def _ms(clock: dt.datetime) -> int:
    return int(clock.timestamp()) * 1000


def weekly(hours: str, timezone: str, at: int) -> bool:
    """Tell whether hours of every week hold at a time (ms); public holidays change nothing about being on call."""
    return week(hours).answers(dt.datetime.fromtimestamp(at / 1000, zone(timezone)))


def sound(team: Team) -> None:
    """Make sure that all of a team's times can be read.

    Raises:
        ValueError: One cannot; says what was expected.
    """
    zone(team.timezone)
    for hours in (team.hours, *(one.hours for one in team.on_call)):
        week(hours)
    for code in team.holidays:
        public(code, 2026)
