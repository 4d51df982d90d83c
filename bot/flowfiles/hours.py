"""Opening hours as they stand in ``contacts.yml``: the simple part of what OpenStreetMap writes.

``24/7`` · ``Mo-Sa 14:00-20:00`` · ``Mo-Fr 09:00-12:30,13:30-16:00; We off`` · ``10:00-24:00`` (every day) ·
``Fr 22:00-02:00`` (into the next day) · ``Mo-Fr 09:00-16:00; Dec 25 off``. A later rule replaces an earlier one for
its days.
"""

from __future__ import annotations

import re
from typing import Final

from bot.core.numbers import DAY, Hours

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
EXAMPLE: Final = "write hours like 'Mo-Sa 14:00-20:00', '24/7' or 'Mo-Fr 09:00-16:00; Dec 25 off'"

_WEEKDAYS: Final = re.compile(rf"(?:{'|'.join(DAYS)})(?:[-,](?:{'|'.join(DAYS)}))*")
_DATE: Final = re.compile(rf"({'|'.join(MONTHS)}) (\d{{1,2}}) off")
_SPAN: Final = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


def read(text: str) -> Hours:
    """Return the hours that a text means.

    Raises:
        ValueError: It cannot be read; says what was expected.
    """
    week: list[tuple[tuple[int, int], ...]] = [()] * 7
    off: set[tuple[int, int]] = set()
    said = False
    for rule in text.split(";"):
        if found := _DATE.fullmatch(rule.strip()):
            off.add(_date(found))
            continue
        days, spans = _rule(rule.strip())
        said = said or bool(spans)
        for day in days:
            week[day] = spans
    if not said:
        msg = f"nobody ever answers: {EXAMPLE}"
        raise ValueError(msg)
    return Hours(tuple(week), frozenset(off))


def _rule(rule: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    if rule == "24/7":
        return tuple(range(7)), ((0, DAY),)
    first, _, rest = rule.partition(" ")
    days, times = (_days(first), rest) if _WEEKDAYS.fullmatch(first) else (tuple(range(7)), rule)
    if times == "off" and times != rule:
        return days, ()
    return days, tuple(_span(part, rule) for part in times.split(","))


def _days(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        ends = part.split("-")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        if len(ends) > 2:  # noqa: PLR2004 - a first and a last day
            msg = f"{part!r} names more than two days: {EXAMPLE}"
            raise ValueError(msg)
        found += [day % 7 for day in range(first, last + (7 if last < first else 0) + 1)]
    return tuple(found)


def _span(text: str, rule: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text.strip())
    if not found:
        msg = f"{rule!r} cannot be read: {EXAMPLE}"
        raise ValueError(msg)
    hour, minute, until, past = map(int, found.groups())
    start, end = hour * 60 + minute, until * 60 + past
    if max(minute, past) > 59 or start >= DAY or end > DAY:  # noqa: PLR2004 - minutes of an hour
        msg = f"{text.strip()!r} is no time of day: {EXAMPLE}"
        raise ValueError(msg)
    if start == end:
        msg = f"{text.strip()!r} begins when it ends; the whole day is 00:00-24:00"
        raise ValueError(msg)
    return start, end if end > start else end + DAY


def _date(found: re.Match[str]) -> tuple[int, int]:
    month, day = MONTHS.index(found[1]) + 1, int(found[2])
    if not 1 <= day <= LENGTHS[month - 1]:
        msg = f"{found[1]} has no day {day}"
        raise ValueError(msg)
    return month, day
