"""The exported flows say what ours say: both are walked side by side, with the same choices."""

from __future__ import annotations

import random
import re

import pytest

from bot.core.conversation import Conversation
from bot.core.effects import SendMessage
from bot.core.engine import advance
from bot.core.events import MessageReceived
from bot.core.library import Library
from bot.exchange.codes import three
from bot.flowfiles.build import without
from bot.turns.direct import START
from bot.turns.render import render
from tests.exchange.walker import Walker

TURNS = 7
WALKS = [("en", "BE"), ("nl", "DE"), ("ar", "GR"), ("fa_AF", "BE")]
MARKS = re.compile("[\u2066-\u2069]")


@pytest.fixture(scope="module")
def library(real):
    return Library(without(real.flows, real.unfit), real.texts, real.library.numbers)


class Ours:
    """One contact of our engine, whose choices are pressed."""

    def __init__(self, library, locale, country, audience):
        self.library = library
        self.talk = Conversation("r", "telegram", locale=locale, country=country, audience=audience, welcomed=True)
        self.count = 0

    def press(self, payload):
        """What is said then: all lines, and the buttons of the last message."""
        self.count += 1
        event = MessageReceived(str(self.count), START + self.count, kind="button", button=payload)
        self.talk, effects = advance(self.talk, event, self.library)
        sent = [render(one, self.library) for one in effects if isinstance(one, SendMessage)]
        lines = [line for one in sent if one for line in one.text.split("\n")]
        return lines, [(one.payload, one.label) for one in sent[-1].buttons] if sent and sent[-1] else []


def walk(library, exported, flow, locale, country, seed):
    """Walk through a flow with both; returns how many turns were compared."""
    audience = "carer" if flow.endswith(".carer") else "child"
    ours = Ours(library, locale, country, audience)
    theirs = Walker(exported, language=three(locale), country=country, audience=audience)
    chance = random.Random(seed)
    said, buttons = ours.press(f"!flow:{flow}")
    told = theirs.start(flow)
    for turn in range(TURNS):
        if theirs.tickets or theirs.marks:
            return turn
        assert sorted(told) == sorted(said), (flow, theirs.path[-5:])
        assert theirs.replies == [label for _, label in buttons]
        if not buttons:
            return turn + 1
        number = chance.randrange(len(buttons))
        payload, label = buttons[number]
        said, buttons = ours.press(payload)
        told = theirs.answer(chance.choice([label, MARKS.sub("", label), str(number + 1)]))
    return TURNS


@pytest.mark.parametrize(("locale", "country"), WALKS)
def test_exported_flows_say_what_ours_say(library, exported, locale, country):
    compared = 0
    for flow in library.flows.values():
        if flow.topic and flow.id.partition(".")[2] in {"child", "carer"} and flow.topic != "allegation":
            for seed in range(3):
                compared += walk(library, exported, flow.id, locale, country, seed)
    assert compared > 300


def test_a_contact_whose_country_is_unknown_is_asked_once(exported):
    theirs = Walker(exported, audience="child")
    theirs.start("guardian.child")
    assert "Belgium" in theirs.replies
    told = theirs.answer("Belgium")
    assert theirs.fields["country"] == "BE"
    assert told == ["The Guardianship Service chooses your guardian.", "What do you want to know about guardians?"]


def test_a_number_in_other_digits_opens_a_choice_too(exported):
    theirs = Walker(exported, language="ara", country="BE", audience="child")
    theirs.start("guardian.child")
    third = theirs.answer("٣")
    theirs.start("guardian.child")
    assert third == theirs.answer("3")
    theirs.start("guardian.child")
    asked = theirs.start("guardian.child")[-1]
    assert theirs.answer("something else") == [asked], "what fits nothing asks again"
