"""When the shell lets a contact be asked whether it helped, writes the answer down, and reminds a caseworker."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from bot.core.conversation import Case
from bot.core.escalation import change, follow_up_due, open_escalation
from bot.core.events import EscalationResolved, MessageReceived, TimerFired
from bot.core.understood import RiskFinding
from bot.ports.partitions import InboxEntry, Snapshot, Timer
from bot.turns.asking import ask_at, night
from bot.turns.compute import compute
from bot.turns.performer import Shell
from bot.turns.shell_timers import armed
from tests.turns import worlds
from tests.turns.library import library

HOUR = 3_600_000


def at(day: int, hour: int, minute: int = 0) -> int:
    """UTC; Brussels is one hour ahead in winter, Athens two."""
    return int(dt.datetime(2026, 1, day, hour, minute, tzinfo=dt.UTC).timestamp() * 1000)


NOON = at(6, 12)


def case(closed_at=NOON, **more):
    made = open_escalation(
        id=worlds.CASE, ref=worlds.REF, partition=0, channel=worlds.CHANNEL, level="T2", topic="guardian",
        at=closed_at - HOUR, pseudonym="Maple Lake 100", country="BE",
    )  # fmt: skip
    for verb in ("claim", "reply", "resolve"):
        made = change(made, verb, at=closed_at, by="anna")
    return msgspec.structs.replace(made, **more)


@pytest.mark.parametrize(
    ("country", "now", "wanted"),
    [
        ("BE", at(6, 12), at(6, 12)),
        ("BE", at(6, 19, 59), at(6, 19, 59)),
        ("BE", at(6, 20), at(7, 7)),
        ("BE", at(6, 23, 30), at(7, 7)),
        ("BE", at(6, 6, 59), at(6, 7)),
        ("BE", at(6, 7), at(6, 7)),
        ("GR", at(6, 19), at(7, 6)),
        ("", at(6, 20), at(7, 7)),
    ],
)
def test_nobody_is_asked_between_nine_and_eight(country, now, wanted):
    assert ask_at(case(now, country=country), now) == wanted
    assert night(country, now) is (wanted != now)


@pytest.mark.parametrize(
    "more",
    [
        {"level": "T1"},
        {"findings": (RiskFinding("abuse", "T1", "alarm", "r"),)},
        {"answered_at": 0},
        {"outcome": "no_contact"},
        {"outcome": "duplicate"},
    ],
)
def test_some_are_never_asked(more):
    assert ask_at(case(**more), at(6, 12)) == 0
    assert ask_at(None, at(6, 12)) == 0


def commit(event, conversation, escalation):
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    return compute(entry, Snapshot(conversation, escalation), None, Shell(library("nl"))).commit


def talking(now):
    return msgspec.structs.replace(
        worlds.conversation("talking"), case=Case(worlds.CASE, "T2", "guardian", talking=True), last_at=now - HOUR
    )


def test_the_answer_is_written_into_the_closed_case():
    now = at(6, 12)
    asked = commit(EscalationResolved("e", now, worlds.CASE), talking(now), case(now))
    assert [d.outgoing.flow for d in asked.deliver] == ["resolved", "survey"]
    button = asked.deliver[-1].outgoing.buttons[0]
    assert button.label == "🙂 Yes"
    pressed = MessageReceived("b", now + 1, kind="button", button=button.payload)
    answered = commit(pressed, asked.conversation, case(now))
    assert answered.escalation.helped == 3
    assert answered.escalation.state == "resolved"
    assert answered.escalation.revision == answered.expected + 1
    assert answered.start_timers == ()
    opened = msgspec.structs.replace(case(now), state="waiting")
    assert commit(pressed, asked.conversation, opened).escalation is None


def test_in_the_evening_a_timer_asks_next_morning():
    now = at(6, 22)
    waits = commit(EscalationResolved("e", now, worlds.CASE), talking(now), case(now))
    assert [d.outgoing.flow for d in waits.deliver] == ["resolved"]
    (timer,) = [one for one in waits.start_timers if one.kind == "survey"]
    assert (timer.due, timer.escalation) == (at(7, 7), worlds.CASE)
    fired = TimerFired("t", timer.due, timer.id, timer.kind, timer.escalation)
    assert [d.outgoing.flow for d in commit(fired, waits.conversation, case(now)).deliver] == ["survey"]
    late = msgspec.structs.replace(fired, at=at(7, 22))
    assert not commit(late, waits.conversation, case(now)).deliver
    assert not commit(fired, waits.conversation, None).deliver, "the case is gone"


def test_a_reminder_brings_a_closed_case_back_before_who_set_it_and_changes_nothing_else():
    now = at(6, 12)
    closed = case(now, follow_up_at=at(9, 9), follow_up_by="anna")
    assert not follow_up_due(closed, "anna", at(9, 8))
    assert follow_up_due(closed, "anna", at(9, 9))
    assert not follow_up_due(closed, "bert", at(9, 9))
    fired = TimerFired("t", at(9, 9), f"follow_up:{worlds.CASE}", "follow_up", worlds.CASE)
    told = commit(fired, talking(now), closed)
    assert told.escalation == msgspec.structs.replace(closed, revision=closed.revision + 1)
    assert (told.deliver, told.lines, told.start_timers, told.announce) == ((), (), (), False)
    cleared = commit(fired, talking(now), case(now))
    assert cleared.escalation is None
    moved = commit(fired, talking(now), msgspec.structs.replace(closed, follow_up_at=at(10, 9)))
    assert [t.due for t in moved.start_timers] == [at(10, 9)]
    assert moved.escalation is None


def test_a_reminder_outlives_what_else_happens_to_the_case():
    open_case = msgspec.structs.replace(case(at(6, 12)), state="answered", follow_up_at=at(9, 9))
    start, cancel = armed(open_case, at(6, 13))
    assert Timer(f"follow_up:{worlds.CASE}", "follow_up", at(9, 9), worlds.CASE) in start
    assert f"follow_up:{worlds.CASE}" not in cancel
    assert not any(one.kind == "follow_up" for one in armed(open_case, at(9, 10))[0])
