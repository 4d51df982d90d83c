"""The log as the page shows it: days, groups, two clocks, mentions; and who reads along."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from bot.console.caselog import pieces, shown
from bot.console.casepage import presets, speaks
from bot.console.filetypes import told
from bot.console.reading import Reading, merged
from bot.console.times import Times, contact_zone, zone
from bot.core.people import Viewer
from bot.desk.views import Entry
from bot.errors import UnavailableError

NOON = int(dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC).timestamp() * 1000)
HOUR = 3_600_000


def test_each_clock_says_its_own_hour():
    times = Times("Europe/Brussels", "GR", NOON, "en")
    assert (times.clock(NOON), times.there(NOON), times.contact_now()) == ("12:00", "13:00", "13:00")
    assert not times.night()
    assert Times("Europe/Brussels", "GR", NOON + 10 * HOUR, "en").night()
    same = Times("Europe/Paris", "BE", NOON, "en")
    assert (same.clock(NOON), same.there(NOON)) == ("12:00", "")


def test_an_hour_that_is_not_known_is_not_made_up():
    assert contact_zone("US", NOON) is None
    assert contact_zone("", NOON) is None
    assert contact_zone("DE", NOON) is not None
    times = Times("", "", NOON, "en")
    assert (times.clock(NOON), times.there(NOON), times.contact_now(), times.known) == ("10:00", "", "", False)


@pytest.mark.parametrize(
    "name", ["", "../etc/passwd", "/etc/passwd", "No/Where", "x" * 100, "Europe", "Europe/Brussels\x00"]
)
def test_a_zone_that_is_none_falls_back(name):
    assert zone(name) is None
    assert Times(name, "GR", NOON, "en").clock(NOON) == "13:00"


def test_a_reminder_is_read_on_the_caseworkers_clock():
    times = Times("Europe/Athens", "BE", NOON, "en")
    assert times.read("2026-07-02T09:00") == int(dt.datetime(2026, 7, 2, 6, tzinfo=dt.UTC).timestamp() * 1000)
    assert times.form(times.read("2026-07-02T09:00")) == "2026-07-02T09:00"
    assert [one.at > NOON for one in presets(times)] == [True] * 4


def test_days_and_groups():
    times = Times("Europe/Brussels", "BE", NOON, "en")
    entries = [
        Entry(NOON - 20 * HOUR, "contact", "a"),
        Entry(NOON, "contact", "b"),
        Entry(NOON + 1000, "contact", "c"),
        Entry(NOON + 2000, "bot", "d", locale="ar"),
        Entry(NOON + 3000, "caseworker", "asylum.child", kind="flow", by="noor"),
        Entry(NOON + 4000, "note", "hello @ben", by="noor"),
    ]
    found = shown(entries, times, {"asylum.child": "Asylum"}, "ar")
    assert [bool(one.day) for one in found] == [True, True, False, False, False, False]
    assert [one.first for one in found] == [True, True, False, True, True, True]
    assert found[3].rtl
    assert found[4].title == "Asylum"
    assert [times.days_ago(one.entry.at) for one in found[:2]] == [1, 0]


def test_mentions_are_found_and_nothing_is_lost():
    text = "@noor, ask @ben-k. Not me@mail.org or @"
    assert "".join(piece.text for piece in pieces(text)) == text
    assert [piece.name for piece in pieces(text) if piece.name] == ["noor", "ben-k"]
    assert pieces("") == []


def test_who_speaks_what():
    assert speaks(Viewer("noor", languages=("ar", "en")), "ar", "nl")
    assert not speaks(Viewer("noor", languages=("en",)), "fa_AF", "fa_AF")
    assert speaks(Viewer("noor"), "nl", "nl")
    assert not speaks(Viewer("noor"), "ps", "en")
    assert speaks(Viewer("noor", languages=("fa",)), "fa_AF", "en")
    assert speaks(Viewer("noor", languages=("fa",)), "", "en")


async def test_who_reads_along_is_told_and_leaves():
    reading = Reading()
    with reading.here("a", "noor") as told:
        with reading.here("a", "noor"), reading.here("a", "ben"):
            assert reading.others("a", "noor") == ["ben"]
            assert await told.get() == "a"
        assert reading.others("a", "ben") == ["noor"]
        assert await told.get() == "a"
        assert told.empty()
    assert reading.others("a", "") == []
    assert reading.others("b", "noor") == []


async def test_two_sources_become_one_and_an_error_is_passed_on():
    async def source():
        yield "a"
        await asyncio.sleep(0.05)
        raise UnavailableError

    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait("b")
    both = merged(source(), queue)
    assert sorted([await anext(both), await anext(both)]) == ["a", "b"]
    with pytest.raises(UnavailableError):
        await anext(both)


@pytest.mark.parametrize(
    ("type_", "size", "locale", "words"),
    [
        ("application/pdf", 1_234_567, "en", "PDF · 1.2 MB"), ("application/pdf", 1_234_567, "de", "PDF · 1,2 MB"),
        ("video/mp4", 1, "en", "MP4 · 0.1 kB"), ("application/x-odd", 0, "en", "application/x-odd"),
        ("", 2000, "en", "2 kB"), ("", 0, "en", ""),
    ],
)  # fmt: skip
def test_a_file_is_what_the_app_says_of_it(type_, size, locale, words):
    assert told(type_, size, locale) == words


def test_only_what_is_not_opened_is_described():
    kinds = {"document": "PDF", "video": "PDF", "picture": "", "voice": ""}
    entries = [Entry(NOON, "contact", "", kind=kind, type="application/pdf") for kind in kinds]
    found = shown(entries, Times("Europe/Brussels", "BE", NOON, "en"), {}, "ar")
    assert [one.file for one in found] == list(kinds.values())
