"""A flow that a caseworker sends: it goes out while the person talks, takes the answers, and the bot is quiet again."""

from __future__ import annotations

import msgspec
import pytest

from bot.core import codec
from bot.core.conversation import Case, Conversation, Frame, HeldFlow
from bot.core.effects import HoldReply, NoteContactWrote, RaiseEscalation, SendMessage, SendReply
from bot.core.engine import advance
from bot.core.events import (
    CaseworkerReplied,
    CaseworkerSentFlow,
    EscalationHandedBack,
    EscalationResolved,
    MessageReceived,
)
from bot.core.offering import asks_safety, sendable
from bot.core.understood import Ranked, RiskFinding, Understood
from tests.turns.library import library

AT = 1_800_000_000_000
DAY = 24 * 3_600_000
LIBRARY = library("nl")


def talking(**more):
    case = Case("case", "T2", "guardian", talking=True)
    base = Conversation(
        "ref", "webchat", locale="en", country="BE", audience="child", welcomed=True, last_at=AT - 60_000, case=case
    )
    return msgspec.structs.replace(base, **more)


def sent(before, flow="about_you.form", at=AT):
    return advance(before, CaseworkerSentFlow("s", at, "case", flow, "anna", "f1"), LIBRARY)


def wrote(before, text="", at=AT + 1000, topic="", **more):
    understood = Understood(ranking=(Ranked(topic, 0.9),) if topic else (), risk=more.pop("risk", None))
    before = codec.decode_conversation(codec.encode(before))
    return advance(before, MessageReceived("m", at, text=text, understood=understood, **more), LIBRARY)


def said(effects):
    return [f"{e.flow}/{e.step}" for e in effects if isinstance(e, SendMessage)]


def through(before, *texts):
    found = []
    for text in texts:
        before, effects = wrote(before, text)
        assert NoteContactWrote("case") in effects, "the person reads every word as well"
        found.append(said(effects))
    return before, found


def test_a_form_takes_the_answers_and_the_bot_is_quiet_again():
    before, effects = sent(talking())
    assert said(effects) == ["about_you.form/hello", "age.child/which"]
    assert {(e.reply, e.escalation) for e in effects} == {("f1", "case")}, "its delivery can be shown"
    assert before.sent == "about_you.form"
    after, steps = through(before, "16", "no", "3", "Dari", "are you still there?")
    assert steps == [["about_you.form/guardian"], ["about_you.form/with"], ["about_you.form/language"],
                     ["about_you.form/thanks"], []]  # fmt: skip
    assert after.slots["age"] == 16
    assert (after.slots["has_guardian"], after.slots["lives_with"], after.slots["speaks"]) == ("no", "centre", "Dari")
    assert (after.sent, after.stack) == ("", ())
    assert after.case.talking


def test_free_text_reaches_the_person_and_the_form_waits():
    before, _ = sent(talking())
    after, steps = through(before, "why do you want to know that?", "my brother is gone", "15")
    assert steps == [[], [], ["about_you.form/guardian"]]
    assert after.sent


def test_what_cannot_be_read_is_asked_again_once():
    before, effects = sent(talking(), "test.ask")
    assert said(effects) == ["test.ask/age"]
    after, steps = through(before, "I don't know", "leave me", "I am 15")
    assert steps == [["test.ask/age"], [], []]
    assert after.slots["age"] == 15
    assert not after.sent


def test_a_question_about_something_else_is_no_answer_that_was_not_understood():
    before, _ = sent(talking(), "test.ask")
    _, effects = wrote(before, "and school?", topic="school")
    assert said(effects) == []


def test_an_answer_to_a_topic_offers_nothing_at_its_end():
    before, effects = sent(talking(), "guardian.child")
    assert said(effects) == ["guardian.child/what", "guardian.child/more"]
    after, effects = advance(
        before, MessageReceived("b", AT + 1, kind="button", button="guardian.child/more/done"), LIBRARY
    )
    assert said(effects) == [], "no menu, no closing question: a person is here"
    assert not after.stack


def test_who_asks_for_a_person_meanwhile_is_told_that_one_is_here():
    before, _ = sent(talking(), "guardian.child")
    _, effects = advance(
        before, MessageReceived("b", AT + 1, kind="button", button="guardian.child/more/person"), LIBRARY
    )
    assert said(effects) == ["taken/say"]


