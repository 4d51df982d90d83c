"""What comes later, what is said back, and what is kept for the programme."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from bot.core import reminders
from bot.core.conversation import Case, Conversation
from bot.core.effects import CancelTimer, DropRecord, KeepContact, KeepRecord, SendMessage, StartTimer, TextRef
from bot.core.engine import advance
from bot.core.events import FlowOffered, MessageReceived, TimerFired
from bot.core.flow import Ask, Choice, Choose, Flow, Record, Remind, Say, Statement
from bot.core.library import Library
from bot.core.understood import RiskFinding, Understood
from bot.turns import render
from tests.turns.library import library

DAY, HOUR = reminders.DAY_MS, reminders.HOUR_MS
AT = 20_000 * DAY + 9 * HOUR
"""A morning."""


def said(flow, *texts):
    return tuple(Statement(text, flow) for text in texts)


STILL = said("again_town/tell", "Do you still live there?")
FLOWS = {
    "town": Flow(
        "town", "Town",
        {
            "ask": Ask("ask", "when", text=Statement("Which town?", "town/ask"), slot="town"),
            "when": Choose(
                "when", "back", text=Statement("When?", "town/when"),
                choose=(Choice("am", "In the morning", set={"time": "am"}), Choice("pm", "Later", set={"time": "pm"})),
            ),
            "back": Say("back", "keep", say=said("town/back", "So: {said_town}, {said_time}.", "No: {said_nothing}")),
            "keep": Record("keep", "later", record="town", slots=("town", "time", "nothing"), days=10),
            "later": Remind("later", "", flow="again_town", days=3),
        },
    ),
    "again_town": Flow("again_town", "", {"tell": Say("tell", say=STILL)}),
    "birthday": Flow(
        "birthday", "Birthday",
        {"before": Remind("before", "", flow="again_town", day="birthday", days=-30)},
    ),
    "forget": Flow("forget", "Forget", {"drop": Record("drop", record="town")}),
}  # fmt: skip


def shelf():
    plain = library("nl")
    return Library({**plain.flows, **FLOWS}, {}, plain.numbers)


LIBRARY = shelf()


def conversation(**more):
    known = {"locale": "en", "country": "BE", "audience": "child", "welcomed": True, "last_at": AT - 2 * HOUR}
    return Conversation("ref", "telegram", **(known | more))


def press(before, flow):
    return advance(before, MessageReceived("b", AT, kind="button", button=f"!flow:{flow}"), LIBRARY)


def wrote(before, text):
    return advance(before, MessageReceived("m", AT, text=text, understood=Understood()), LIBRARY)


def fire(before, at, flow="again_town", **more):
    return advance(before, TimerFired("t", at, reminders.timer_of(flow), reminders.KIND, **more), LIBRARY)


def texts(effects):
    return [ref.msgid for e in effects if isinstance(e, SendMessage) for ref in e.texts]


def of(effects, kind):
    return [e for e in effects if isinstance(e, kind)]


def told():
    """Return the conversation after the whole flow, and the effects of its last turn."""
    asked, _ = press(conversation(), "town")
    chosen, _ = wrote(asked, "Ghent")
    return wrote(chosen, "1")


def test_answers_are_said_back_kept_and_come_again():
    after, effects = told()
    message = next(e for e in effects if isinstance(e, SendMessage))
    assert dict(message.said) == {"said_town": "Ghent", "said_time": TextRef("town/when", "In the morning")}
    assert render.render(message, LIBRARY).text == "So: Ghent, In the morning."
    (record,) = of(effects, KeepRecord)
    assert (record.kind, record.fields) == ("town", {"town": "Ghent", "time": "am"})
    assert (record.until, record.country) == (AT + 10 * DAY, "BE")
    due = 20_003 * DAY + 16 * HOUR
    assert of(effects, StartTimer) == [StartTimer("remind:again_town", "remind", due)]
    assert after.keeps == {"record:town": AT + 10 * DAY, "remind:again_town": due}
    assert of(effects, KeepContact)[-1].until == AT + 10 * DAY + reminders.ROOM_MS
    again, effects = fire(after, due)
    assert texts(effects) == ["Do you still live there?"]
    assert again.keeps == {"record:town": AT + 10 * DAY}
    assert of(fire(again, due)[1], SendMessage) == []
    dropped, effects = press(again, "forget")
    assert of(effects, DropRecord) == [DropRecord("town")]
    assert dropped.keeps == {}
    assert of(effects, KeepContact)[-1].until == 0


def test_what_one_person_said_is_not_kept_among_the_rendered_messages():
    render.forget()
    _, effects = told()
    render.render(next(e for e in effects if isinstance(e, SendMessage)), LIBRARY)
    assert render._rendered.cache_info().currsize == 0


def test_a_day_is_written_as_the_locale_writes_it_and_typed_words_keep_their_direction():
    shown = {"said_day": "2027-03-09", "said_town": "Gent"}
    effect = SendMessage("f", "s", (TextRef("f/s", "{said_day}: {said_town}"),), locale="en", said=tuple(shown.items()))
    assert render.render(effect, LIBRARY).text == "March 9, 2027: Gent"
    arabic = Library({}, {"ar": {("f/s", "{said_day}: {said_town}"): "{said_day}: {said_town}"}}, {})
    assert "\u2068Gent\u2069" in render.answers(msgspec.structs.replace(effect, locale="ar"), arabic)[1][1]


def test_a_day_before_a_birthday_and_none_where_it_is_over():
    birthday = dt.date(1970, 1, 1) + dt.timedelta(days=20_100)
    after, _ = press(conversation(slots={"birthday": birthday.isoformat()}), "birthday")
    assert after.keeps == {"remind:again_town": 20_070 * DAY + 16 * HOUR}
    for soon in ("2024-10-20", "never", ""):
        after, _ = press(conversation(slots={"birthday": soon}), "birthday")
        assert after.keeps == {}


DUE = {"remind:again_town": AT}


@pytest.mark.parametrize(
    ("change", "later"),
    [
        ({"last_at": AT - 60_000}, HOUR),
        ({"case": Case("c", "T2", "school", talking=True)}, HOUR),
        ({"case": Case("c", "T1", "abuse")}, HOUR),
        ({"check": RiskFinding("danger", "T1", "check", "r")}, HOUR),
        ({"hidden": True}, DAY),
        ({"blocked": True}, DAY),
        ({"slots": {"who": True}}, DAY),
        ({"case": Case("c", "T2", "abuse", quiet=True)}, DAY),
    ],
)
def test_it_waits_where_it_would_disturb(change, later):
    after, effects = fire(conversation(**{"keeps": DUE, **change}), AT)
    assert effects == (StartTimer("remind:again_town", "remind", AT + later),)
    assert after.keeps == DUE


def test_at_night_it_waits_and_a_month_late_it_is_forgotten():
    _, effects = fire(conversation(keeps=DUE), AT, night=True)
    assert effects == (StartTimer("remind:again_town", "remind", AT + HOUR),)
    after, effects = fire(conversation(keeps=DUE), AT + 31 * DAY, night=True)
    assert after.keeps == {}
    assert of(effects, CancelTimer) == [CancelTimer("remind:again_town")]
    assert of(effects, SendMessage) == []


def test_what_the_programme_tells_comes_when_it_does_not_disturb():
    busy = conversation(case=Case("c", "T3", "school", talking=True))
    after, effects = advance(busy, FlowOffered("o", AT, "again_town", {"name": "x"}), LIBRARY)
    assert of(effects, StartTimer) == [StartTimer("remind:again_town", "remind", AT)]
    assert after.slots["name"] == "x"


def test_one_after_another_question_asks_that_one_again():
    asked, _ = press(conversation(keeps=DUE), "town")
    _, effects = fire(msgspec.structs.replace(asked, last_at=AT - 2 * HOUR), AT)
    assert texts(effects)[0] == "Do you still live there?"
    assert texts(effects)[-1] == "Which town?"
