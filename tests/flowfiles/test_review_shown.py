"""The state of review, where authors and caseworkers see it."""

from __future__ import annotations

import datetime as dt

from bot.flowfiles.overview import rows
from bot.flowfiles.phrasebook import phrasebook
from bot.i18n import catalogs, marking, review
from tests.flowfiles.good import TODAY


def mark(good, state, *flows):
    path = catalogs.path_of(good / "locales", "nl", "bot")
    catalog = catalogs.parse(path, "bot.po", "nl")
    marking.mark(catalog, review.Mark(state, "Anna", dt.date(2026, 11, 20)), flows=flows)
    catalogs.write(path, catalog)


def locales(good, flow):
    return next(row.locales for row in rows(good / "flows", good / "locales", TODAY) if row.flow == flow)


def test_the_list_shows_the_state_of_each_flow(good):
    assert locales(good, "guardian.child") == "en nl"
    mark(good, "draft")
    assert locales(good, "guardian.child") == "en nl~"
    mark(good, "back-checked", "guardian")
    assert (locales(good, "guardian.child"), locales(good, "menu")) == ("en nl+", "en nl~")


def test_the_console_gets_the_state_of_each_phrase(good):
    mark(good, "draft")
    mark(good, "back-checked", "phrase")
    (phrase, *_) = phrasebook(good / "flows", good / "locales").for_contact("nl", "en")
    assert phrase.review == "back-checked"
    assert phrasebook(good / "flows", good / "locales").for_contact("en", "en")[0].review == ""