def test_risk_is_read_all_the_while():
    before, _ = sent(talking())
    after, effects = wrote(before, "he hits me", risk=RiskFinding("abuse", "T1", "alarm", "r"))
    assert any(isinstance(e, RaiseEscalation) and e.level == "T1" for e in effects)
    assert said(effects) == ["t0/say"]
    assert after.sent, "the form is still open"


def test_what_was_open_before_does_not_take_the_answers_to_the_person():
    open_before = talking(stack=(Frame("closing", "more"),))
    _, effects = wrote(open_before, "menu", topic="menu")
    assert said(effects) == []


@pytest.mark.parametrize("state", [{"hidden": True}, {"blocked": True}])
def test_nothing_goes_out_to_who_hid_or_blocked_until_they_write(state):
    held, effects = sent(talking(**state))
    assert effects == (HoldReply("f1", "case"),)
    assert held.held_flows == (HeldFlow("about_you.form", "case", "f1"),)
    replied, _ = advance(held, CaseworkerReplied("r", AT, "case", "r1", "Hello", "anna"), LIBRARY)
    after, effects = wrote(replied, "I am 15 and back")
    assert next(type(e) for e in effects if isinstance(e, SendReply | SendMessage)) is SendReply
    assert said(effects) == ["about_you.form/hello", "age.child/which"], "the message itself answers nothing"
    assert not after.held_flows
    assert "age" not in after.slots


def test_after_a_long_silence_it_must_be_known_who_is_there():
    held, _ = sent(talking(hidden=True))
    asked, effects = wrote(held, "hello", at=AT + 8 * DAY)
    assert said(effects) == ["who_is_there/who"]
    button = next(
        b.payload for e in effects if isinstance(e, SendMessage) for b in e.buttons if b.payload.endswith("/yes")
    )
    same, effects = advance(asked, MessageReceived("b", AT + 8 * DAY + 1, kind="button", button=button), LIBRARY)
    assert "about_you.form/hello" in said(effects)
    assert same.sent


def test_a_danger_comes_before_a_flow_that_waits():
    held, _ = sent(talking(blocked=True))
    after, effects = wrote(held, "help", risk=RiskFinding("danger", "T0", "alarm", "r"))
    assert "about_you.form/hello" not in said(effects)
    assert after.held_flows


@pytest.mark.parametrize("event", [EscalationHandedBack("e", AT, "case"), EscalationResolved("e", AT, "case")])
def test_when_the_person_leaves_the_bot_asks_for_itself_again(event):
    before, _ = sent(talking())
    after, _ = advance(before, event, LIBRARY)
    assert not after.sent


@pytest.mark.parametrize("flow", ["gone.flow", "about_you.form"])
def test_a_flow_that_is_not_there_in_this_language_changes_nothing(flow):
    bare = type(LIBRARY)(LIBRARY.flows, {"nl": {}}, LIBRARY.numbers)
    before = talking(locale="nl")
    assert advance(before, CaseworkerSentFlow("s", AT, "case", flow, "anna", "f1"), bare) == (before, ())


def test_only_what_says_or_asks_may_be_sent():
    child = dict(sendable(LIBRARY, "child", "BE", "en"))
    assert list(child)[:2] == ["about_you.form", "when_to_write.form"]
    assert {"guardian.child", "school.child", "privacy.any"} <= child.keys()
    assert (
        not {"welcome", "hide.any", "delete_data.any", "human.any", "danger.any", "allegation.child", "survey"}
        & child.keys()
    )
    assert not any(name.endswith(".carer") for name in child)
    assert not any(name.endswith(".child") for name in dict(sendable(LIBRARY, "carer", "BE", "en")))
    assert dict(sendable(LIBRARY, "child", "BE", "nl", "nl"))["school.child"] == "nl School"
    assert sendable(LIBRARY, "child", "BE", "xx") == []


@pytest.mark.parametrize(
    ("topic", "level", "first"),
    [("school", "T0", True), ("school", "T1", True), ("abuse", "T3", True), ("allegation", "T3", True),
     ("feelings", "T3", True), ("complaint", "T2", True), ("school", "T2", False), ("human", "T3", False),
     ("nowhere", "T3", False)],
)  # fmt: skip
def test_safety_is_asked_first_where_it_may_matter(topic, level, first):
    assert asks_safety(topic, level, LIBRARY, "child", "BE") is first
