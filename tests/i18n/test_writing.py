from __future__ import annotations

import datetime as dt

import pytest

from bot.i18n import writing


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("ar", True), ("fa_AF", True), ("ps", True), ("ur", True), ("nl", False), ("el", False), ("xx", False)],
)
def test_direction(locale, expected):
    assert writing.rtl(locale) is expected


def test_numbers_and_latin_names_are_set_apart_in_right_to_left_text():
    text = "اتصل بالرقم 078 15 43 24 أو Child Focus. شكرا"
    assert writing.isolate(text, "ar") == "اتصل بالرقم \u2066078 15 43 24\u2069 أو \u2066Child Focus\u2069. شكرا"
    assert writing.isolate("رقم ۱۱۲ هنا", "fa_AF") == "رقم \u2066۱۱۲\u2069 هنا"


def test_isolating_twice_changes_nothing_and_other_scripts_are_left_alone():
    once = writing.isolate("اتصل 112", "ar")
    assert writing.isolate(once, "ar") == once
    assert once.count("\u2066") == once.count("\u2069") == 1
    assert writing.isolate("Call 078 15 43 24", "nl") == "Call 078 15 43 24"


def test_isolating_never_loses_a_sign():
    text = "أ1، B. (٣) +32 2/123.45 — x"
    assert writing.isolate(text, "ar").replace("\u2066", "").replace("\u2069", "") == text


def test_telephone_numbers_stay_as_they_are_dialled():
    assert writing.telephone("078 15 43 24", "nl") == "078\u00a015\u00a043\u00a024"
    assert writing.telephone("112", "fa_AF") == "\u2066112\u2069"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "1,234.5"),
        ("nl", "1.234,5"),
        ("de", "1.234,5"),
        ("fa_AF", "۱٬۲۳۴٫۵"),
        ("ps", "۱٬۲۳۴٫۵"),
        ("ar_EG", "١٬٢٣٤٫٥"),
    ],
)
def test_numbers_have_the_digits_of_the_locale(locale, expected):
    found = writing.number(1234.5, locale)
    assert found.replace("\u00a0", " ") == expected


def test_days_and_times_are_written_as_the_locale_does():
    assert writing.date(dt.date(2026, 11, 24), "nl") == "24 november 2026"
    assert "۲۰۲۶" in writing.date(dt.date(2026, 11, 24), "fa_AF")
    assert writing.clock(dt.time(14, 5), "nl") == "14:05"
    assert "۱۴" in writing.clock(dt.time(14, 5), "fa_AF")
