"""What a contact reads of a reply that a machine translated: that it is one, the translation, and the original."""

from __future__ import annotations

import pytest

from bot.core.conversation import Case, Conversation
from bot.core.effects import SendReply
from bot.core.engine import advance
from bot.core.events import CaseworkerReplied
from bot.core.handlers.people import MACHINE
from tests.turns.library import library

AT = 1_800_000_000_000


def read(locale, **event):
    case = Case("case", "T2", "guardian", talking=True)
    before = Conversation("ref", "webchat", locale=locale, country="BE", audience="child", welcomed=True, case=case)
    _, effects = advance(before, CaseworkerReplied("r", AT, "case", "r1", **event), library("nl", "ar"))
    return [one.text for one in effects if isinstance(one, SendReply)]


@pytest.mark.parametrize("locale", ["nl", "ar"])
def test_it_is_marked_in_the_contacts_language_and_the_original_stands_below(locale):
    mark = library("nl", "ar").text(locale, MACHINE)
    assert mark != MACHINE.msgid
    found = read(locale, text="vertaald", caseworker="anna", original="as written")
    assert found == [f"{mark}\n\nvertaald\n\nas written"]


def test_what_no_machine_translated_stands_alone():
    assert read("nl", text="Hallo", caseworker="anna") == ["Hallo"]
    assert read("nl", text="Hallo", caseworker="anna", phrase="hello", original="Hello") == ["Hallo"]


def test_without_a_translation_of_the_mark_it_is_said_in_english():
    assert read("el", text="γεια", caseworker="anna", original="Hello") == [f"{MACHINE.msgid}\n\nγεια\n\nHello"]
