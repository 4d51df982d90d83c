from __future__ import annotations

import msgspec
import pytest

from bot.core.conversation import Case
from bot.core.escalation import ANNOUNCE, LEASE_MS, REOPEN_MS, change
from bot.core.events import EscalationHandedBack, EscalationResolved, MessageReceived, TimerFired
from bot.ports.partitions import InboxEntry, Snapshot
from bot.turns.compute import compute
from bot.turns.performer import Shell
from tests.turns import worlds
from tests.turns.doubles import ALARM
from tests.turns.library import library

AT = worlds.AT


def world(level="T1", *, talking=False):
    conversation = msgspec.structs.replace(
        worlds.conversation("idle"), case=Case(worlds.CASE, level, "danger", talking=talking)
    )
    case = msgspec.structs.replace(worlds.escalation(worlds.conversation("hidden")), level=level)
    return conversation, case


def run(conversation, case, event, **shell):
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    return compute(entry, Snapshot(conversation, case), None, Shell(library("ar"), **shell)).commit


def timer(kind, at=AT):
    return TimerFired("t", at, f"{kind}:{worlds.CASE}", kind, worlds.CASE)


def test_nobody_took_it_announced_again_and_the_contact_is_told_three_times_at_most():
    conversation, case = world()
    told = 0
    for round_ in range(5):
        commit = run(conversation, case, timer("announce", AT + round_))
        assert commit.announce
        assert commit.escalation.announced == round_ + 1
        assert [(t.kind, t.due) for t in commit.start_timers] == [("announce", AT + round_ + ANNOUNCE["T1"])]
        told += len(commit.deliver)
        conversation, case = commit.conversation, commit.escalation
    assert told == 3


def test_an_announcement_for_a_taken_case_does_nothing():
    conversation, case = world(talking=True)
    commit = run(conversation, change(case, "claim", at=AT, by="anna"), timer("announce"))
    assert not commit.announce
    assert commit.escalation is None
    assert not commit.deliver


def test_an_assignee_who_does_nothing_loses_a_serious_case_and_the_bot_answers_again():
    conversation, case = world(talking=True)
    case = change(case, "claim", at=AT, by="anna")
    early = run(conversation, case, timer("expire", AT + 1))
    assert early.escalation is None
    assert [t.due for t in early.start_timers] == [AT + LEASE_MS["T1"]]
    commit = run(conversation, case, timer("expire", AT + LEASE_MS["T1"]))
    assert commit.escalation.state == "waiting"
    assert commit.escalation.assignee == ""
    assert commit.announce
    assert not commit.conversation.case.talking
    assert commit.deliver[0].outgoing.flow == "handed_back"
    assert [t.kind for t in commit.start_timers] == ["announce"]


def test_a_contact_who_writes_does_not_lengthen_the_assignees_lease():
    conversation, case = world(talking=True)
    case = change(case, "claim", at=AT - 60_000, by="anna")
    commit = run(conversation, case, MessageReceived("m", AT, text="hello"))
    assert commit.escalation.lease_until == case.lease_until


def test_snoozed_wakes_when_due_and_not_before():
    conversation, case = world()
    case = change(change(case, "claim", at=AT, by="anna"), "snooze", at=AT, until=AT + 500)
    armed = run(conversation, case, EscalationHandedBack("h", AT, worlds.CASE))
    assert [(t.kind, t.due) for t in armed.start_timers] == [("wake", AT + 500)]
    assert run(conversation, case, timer("wake", AT + 499)).escalation is None
    woken = run(conversation, case, timer("wake", AT + 500))
    assert (woken.escalation.state, woken.escalation.assignee) == ("assigned", "anna")
    assert [t.kind for t in woken.start_timers] == ["expire"]


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_closed_case_comes_back_with_the_contact(on_duty):
    conversation, case = world()
    case = change(change(case, "claim", at=AT, by="anna"), "resolve", at=AT)
    conversation = msgspec.structs.replace(conversation, case=Case(worlds.CASE, "T1", "danger", resolved_at=AT))
    event = MessageReceived("m", AT + REOPEN_MS - 1, text="school", understood=worlds.event("text").understood)
    commit = run(conversation, case, event, on_duty=lambda _: on_duty)
    assert commit.escalation.state == ("assigned" if on_duty else "waiting")
    assert commit.escalation.due_at > event.at
    assert [t.kind for t in commit.start_timers] == ["expire" if on_duty else "announce"]
    late = msgspec.structs.replace(event, at=AT + REOPEN_MS + 1)
    assert run(conversation, case, late).escalation is None


def test_an_old_resolution_does_not_close_what_the_contact_opened_again():
    """The console closed it; before the fact was read, the contact wrote of danger."""
    conversation, case = world()
    case = change(change(case, "claim", at=AT, by="anna"), "resolve", at=AT)
    understood = msgspec.structs.replace(worlds.event("text").understood, risk=ALARM)
    first = run(conversation, case, MessageReceived("m", AT + 5, text="followed", understood=understood))
    assert first.escalation.state == "waiting"
    assert first.escalation.level == "T0"
    second = run(first.conversation, first.escalation, EscalationResolved("r", AT, worlds.CASE))
    assert second.conversation.case.open
    assert second.escalation is None
    assert not second.deliver


def test_a_case_whose_record_is_lost_is_opened_again():
    conversation, _ = world("T0")
    commit = run(conversation, None, MessageReceived("m", AT, text="hello"))
    assert (commit.expected, commit.escalation.level, commit.escalation.state) == (0, "T0", "waiting")
    assert [t.kind for t in commit.start_timers] == ["announce"]


def test_waiting_is_not_put_off_by_a_contact_who_keeps_writing():
    conversation, case = world()
    commit = run(conversation, case, MessageReceived("m", AT, text="hello"))
    assert commit.escalation.state == "waiting"
    assert commit.start_timers == ()
    assert commit.cancel_timers == ()
