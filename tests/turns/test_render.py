from __future__ import annotations

import pytest

from bot.core.conversation import Conversation
from bot.core.effects import Button, SendMessage, SendReply, TextRef
from bot.core.library import Library
from bot.errors import CatalogError
from bot.turns.pseudonym import FIRST, SECOND, pseudonym
from bot.turns.render import LABEL, is_rtl, render, reply

POLICE = TextRef("f/s", "Police: {tel_police}.")
CHILD = TextRef("f/s", "Talk: {tel_child}.")
HELLO = TextRef("f/s", "Hello.")
YES = TextRef("f/s", "Yes")
NUMBERS = {"EU": {"tel_police": "112"}, "GR": {"tel_police": "100"}, "BE": {"tel_child": "078 15 43 24"}}
ARABIC = {("f/s", "Police: {tel_police}."): "الشرطة: {tel_police}.", ("f/s", "Hello."): "مرحبا", ("f/s", "Yes"): "نعم"}
LIBRARY = Library({}, {"ar": ARABIC}, NUMBERS)


def say(*texts: TextRef, **more) -> SendMessage:
    return SendMessage("f", "s", texts, **more)


def test_statements_become_lines_with_the_numbers_of_the_country():
    assert render(say(HELLO, POLICE, country="GR"), LIBRARY).text == "Hello.\nPolice: 100."
    assert render(say(HELLO, POLICE, country=""), LIBRARY).text == "Hello.\nPolice: 112."
    assert render(say(HELLO, POLICE, country="XX"), LIBRARY).text == "Hello.\nPolice: 112."


def test_a_statement_whose_number_is_not_known_is_left_out_whole():
    assert render(say(HELLO, CHILD, country="GR"), LIBRARY).text == "Hello."
    assert render(say(HELLO, CHILD, country="BE"), LIBRARY).text == "Hello.\nTalk: 078 15 43 24."
    assert render(say(CHILD, country="GR"), LIBRARY) is None
    with pytest.raises(CatalogError):
        render(say(CHILD, country="GR", buttons=(Button("p", YES),)), LIBRARY)


def test_numbers_are_isolated_where_the_text_runs_from_right_to_left():
    made = render(say(POLICE, locale="ar", country="GR", urgent=True), LIBRARY, last_at=7)
    assert made.text == "الشرطة: \u2066100\u2069."
    assert made.rtl
    assert made.urgent
    assert made.last_at == 7
    assert "\u2066" not in render(say(POLICE), LIBRARY).text


@pytest.mark.parametrize(("locale", "rtl"), [("ar", True), ("fa_AF", True), ("ps", True), ("ur", True), ("en", False),
                                             ("sr_Latn", False), ("nonsense", False)])  # fmt: skip
def test_direction_of_a_locale(locale, rtl):
    assert is_rtl(locale) is rtl


def test_nothing_shows_in_english_by_surprise():
    with pytest.raises(CatalogError):
        render(say(CHILD, locale="ar", country="BE"), LIBRARY)
    with pytest.raises(CatalogError):
        render(say(HELLO, locale="ar", buttons=(Button("p", TextRef("f/s", "No")),)), LIBRARY)


def test_labels_are_translated_and_fit():
    long = Button("q", TextRef("f/s", "A title that is much too long"))
    made = render(say(HELLO, buttons=(Button("p", YES), long)), LIBRARY)
    assert made.buttons[0].label == "Yes"
    assert len(made.buttons[1].label) <= LABEL
    assert made.buttons[1].payload == "q"
    assert render(say(HELLO, locale="ar", buttons=(Button("p", YES),)), LIBRARY).buttons[0].label == "نعم"


def test_a_caseworkers_words_are_not_changed_but_kept_in_order():
    made = reply(SendReply("r", "e", "Call {tel_police} ❤"), Conversation("c", "x", locale="ar", last_at=5))
    assert made.text == "\u2066Call {tel_police} ❤\u2069"
    assert (made.who, made.rtl, made.last_at) == ("caseworker", True, 5)
    assert reply(SendReply("r", "e", "{x} 12 a"), Conversation("c", "x", locale="nl")).text == "{x} 12 a"


def test_latin_names_are_isolated_in_texts_and_in_labels_that_have_room():
    texts = {("f/s", "Yes"): "نعم Jugendamt", ("f/s", "Hello."): "اسأل Child Focus (24/7)."}
    library = Library({}, {"ar": texts}, {})
    made = render(say(HELLO, locale="ar", buttons=(Button("p", YES),)), library)
    assert made.text == "اسأل \u2066Child Focus\u2069 (\u206624/7\u2069)."
    assert made.buttons[0].label == "نعم \u2066Jugendamt\u2069"
    long = Library({}, {"ar": texts | {("f/s", "Yes"): "مكتب Jugendamt هناك"}}, {})
    assert render(say(HELLO, locale="ar", buttons=(Button("p", YES),)), long).buttons[0].label == "مكتب Jugendamt هناك"


def test_pseudonyms_are_stable_many_and_say_nothing_of_the_contact():
    names = {pseudonym(f"ref-{at}") for at in range(2000)}
    assert len(names) > 1990
    assert pseudonym("ref-1") == pseudonym("ref-1")
    words = [name.split() for name in names]
    assert all(one[0] in FIRST and one[1] in SECOND and one[2].isdigit() for one in words)
