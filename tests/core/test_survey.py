"""Did it help? Asked once, by day, and never where it could do harm."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.conversation import Case, Conversation
from bot.core.effects import CancelTimer, NoteHelped, SendMessage, StartTimer
from bot.core.engine import advance
from bot.core.events import CaseworkerSentFlow, EscalationResolved, MessageReceived, TimerFired
from bot.core.understood import Ranked, RiskFinding, Understood
from tests.turns.library import library

AT = 1_800_000_000_000
HOUR = 3_600_000
LIBRARY = library("nl")


def conversation(channel="webchat", last_at=AT - HOUR, **case):
    mine = Case(**({"id": "case", "level": "T2", "topic": "guardian", "talking": True} | case))
    return Conversation(
        "ref", channel, locale="en", country="BE", audience="child", welcomed=True, last_at=last_at, case=mine
    )


def closed(before, ask_at=AT):
    return advance(before, EscalationResolved("e", AT, "case", ask_at=ask_at), LIBRARY)


def wrote(before, text="", at=AT + 1000, topic="", **more):
    understood = Understood(ranking=(Ranked(topic, 0.9),) if topic else (), **more)
    return advance(before, MessageReceived("m", at, text=text, understood=understood), LIBRARY)


def pressed(before, choice, at=AT + 1000):
    return advance(before, MessageReceived("b", at, kind="button", button=f"survey/ask/{choice}"), LIBRARY)


def flows(effects):
    return [e.flow for e in effects if isinstance(e, SendMessage)]


def helped(effects):
    return [e for e in effects if isinstance(e, NoteHelped)]


@pytest.mark.parametrize("level", ["T2", "T3"])
def test_it_is_asked_with_faces_after_a_case_that_could_wait(level):
    after, effects = closed(conversation(level=level))
    assert flows(effects) == ["resolved", "survey"]
    assert [b.label.msgid for b in effects[-1].buttons] == ["🙂 Yes", "😐 A little", "🙁 No"]
    assert after.case.survey == "asked"


@pytest.mark.parametrize(
    "before",
    [
        conversation(level="T0"),
        conversation(level="T1"),
        conversation(spared=True),
        conversation(topic="self_harm"),
        conversation(survey="asked"),
        conversation(quiet=True),
        msgspec.structs.replace(conversation(), hidden=True),
        msgspec.structs.replace(conversation(), blocked=True),
        msgspec.structs.replace(conversation(), check=RiskFinding("danger", "T1", "check", "r")),
        msgspec.structs.replace(conversation(), slots={"who": True}),
        msgspec.structs.replace(conversation(), locale="nl_nowhere"),
        conversation(last_at=0),
        conversation(last_at=AT - 8 * 24 * HOUR),
        conversation("whatsapp", last_at=AT - 23 * HOUR),
    ],
)
def test_it_is_never_asked_where_it_could_do_harm_or_reach_nobody(before):
    if before.locale == "nl_nowhere":
        before = msgspec.structs.replace(before, locale="nl")
        bare = library("nl")
        texts = {key: text for key, text in bare.texts["nl"].items() if not key[0].startswith("survey/")}
        lacking = type(bare)(bare.flows, {"nl": texts}, bare.numbers)
        assert "nl" in lacking.locales, "a language without the question is whole all the same"
        _, effects = advance(before, EscalationResolved("e", AT, "case", ask_at=AT), lacking)
    else:
        _, effects = closed(before)
    assert "survey" not in flows(effects)
    assert not [e for e in effects if isinstance(e, StartTimer)]


def test_nobody_is_asked_where_the_shell_says_never():
    assert flows(closed(conversation(), ask_at=0)[1]) == ["resolved"]


@pytest.mark.parametrize(("choice", "value"), [("yes", 3), ("little", 2), ("no", 1)])
def test_a_face_is_written_down_and_the_case_stays_closed(choice, value):
    before, _ = closed(conversation())
    after, effects = pressed(before, choice)
    assert helped(effects) == [NoteHelped("case", value)]
    assert flows(effects) == ["survey"]
    assert after.case.resolved_at == AT
    assert not after.stack
    assert "helped" not in after.slots


@pytest.mark.parametrize(
    ("text", "value"),
    [("Yes", 3), ("🙂", 3), ("👍🏽", 3), ("❤️", 3), ("2", 2), ("a little", 2), ("😐", 2), ("NO", 1), ("😢", 1)],
)
def test_an_answer_may_be_typed(text, value):
    before, _ = closed(conversation())
    after, effects = wrote(before, text)
    assert helped(effects) == [NoteHelped("case", value)]
    assert not after.case.open


@pytest.mark.parametrize("text", ["No, I am still hungry", "yes but my guardian is gone", "9", "🙂 and now?", ""])
def test_any_other_text_is_a_message_and_brings_the_case_back(text):
    before, _ = closed(conversation())
    after, effects = wrote(before, text or "x", topic="deny" if text.startswith("No") else "")
    assert not helped(effects)
    assert after.case.open


def test_a_danger_instead_of_an_answer_is_a_danger():
    before, _ = closed(conversation())
    _, effects = wrote(before, "no", risk=RiskFinding("danger", "T0", "alarm", "r"))
    assert not helped(effects)
    assert any(e.urgent for e in effects if isinstance(e, SendMessage))


def test_an_old_button_says_nothing_of_a_case_that_is_open_again():
    before, _ = closed(conversation())
    back, _ = wrote(before, "my guardian is gone")
    _, effects = pressed(back, "yes", at=AT + 2000)
    assert not helped(effects)


def test_at_night_it_waits_for_the_morning():
    before, effects = closed(conversation(), ask_at=AT + 8 * HOUR)
    assert flows(effects) == ["resolved"]
    assert [e for e in effects if isinstance(e, StartTimer)] == [StartTimer("survey", "survey", AT + 8 * HOUR, "case")]
    after, effects = advance(before, TimerFired("t", AT + 8 * HOUR, "survey", "survey", "case"), LIBRARY)
    assert flows(effects) == ["survey"]
    _, effects = advance(after, TimerFired("t2", AT + 9 * HOUR, "survey", "survey", "case"), LIBRARY)
    assert not effects, "it is asked once"


def test_on_whatsapp_it_waits_only_where_the_window_is_open_in_the_morning():
    before, effects = closed(conversation("whatsapp", last_at=AT - 16 * HOUR), ask_at=AT + 8 * HOUR)
    assert not [e for e in effects if isinstance(e, StartTimer)]
    assert before.case.survey == ""


@pytest.mark.parametrize("what", ["thanks", "guardian"])
def test_who_writes_before_the_morning_is_not_asked(what):
    before, _ = closed(conversation(), ask_at=AT + 8 * HOUR)
    after, effects = wrote(before, "words", topic=what)
    assert CancelTimer("survey") in effects
    _, effects = advance(after, TimerFired("t", AT + 8 * HOUR, "survey", "survey", "case"), LIBRARY)
    assert "survey" not in flows(effects)


@pytest.mark.parametrize("change", [{"night": True}, {"escalation": "another"}])
def test_a_late_timer_or_that_of_another_case_asks_nothing(change):
    before, _ = closed(conversation(), ask_at=AT + 8 * HOUR)
    event = msgspec.structs.replace(TimerFired("t", AT + 16 * HOUR, "survey", "survey", "case"), **change)
    assert "survey" not in flows(advance(before, event, LIBRARY)[1])


def test_who_hides_is_never_asked_about_that_case():
    before, _ = closed(conversation(), ask_at=AT + 8 * HOUR)
    hidden, effects = wrote(before, "/hide")
    assert CancelTimer("survey") in effects
    assert hidden.case.spared
    _, effects = advance(hidden, TimerFired("t", AT + 8 * HOUR, "survey", "survey", "case"), LIBRARY)
    assert not effects
    talking = msgspec.structs.replace(
        hidden, hidden=False, case=msgspec.structs.replace(hidden.case, talking=True, resolved_at=0)
    )
    assert flows(closed(talking)[1]) == ["resolved"]


def test_a_case_that_was_serious_once_is_spared_for_ever():
    before = Conversation("ref", "webchat", locale="en", country="BE", audience="child", welcomed=True, last_at=AT)
    after, _ = wrote(before, "words", risk=RiskFinding("abuse", "T1", "alarm", "r"))
    assert after.case.spared
    lowered = msgspec.structs.replace(after, case=msgspec.structs.replace(after.case, level="T3"), alarmed_at=0)
    event = EscalationResolved("e", AT + HOUR, after.case.id, ask_at=AT + HOUR)
    assert flows(advance(lowered, event, LIBRARY)[1]) == ["resolved"]


def test_a_second_closing_does_not_ask_again():
    before, _ = closed(conversation())
    back, _ = wrote(before, "my guardian is gone")
    talking = msgspec.structs.replace(back, case=msgspec.structs.replace(back.case, talking=True))
    event = EscalationResolved("e2", AT + HOUR, "case", ask_at=AT + HOUR)
    assert flows(advance(talking, event, LIBRARY)[1]) == ["resolved"]
    sent = CaseworkerSentFlow("s", AT + HOUR, "case", "survey", "anna")
    assert flows(advance(talking, sent, LIBRARY)[1]) == ["survey"], "the engine would; the desk does not offer it"
