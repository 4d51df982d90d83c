"""What a caseworker sends or wants to be reminded of, on the real server: flow, phrase and reminder."""

from __future__ import annotations

import pytest

from bot.core.acts import file, speak
from bot.core.events import CaseworkerReplied, CaseworkerSentFlow, TimerFired
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = pytest.mark.redis

HOUR = 3_600_000


async def taken(store, clock):
    partition, case = await m.open_case(store, clock)
    await Hands(store, clock).claim(case.id, "anna")
    await m.read_all(store)
    return partition, case


async def test_a_reminder_comes_back_as_an_event_of_the_case(store, clock):
    partition, case = await taken(store, clock)
    await store.escalations.act(case.id, "anna", file.FollowUp(clock.now() + HOUR))
    assert await partition.fire_timers(clock.now()) == 0
    await store.escalations.act(case.id, "anna", file.FollowUp(clock.now() + 2 * HOUR))
    assert await partition.fire_timers(clock.now() + HOUR) == 0, "it was moved"
    assert await partition.fire_timers(clock.now() + 2 * HOUR) == 1
    (fired,) = [e.event for _, e in await m.read_all(store) if isinstance(e.event, TimerFired)]
    assert (fired.kind, fired.escalation) == ("follow_up", case.id)


async def test_a_reminder_that_was_cleared_does_not_come(store, clock):
    partition, case = await taken(store, clock)
    await store.escalations.act(case.id, "anna", file.FollowUp(clock.now() + HOUR))
    await store.escalations.act(case.id, "anna", file.FollowUp(0))
    assert await partition.fire_timers(clock.now() + 2 * HOUR) == 0


async def test_phrase_original_and_flow_reach_conversation_and_log(store, clock):
    _, case = await taken(store, clock)
    act = store.escalations.act
    reply = (await act(case.id, "anna", speak.Reply("سلام", "greeting.hello", "Hello!"), key="k1")).once
    flow = (await act(case.id, "anna", speak.SendFlow("school.child"), key="k2")).once
    assert (await act(case.id, "anna", speak.SendFlow("school.child"), key="k2")).repeated
    events = [e.event for _, e in await m.read_all(store)]
    replied = next(e for e in events if isinstance(e, CaseworkerReplied))
    assert (replied.reply, replied.phrase, replied.original) == (reply, "greeting.hello", "Hello!")
    (sent,) = [e for e in events if isinstance(e, CaseworkerSentFlow)]
    assert (sent.flow, sent.reply) == ("school.child", flow)
    lines = [line for line in (await store.escalations.file(case.id)).lines if line.who == "caseworker"]
    assert [(line.kind, line.reply, line.phrase) for line in lines] == [
        ("text", reply, "greeting.hello"), ("flow", flow, ""),
    ]  # fmt: skip
