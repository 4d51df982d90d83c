"""Phrases: found by a few words in the caseworker's language, filled in, and shown back in both languages."""

from __future__ import annotations

import time

import pytest

from bot.config import ROOT
from bot.core.offering import SAFETY
from bot.errors import NotAllowedError
from bot.flowfiles import reference
from bot.flowfiles.checks.numbers import placeholders
from bot.flowfiles.fields import FIELDS
from bot.flowfiles.phrasebook import phrasebook

BOOK = phrasebook(ROOT / "flows", ROOT / "locales")


def ids(query, locale="en", shown_in="en", **more):
    return [one.id for one in BOOK.search(query, locale, shown_in, **more)]


def test_there_are_many_and_safety_comes_first():
    found = BOOK.for_contact("en", "en", "BE", "child")
    assert len(found) >= 60
    assert found[0].id == SAFETY[0]
    assert set(SAFETY) <= {one.id for one in found}
    assert all(one.group and one.group_title for one in found)
    assert len({one.group for one in found}) >= 12
    groups = list(dict.fromkeys(one.group for one in found))
    assert [one.group for one in found] == sorted((one.group for one in found), key=groups.index)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("appointment", "meet."),
        ("apointment", "meet."),
        ("APPOINTMENT", "meet."),
        ("gardian", "guardian."),
        ("number of the police", "numbers.police"),
        ("secret", "honest.secret"),
        ("i believe you", "listen.believe"),
        ("your fault", "listen.fault"),
        ("goodbye", "end.bye"),
        ("doctor", "health."),
        ("interprter", ""),
        ("shift", "me.hours"),
        ("rumour", "asylum.others"),
    ],
)
def test_a_few_words_find_it_whatever_the_slips(query, first):
    found = ids(query, country="BE")
    assert found
    assert found[0].startswith(first)


@pytest.mark.parametrize(
    ("shown_in", "query", "wanted"),
    [
        ("nl", "schuld", "listen.fault"),
        ("nl", "afspraak", "meet."),
        ("nl", "voogd", "guardian"),
        ("fr", "avocat", "ask.lawyer"),
        ("fr", "securite", "safe."),
        ("de", "fragen", ""),
        ("de", "Anwalt", "ask.lawyer"),
        ("el", "ραντεβου", "meet."),
        ("el", "γιατρος", "health."),
    ],
)
def test_it_is_found_in_the_language_of_the_caseworker_without_accents(shown_in, query, wanted):
    found = ids(query, "en", shown_in)
    assert any(one.startswith(wanted) for one in found[:8])


def test_nothing_fits_nonsense_and_everything_an_empty_query():
    assert ids("xyzzyqq") == []
    assert ids("  ") == ids("") == [one.id for one in BOOK.for_contact("en", "en")]
    assert ids("?!") == ids("")
    assert ids("a" * 5000) == []


def test_a_sentence_that_only_partly_fits_is_still_found():
    assert "health.doctor" in ids("please doctor xyzzyqq")


def test_only_what_the_contact_can_read_is_found():
    dutch = {one.id for one in BOOK.for_contact("nl", "en")}
    assert set(ids("safe", "nl")) <= dutch
    assert ids("hello", "xx") == []


def test_searching_is_quick():
    ids("warm")
    begun = time.perf_counter()
    for _ in range(10):
        ids("apointment tomorow with my gardian")
    assert (time.perf_counter() - begun) / 10 < 0.05


def test_numbers_are_those_of_the_country_and_a_phrase_without_one_is_not_offered():
    belgium = {one.id: one for one in BOOK.for_contact("en", "nl", "BE", "child")}
    assert belgium["numbers.police"].sent == "The number of the police is 101."
    assert "112" in belgium["numbers.emergency"].sent
    assert "112" in belgium["numbers.emergency"].shown
    nowhere = {one.id for one in BOOK.for_contact("en", "en", "XX", "child")}
    assert "numbers.child" in belgium
    assert "numbers.child" not in nowhere
    assert "numbers.emergency" in nowhere


def test_a_gap_is_filled_in_both_languages_each_in_its_own_way():
    phrase = next(one for one in BOOK.for_contact("en", "en") if one.id == "meet.at_place")
    assert [(f.name, f.kind) for f in phrase.fields] == [("place", "text"), ("date", "date"), ("time", "time")]
    values = {"date": "2026-01-06", "time": "14:30", "place": "Fedasil {x}"}
    with pytest.raises(NotAllowedError):
        BOOK.fill("meet.at_place", values, "en", "en")
    filled = BOOK.fill("meet.at_place", {**values, "place": "the office"}, "en", "en")
    assert "Tuesday, January 6, 2026" in filled.sent
    assert "2:30" in filled.sent
    assert "the office" in filled.sent
    assert filled.shown == filled.sent
    assert filled.fields == ()
    assert not placeholders(filled.sent)


def test_days_and_figures_are_written_as_the_locale_writes_them():
    from bot.flowfiles.fields import written

    assert written(FIELDS["date"], "2026-01-06", "nl") == "dinsdag 6 januari 2026"
    assert written(FIELDS["date"], "2026-01-06", "el") == "Τρίτη 6 Ιανουαρίου 2026"
    assert written(FIELDS["time"], "14:30", "de") == "14:30"
    assert written(FIELDS["number"], "15", "fa_AF") == "۱۵"
    assert written(FIELDS["name"], " Anna ", "ps") == "Anna"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", ""), ("date", "tomorrow"), ("date", "2026-02-30"), ("time", "25:00"), ("time", "soon"),
        ("number", "three"), ("number", ""), ("name", ""), ("name", "x" * 81), ("place", "a\nb"), ("what", "{date}"),
    ],
)  # fmt: skip
def test_a_gap_that_is_empty_or_wrong_is_refused(name, value):
    from bot.flowfiles.fields import written

    with pytest.raises(NotAllowedError):
        written(FIELDS[name], value, "nl")


def test_what_is_not_there_is_not_filled():
    with pytest.raises(NotAllowedError):
        BOOK.fill("gone.phrase", {}, "en", "en")
    with pytest.raises(NotAllowedError):
        BOOK.fill("numbers.child", {}, "en", "en", "XX")
    assert BOOK.fill("listen.believe", {}, "nl", "en").shown == "I believe you."


def test_a_phrase_of_the_log_is_shown_in_any_language_where_nothing_was_filled_in():
    assert BOOK.shown("listen.believe", "en") == "I believe you."
    assert BOOK.shown("listen.believe", "nl") not in {None, "I believe you."}
    assert BOOK.shown("meet.at", "en") is None
    assert BOOK.shown("gone.phrase", "en") is None


def test_every_phrase_has_a_group_and_every_group_words_in_the_consoles_languages():
    groups = reference.phrase_groups(ROOT / "flows")
    for name in reference.phrases(ROOT / "flows"):
        assert name.partition(".")[0] in groups
    for group in groups.values():
        assert {"en", "nl", "fr", "de", "el"} <= group.keywords.keys()
