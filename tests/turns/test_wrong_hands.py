"""Who holds the phone, what waits for them, and what is never lost: whole conversations, from input to commit."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.conversation import Case
from bot.core.events import ContactBlocked, MessageReceived
from bot.core.understood import RiskFinding, Understood
from bot.ports.partitions import InboxEntry, Snapshot
from bot.turns.compute import compute
from bot.turns.direct import DirectConversation
from bot.turns.performer import Shell
from bot.turns.think import Thinker
from tests.turns import worlds
from tests.turns.doubles import ABUSE, Meaning
from tests.turns.library import library

MINUTE = 60_000
WEEK = 8 * 86_400_000
SECRET = "words of a person"
GRAVE = RiskFinding("danger", "T0", "check", "maybe-followed")


class Deaf:
    """Understands nothing: the NLU is down. The rules still see the words of ``FINDINGS``."""

    def __init__(self):
        self.meaning = Meaning()

    async def understand(self, text, *, locale, audience, recent=()):
        whole = await self.meaning.understand(text, locale=locale, audience=audience, recent=recent)
        return Understood(risk=whole.risk, nlu=False)


def play(meaning=None) -> DirectConversation:
    return DirectConversation(library("ar"), meaning or Meaning(), locale="en", country="GR", audience="child")


def flows(outputs):
    return [o["message"]["flow"] or o["message"]["text"] for o in outputs if "message" in o]


def said(outputs):
    return [o["message"]["text"] for o in outputs if "message" in o]


async def talking(meaning=None) -> DirectConversation:
    conversation = play(meaning)
    await conversation.feed("alarm")
    await conversation.claim()
    return conversation


async def hidden() -> DirectConversation:
    conversation = await talking()
    await conversation.feed("/hide")
    assert await conversation.reply(SECRET) == []
    return conversation


def after(conversation, finding, *, case=None, text="some words"):
    before = worlds.conversation("idle") if conversation is None else conversation
    before = msgspec.structs.replace(before, case=case) if case else before
    event = MessageReceived("e", worlds.AT, text=text, understood=Understood("en", 0.9, finding))
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    return compute(entry, Snapshot(before, worlds.escalation(before)), None, Shell(library("ar"))).commit


def urgent(commit):
    return [d for d in commit.deliver if d.outgoing and d.outgoing.urgent]


@pytest.mark.parametrize("talks", [False, True])
def test_a_graver_sign_than_the_open_case_is_an_alarm(talks):
    commit = after(None, GRAVE, case=Case(worlds.CASE, "T1", "abuse", talking=talks))
    assert commit.escalation.level == commit.conversation.case.level == "T0"
    assert commit.escalation.findings[-1].rule == GRAVE.rule
    assert urgent(commit)
    assert commit.announce


def test_a_weak_sign_beside_a_grave_case_is_shown_to_the_caseworker():
    commit = after(None, GRAVE, case=Case(worlds.CASE, "T0", "danger"))
    assert commit.escalation.findings == (GRAVE,)
    assert not urgent(commit)


@pytest.mark.parametrize("level", ["T0", "T1"])
def test_the_numbers_come_wherever_the_case_is_of_the_highest_level(level):
    assert bool(urgent(after(None, ABUSE, case=Case(worlds.CASE, level, "danger")))) == (level == "T0")


async def test_after_hiding_an_alarm_brings_what_was_held():
    conversation = await hidden()
    assert SECRET in said(await conversation.feed("abuse"))
    assert conversation.conversation.held == ()


async def test_what_was_held_because_blocked_comes_with_the_next_message():
    conversation = await talking()
    await conversation._turn(ContactBlocked(*conversation._stamp()))
    assert await conversation.reply(SECRET) == []
    assert said(await conversation.feed("school")) == [SECRET]


async def test_after_a_week_replies_wait_until_it_is_known_who_is_there():
    conversation = await hidden()
    await conversation.wait(WEEK)
    assert flows(await conversation.feed("school")) == ["who_is_there"]
    assert said(await conversation.feed("yes"))[0] == SECRET
    assert conversation.conversation.held == ()


async def test_somebody_new_never_gets_what_was_held():
    conversation = await hidden()
    await conversation.wait(WEEK)
    await conversation.feed("school")
    outputs = await conversation.press("No, I am new")
    assert SECRET not in said(outputs)
    assert SECRET not in said(await conversation.feed("abuse"))
    assert conversation.conversation.held == ()


async def test_after_a_week_an_alarm_goes_first_and_then_it_is_asked_who_is_there():
    conversation = await hidden()
    await conversation.wait(WEEK)
    assert SECRET not in said(await conversation.feed("alarm"))
    assert flows(await conversation.feed("school")) == ["who_is_there"]
    assert said(await conversation.feed("yes"))[0] == SECRET


async def test_the_menu_is_no_way_around_who_is_there():
    conversation = await hidden()
    await conversation.hand_back()
    await conversation.wait(WEEK)
    await conversation.feed("school")
    yes = conversation.conversation.offered[0].payload
    await conversation.feed("/menu")
    assert flows(await conversation.feed("school")) == ["who_is_there"]
    await conversation.feed("/menu")
    await conversation._receive(MessageReceived(*conversation._stamp(), kind="button", button=yes))
    assert conversation.conversation.held == ()


async def test_a_doubt_that_was_never_answered_outlives_hiding():
    conversation = await hidden()
    await conversation.wait(WEEK)
    await conversation.feed("school")
    await conversation.feed("hide")
    assert flows(await conversation.feed("school")) == ["who_is_there"]


@pytest.mark.parametrize("word", ["hide", "“HIDE”!", "/hide"])
async def test_hiding_works_without_the_nlu_while_a_person_talks(word):
    conversation = await talking(Deaf())
    assert flows(await conversation.feed(word)) == ["hidden"]
    assert conversation.conversation.hidden
    await conversation.reply(SECRET)
    outputs = await conversation.feed(word)
    assert flows(outputs) == ["hidden"]
    assert [one.text for one in conversation.conversation.held] == [SECRET]


async def test_hiding_comes_before_asking_who_is_there_and_before_any_answer():
    conversation = play()
    await conversation.feed("school")
    await conversation.wait(WEEK)
    assert flows(await conversation.feed("hide")) == ["hidden"]


async def test_silence_after_a_gentle_check_never_lights_up_the_phone():
    conversation = play()
    await conversation.feed("check")
    outputs = await conversation.wait(40 * MINUTE)
    assert conversation.escalation.level == "T1"
    assert conversation.escalation.announced
    assert flows(outputs) == []
    assert flows(await conversation.claim()) == []
    assert flows(await conversation.hand_back()) == []
    await conversation.feed("greet")
    assert "still_waiting" in flows(await conversation.wait(60 * MINUTE))
    assert flows(await conversation.claim()) == ["taken"]


async def test_deleting_does_not_delete_that_a_child_may_not_be_safe():
    conversation = play()
    await conversation.feed("check")
    await conversation.feed("delete_data")
    outputs = await conversation.press("Yes, delete it")
    assert flows(outputs) == ["erased_kept"]
    assert conversation.commit.keep_escalation == conversation.escalation.id
    assert (conversation.escalation.level, conversation.escalation.topic) == ("T1", "self_harm")
    assert conversation.conversation.case.id == conversation.escalation.id


@pytest.mark.parametrize(("word", "level"), [("No", "T1"), ("not ok", "T1"), ("2", "T1"), ("Yes", None), ("1", None)])
async def test_are_you_safe_is_answered_without_the_nlu(word, level):
    conversation = play(Deaf())
    await conversation.feed("check")
    await conversation.feed(word)
    case = conversation.escalation
    assert (case.level if case else None) == level
    assert conversation.conversation.check is None


@pytest.mark.parametrize("stored", ["T2", "T0"])
def test_a_level_that_a_caseworker_changed_reaches_the_conversation(stored):
    before = msgspec.structs.replace(worlds.conversation("idle"), case=Case(worlds.CASE, "T1", "danger"))
    record = msgspec.structs.replace(worlds.escalation(before), level=stored)
    event = MessageReceived("e", worlds.AT, text="words", understood=Understood("en", 0.9))
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    commit = compute(entry, Snapshot(before, record), None, Shell(library("ar"))).commit
    assert commit.conversation.case.level == stored


async def test_whose_first_words_are_a_question_is_told_of_hiding_once():
    conversation = DirectConversation(library("ar"), Meaning(), locale="en")
    outputs = await conversation.feed("thanks")
    outputs += await conversation.feed("school")
    outputs += await conversation.press("Greece")
    outputs += await conversation.feed("menu")
    assert flows(outputs).count("quiet") == 1


async def test_the_welcome_tells_of_hiding_too():
    assert "quiet" in flows(await DirectConversation(library("ar"), Meaning()).feed("greet"))


async def test_a_new_case_may_be_told_about_its_waiting_again():
    conversation = play()
    await conversation.feed("abuse")
    assert flows(await conversation.wait(60 * MINUTE)) == ["still_waiting"] * 3
    await conversation.resolve()
    await conversation.feed("school")
    assert conversation.escalation.state == "waiting"
    assert flows(await conversation.wait(60 * MINUTE)) == ["still_waiting"] * 3
    await conversation.resolve()
    await conversation.wait(4 * 86_400_000)
    first = conversation.escalation.id
    await conversation.feed("abuse")
    assert conversation.escalation.id != first
    assert flows(await conversation.wait(60 * MINUTE)) == ["still_waiting"] * 3


async def test_words_beside_a_button_are_read_for_risk():
    event = MessageReceived("e", worlds.AT, text="alarm", kind="button", button="closing/more/menu")
    thought = await Thinker(Meaning()).think(event, None)
    assert thought.understood.risk.level == "T0"


async def test_a_voice_note_after_hiding_goes_to_the_person_who_talks():
    conversation = await hidden()
    assert said(await conversation.feed("", kind="voice")) == [SECRET]
