from __future__ import annotations

import pytest

from bot.core.library import SYSTEM_FLOWS
from bot.errors import CatalogError, FlowError
from bot.flowfiles.build import Shelf, library
from bot.flowfiles.phrasebook import phrasebook
from tests.flowfiles.good import spoil, translate


def test_library_has_flows_texts_numbers_and_thresholds(good):
    built = library(good / "flows", good / "locales", sure=0.7, maybe=0.2)
    assert built.flows.keys() >= SYSTEM_FLOWS
    assert built.locales == ("en", "nl")
    assert built.has("nl", "guardian.child")
    assert built.texts["nl"]["menu/ask", "What do you want?"] == "n What do you want?"
    assert built.number("BE", "tel_emergency") == "112"
    assert built.number("GR", "tel_child") == "1056"
    assert built.number("BE", "tel_child") is None
    assert (built.sure, built.maybe) == (0.7, 0.2)
    assert not built.drafts


def test_a_draft_is_known_as_one(good):
    translate(good, "de", review="back-checked")
    assert library(good / "flows", good / "locales").drafts == {"de"}


def test_fuzzy_translation_is_not_shown(good):
    path = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgctxt "school.child/what"', '#, fuzzy\nmsgctxt "school.child/what"'), encoding="utf-8"
    )
    built = library(good / "flows", good / "locales")
    assert not built.has("nl", "school.child")
    assert built.has("nl", "guardian.child")


@pytest.mark.parametrize("code", ["source_off", "unconfirmed_source"])
def test_what_rests_on_an_unfit_fact_is_not_said(good, code):
    spoil(good, code)
    said = library(good / "flows", good / "locales").flows["bad"].steps["one"].say
    assert [one.text for one in said] == ["You may go to school."]


def test_library_without_a_system_flow_is_refused(good):
    spoil(good, "missing_system_flow")
    with pytest.raises(FlowError, match="edited"):
        library(good / "flows", good / "locales")


def test_a_reload_that_fails_keeps_the_old_library(good):
    shelf = Shelf(good / "flows", good / "locales")
    old = shelf.library
    bad = good / "flows" / "bad.yml"
    bad.write_text("flows: [", encoding="utf-8")
    assert isinstance(shelf.reload(), FlowError)
    assert shelf.library is old
    bad.unlink()
    (good / "locales" / "nl" / "LC_MESSAGES" / "bot.po").write_bytes(b"\xff")
    assert isinstance(shelf.reload(), CatalogError)
    assert shelf.library is old
    translate(good, "nl")
    assert shelf.reload() is None
    assert shelf.library is not old


def test_phrases_are_offered_where_the_contact_can_read_them(good):
    book = phrasebook(good / "flows", good / "locales")
    (one,) = book.for_contact("nl", "en")
    assert (one.id, one.shown, one.sent) == ("greeting.hello", "Hello! I am a person.", "n Hello! I am a person.")
    (other,) = book.for_contact("en", "ps")
    assert other.shown == other.sent == "Hello! I am a person."
    assert book.for_contact("ps", "en") == []


def test_a_flow_is_whole_without_what_is_said_while_a_number_is_closed(good):
    closed = '{text: "Call {tel_child}.", closed: "Closed now.", source: none}'
    path = good / "flows" / "child" / "school.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('{text: "You may go to school.", source: T-1}', closed))
    missing = library(good / "flows", good / "locales")
    assert not missing.has("nl", "school.child")
    translate(good, "nl")
    catalog = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    text = catalog.read_text(encoding="utf-8")
    assert '"n Closed now."' in text, "it is a text like any other for translators"
    catalog.write_text(text.replace('"n Closed now."', '""'), encoding="utf-8")
    assert library(good / "flows", good / "locales").has("nl", "school.child")


def test_a_release_leaves_out_numbers_that_nobody_has_called(good):
    path = good / "flows" / "contacts.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("called: 2026-11-01, ", ""), encoding="utf-8")
    assert library(good / "flows", good / "locales").number("GR", "tel_child") == "1056"
    released = library(good / "flows", good / "locales", release=True)
    assert released.number("GR", "tel_child") is None
    assert released.number("GR", "tel_emergency") == "112"
    assert Shelf(good / "flows", good / "locales", release=True).library.number("GR", "tel_child") is None
