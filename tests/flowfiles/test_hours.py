from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FlowError
from bot.flowfiles import reference
from bot.flowfiles.checks.hours import told
from bot.flowfiles.hours import DAYS, LENGTHS, MONTHS, read

MONDAY = dt.datetime(2026, 1, 5)  # noqa: DTZ001 - the clock on the wall has no zone


def open_at(text, day, clock):
    return read(text).answers(MONDAY + dt.timedelta(days=DAYS.index(day), hours=clock[0], minutes=clock[1]))


@pytest.mark.parametrize(
    ("text", "day", "clock", "answers"),
    [
        ("Mo-Sa 14:00-20:00", "Mo", (13, 59), False),
        ("Mo-Sa 14:00-20:00", "Mo", (14, 0), True),
        ("Mo-Sa 14:00-20:00", "Sa", (19, 59), True),
        ("Mo-Sa 14:00-20:00", "Sa", (20, 0), False),
        ("Mo-Sa 14:00-20:00", "Su", (15, 0), False),
        ("24/7", "Su", (3, 0), True),
        ("10:00-24:00", "Su", (23, 59), True),
        ("10:00-24:00", "Su", (0, 0), False),
        ("Mo-Fr 09:00-12:30,13:30-16:00", "Fr", (13, 0), False),
        ("Mo-Fr 09:00-12:30, 13:30-16:00", "Fr", (13, 30), True),
        ("Fr 22:00-02:00", "Sa", (1, 59), True),
        ("Fr 22:00-02:00", "Sa", (2, 0), False),
        ("Fr 22:00-02:00", "Fr", (1, 0), False),
        ("Su 22:00-02:00", "Mo", (1, 0), True),
        ("Sa-Mo 10:00-11:00", "Su", (10, 30), True),
        ("Sa-Mo 10:00-11:00", "Tu", (10, 30), False),
        ("Mo,We 10:00-11:00", "We", (10, 30), True),
        ("Mo,We 10:00-11:00", "Tu", (10, 30), False),
        ("Mo-Fr 09:00-16:00; We 09:00-12:00", "We", (13, 0), False),
        ("Mo-Fr 09:00-16:00; We off", "We", (10, 0), False),
    ],
)
def test_hours_mean_what_they_say(text, day, clock, answers):
    assert open_at(text, day, clock) is answers


def test_a_day_of_the_year_is_off_whatever_the_weekday():
    hours = read("24/7; Jan 06 off")
    assert [hours.answers(MONDAY + dt.timedelta(days=days)) for days in (0, 1, 2)] == [True, False, True]
    assert not hours.always
    assert read("24/7").always
    assert read("Mo-Su 00:00-24:00").always
    assert not read("00:00-23:59").always


@pytest.mark.parametrize(
    "text",
    [
        "", "day and night", "Mo-Sa", "Mo-Sa 14-20", "Mo-Sa 14:00", "Mo-Sa 25:00-26:00", "Mo 10:60-11:00",
        "off", "Mo off", "Mo-We-Fr 10:00-11:00", "Mo-Fr 09:00-16:00; PH off", "Mo-Fr 09:00-16:00; Feb 30 off",
        "Mo 10:00-10:00", "Mo-Fr 09:00-16:00;", "10:00-24:30", "Jan 01 off",
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_is_expected(text):
    with pytest.raises(ValueError, match=r"write hours like|has no day|begins when it ends"):
        read(text)


minutes = st.integers(0, 24 * 60 - 1)
spans = st.lists(st.tuples(minutes, minutes).filter(lambda span: span[0] != span[1]), min_size=1, max_size=3)
rules = st.lists(
    st.tuples(st.lists(st.integers(0, 6), min_size=1, max_size=4), st.one_of(st.none(), spans)), min_size=1, max_size=4
).filter(lambda found: any(spans for _, spans in found))
dates = st.lists(
    st.integers(0, 11).flatmap(lambda m: st.tuples(st.just(m + 1), st.integers(1, LENGTHS[m]))), max_size=2
)


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def spelt(found, off):
    texts = [
        f"{','.join(DAYS[day] for day in days)} "
        + (",".join(f"{clock(start)}-{clock(end)}" for start, end in times) if times else "off")
        for days, times in found
    ]
    return "; ".join([*texts, *(f"{MONTHS[month - 1]} {day:02} off" for month, day in off)])


def expected(found, off, moment):
    """Look at the day and the one before, as a person with a calendar would: does a span of theirs hold the moment?"""
    for back in (0, 1):
        day = moment - dt.timedelta(days=back)
        if (day.month, day.day) in off:
            continue
        times = next((times for days, times in reversed(found) if day.weekday() in days), None)
        for start, end in times or ():
            begins = day.replace(hour=0, minute=0) + dt.timedelta(minutes=start)
            lasts = dt.timedelta(minutes=(end - start) % (24 * 60))
            if begins <= moment < begins + lasts:
                return True
    return False


@given(rules, dates, st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1)))  # noqa: DTZ001 - as above
def test_hours_are_what_a_calendar_says(found, off, moment):
    assert read(spelt(found, off)).answers(moment) is expected(found, off, moment)


@given(st.text(alphabet="MoTuWeThFrSaSu0123456789:-,; /fJanDec", max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        hours = read(text)
    except ValueError:
        return
    assert len(hours.week) == 7
    assert any(hours.week)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Call {tel_child}. Monday to Saturday, 14 to 20.", "Mo-Sa 14:00-20:00"),
        ("Monday to Friday 9 to 16: {tel_ombuds}", "Mo-Fr 09:00-16:00"),
        ("Saturday to Monday, 9 to 16", "Sa-Mo 09:00-16:00"),
        ("Wednesday, 10 to 12", "We 10:00-12:00"),
        ("Day and night: {tel_child}", "24/7"),
    ],
)
def test_hours_that_a_text_tells_are_understood(text, said):
    assert told(text) == read(said).week
    assert told("Children of 14 to 17 may call.") is None


def test_hours_that_cannot_be_read_are_a_fault_of_their_line(good):
    path = good / "flows" / "contacts.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('"1056",', '"1056", open: "at times",'), encoding="utf-8")
    with pytest.raises(FlowError, match=r"contacts.yml:5: open: .*'at times' cannot be read"):
        reference.contacts(good / "flows")


def test_emergency_and_police_have_no_hours_no_audience_and_need_no_call(good):
    (good / "flows" / "contacts.yml").write_text(
        """contacts:
  EU:
    emergency: {number: "112", title: E, source: A, status: official, allowed: true, open: "Mo 10:00-11:00"}
    police: {number: "112", title: P, source: A, status: official, allowed: true, audience: [carer]}
    child: {number: "1", title: C, source: A, status: official, allowed: true, audience: [child], open: "24/7"}
    tried: {number: "2", title: T, source: A, status: official, allowed: true, called: 2026-11-01, open: "10:00-11:00"}
""",
        encoding="utf-8",
    )
    found = reference.numbers(good / "flows")["EU"]
    assert found.keys() == {"tel_emergency", "tel_police", "tel_child", "tel_tried"}
    assert [found[name].open for name in ("tel_emergency", "tel_police", "tel_child")] == [None] * 3
    assert found["tel_tried"].open == read("10:00-11:00")
    assert [found[name].audience for name in ("tel_emergency", "tel_police", "tel_child")] == [(), (), ("child",)]
    released = reference.numbers(good / "flows", release=True)["EU"]
    assert released.keys() == {"tel_emergency", "tel_police", "tel_tried"}
