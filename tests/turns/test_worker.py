"""The worker against the store in memory: order, isolation, conflicts, poison, fencing, the store going away."""

from __future__ import annotations

import asyncio
import contextlib
import time

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.core.escalation import change
from bot.core.events import EscalationTaken, MessageReceived
from bot.errors import UnavailableError
from bot.ports.channels import Incoming
from bot.turns.metrics import Metrics
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from tests.turns.doubles import BrokenError, Rules
from tests.turns.library import library
from tests.turns.memory import MemoryPartition, MemoryPartitions


@contextlib.asynccontextmanager
async def working(partitions, meaning, clock, *, rules=None, **more):
    worker = Worker(
        partitions, Thinker(meaning, rules, timeout_s=more.pop("timeout_s", 5)), lambda: library("ar"), clock,
        renew_s=0.02, **more,
    )  # fmt: skip
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait_for(task, 15)


async def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.005)


class Writer:
    def __init__(self, store, clock):
        self.store, self.clock, self.number = store, clock, 0

    async def __call__(self, who: str, text: str = "", **more) -> str:
        self.number += 1
        event = MessageReceived(f"m{self.number}", self.clock.now(), text=text, **more)
        await self.store.inbox.append(Incoming("double", who, event))
        return self.store.sealer.ref("double", who)


@pytest.fixture
def write(store, clock):
    return Writer(store, clock)


async def test_each_message_makes_one_turn_in_its_order(store, partitions, meaning, clock, write):
    refs = {}
    for number in range(20):
        for who in ("anna", "bob", "carl", "dora", "emil"):
            refs[who] = await write(who, f"school {number}")
    async with working(partitions, meaning, clock):
        await until(lambda: not store.waiting())
    for who, ref in refs.items():
        said = [line.text for line in store.lines[ref] if line.who == "contact"]
        assert said == [f"school {number}" for number in range(20)], who
    assert max(store.batches) > 1


async def test_what_is_written_while_it_works_is_answered(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock):
        ref = await write("anna", "school")
        await until(lambda: store.lines[ref])
        await write("anna", "guardian")
        await until(lambda: len([line for line in store.lines[ref] if line.who == "contact"]) == 2)
    assert store.conversation(ref).last_at


async def test_a_slow_text_holds_up_nobody_else(store, partitions, meaning, clock, write):
    meaning.gate = asyncio.Event()
    store.count = partitions.count = 1
    async with working(partitions, meaning, clock):
        slow = await write("anna", "slow school")
        await write("anna", "guardian")
        others = [await write(f"other{number}", "school") for number in range(40)]
        await until(lambda: all(store.lines[ref] for ref in others))
        assert not store.lines[slow]
        meaning.gate.set()
        await until(lambda: not store.waiting())
    said = [line.text for line in store.lines[slow] if line.who == "contact"]
    assert said == ["slow school", "guardian"]


async def test_only_words_are_understood_and_with_what_was_said_before(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock):
        await write("anna", "school")
        await write("anna", "", kind="button", button="closing/more/menu")
        await write("anna", "", kind="voice")
        await write("anna", "a caption", kind="picture")
        await write("anna", "school again", edited=True)
        await until(lambda: not store.waiting())
    assert [asked[0] for asked in meaning.asked] == ["school", "a caption", "school again"]
    assert meaning.asked[1][1] == "en"
    assert meaning.asked[2][3] == ("school", "a caption")


async def test_poison_is_set_aside_and_takes_nobody_along(store, partitions, meaning, clock, write):
    metrics = Metrics(registry := CollectorRegistry())
    async with working(partitions, meaning, clock, metrics=metrics):
        good = [await write(f"g{number}", "school") for number in range(10)]
        bad = await write("anna", "poison words")
        await write("anna", "school after")
        await until(lambda: not store.waiting())
    assert all(store.lines[ref] for ref in good)
    assert [(entry.event.text, error) for entry, error in store.aside] == [("poison words", "BrokenError")]
    case = store.only_escalation()
    assert (case.ref, case.level, case.topic) == (bad, "T1", "human")
    flows = [p.deliver.outgoing.flow for p in store.out.values() if p.ref == bad]
    assert "set_aside" in flows
    assert [line.text for line in store.lines[bad] if line.who == "contact"] == ["school after"]
    shown = generate_latest(registry).decode()
    assert "ucare_set_aside_total" in shown
    assert "poison" not in shown
    assert bad not in shown


async def test_the_rules_read_what_the_understanding_cannot(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock, rules=Rules()):
        ref = await write("anna", "poison alarm")
        await until(lambda: not store.waiting())
    assert not store.aside
    assert store.only_escalation().level == "T0"
    first = next(p for p in store.out.values() if p.ref == ref)
    assert first.deliver.outgoing.urgent


async def test_an_understanding_that_hangs_is_replaced_by_the_rules(store, partitions, meaning, clock, write):
    meaning.gate = asyncio.Event()
    async with working(partitions, meaning, clock, rules=Rules(), timeout_s=0.05):
        await write("anna", "slow alarm")
        await until(lambda: store.escalations)
    assert store.only_escalation().level == "T0"


async def test_a_sign_of_danger_survives_a_turn_that_fails(store, partitions, meaning, clock, write, monkeypatch):
    """The finding was read, then the engine fails on this message: it goes along with what is set aside."""
    from bot.turns import compute

    real = compute.advance

    def advance(conversation, event, flows):
        if isinstance(event, MessageReceived) and "breaks" in event.text:
            raise BrokenError
        return real(conversation, event, flows)

    monkeypatch.setattr(compute, "advance", advance)
    async with working(partitions, meaning, clock):
        await write("anna", "this breaks and is an alarm")
        await until(lambda: store.escalations and not store.waiting())
    assert [error for _, error in store.aside] == ["BrokenError"]
    assert store.only_escalation().level == "T0"
    assert store.only_escalation().findings[0].rule == "followed"
    assert any(p.deliver.outgoing.urgent for p in store.out.values())


async def test_even_a_broken_engine_calls_a_person(store, partitions, meaning, clock, write, monkeypatch):
    from bot.turns import compute

    def advance(*_):
        raise BrokenError

    monkeypatch.setattr(compute, "advance", advance)
    async with working(partitions, meaning, clock):
        await write("anna", "this is an alarm")
        await until(lambda: store.escalations and not store.waiting())
    assert store.only_escalation().level == "T0"
    assert "112" in next(iter(store.out.values())).deliver.outgoing.text


async def test_an_unreadable_record_still_calls_a_person(store, partitions, meaning, clock, write):
    ref = store.sealer.ref("double", "anna")
    store.conversations[ref] = b"\xc1 damaged"
    async with working(partitions, meaning, clock, rules=Rules()):
        await write("anna", "this is an alarm")
        await until(lambda: store.escalations and not store.waiting())
    assert store.only_escalation().level == "T0"


async def test_a_caseworker_who_is_faster_makes_the_turn_be_computed_again(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock):
        ref = await write("anna", "abuse")
        await until(lambda: not store.waiting())
        meaning.gate = asyncio.Event()
        await write("anna", "slow alarm")
        await until(lambda: len(meaning.asked) == 2)
        case = change(store.only_escalation(), "claim", at=clock.now(), by="carla")
        store.escalations[case.id] = msgspec.json.encode(case)
        store.add(ref, "double", EscalationTaken("taken", clock.now(), case.id, "carla"))
        meaning.gate.set()
        await until(lambda: not store.waiting())
    after = store.only_escalation()
    assert (after.assignee, after.level) == ("carla", "T0")
    assert after.revision > case.revision
    assert store.conversation(ref).case.talking


async def test_a_worker_that_dies_leaves_its_work_to_the_next(store, meaning, clock, write):
    first = MemoryPartitions(store)
    meaning.gate = asyncio.Event()
    worker = Worker(first, Thinker(meaning), lambda: library("ar"), clock, renew_s=0.02)
    task = asyncio.create_task(worker.run())
    ref = await write("anna", "slow one")
    await write("anna", "two")
    await until(lambda: meaning.asked)
    for _, running in worker._running.values():
        running.cancel()  # nothing was committed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert store.waiting() == 2
    meaning.gate.set()
    async with working(MemoryPartitions(store), meaning, clock):
        await until(lambda: not store.waiting())
    assert [line.text for line in store.lines[ref] if line.who == "contact"] == ["slow one", "two"]


async def test_a_stale_owner_is_fenced_off(store, partitions, meaning, clock, write):
    meaning.gate = asyncio.Event()
    async with working(partitions, meaning, clock):
        ref = await write("anna", "slow one")
        await until(lambda: meaning.asked)
        for number in range(store.count):  # another owner has all partitions from here on
            store.tokens[number] += 1
            MemoryPartition(store, number)
        meaning.gate.set()
        await until(lambda: not store.waiting())
    assert [line.text for line in store.lines[ref] if line.who == "contact"] == ["slow one"]


async def test_the_store_goes_away_and_an_answer_is_lost(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock):
        ref = await write("anna", "one")
        await until(lambda: not store.waiting())
        store.lose_answer = 2
        await write("anna", "two")
        await until(lambda: not store.waiting())
        await write("anna", "three")
        store.away = True
        await asyncio.sleep(0.15)
        store.away = False
        await until(lambda: not store.waiting())
        store.away = True
        with pytest.raises(UnavailableError):
            await write("anna", "lost")
        store.away = False
    assert [line.text for line in store.lines[ref] if line.who == "contact"] == ["one", "two", "three"]


async def test_a_message_that_kills_the_process_is_set_aside_and_only_that(store, meaning, clock, write):
    """Read three times without being committed, the first is the suspect, and the others are tried alone."""
    store.count = 1
    bad = await write("anna", "kills")
    good = [await write(f"g{number}", "school") for number in range(5)]
    for name, entry in list(store.entries[0].items()):
        store.entries[0][name] = msgspec.structs.replace(entry, tries=3)
    async with working(MemoryPartitions(store), meaning, clock):
        await until(lambda: not store.waiting())
    assert [(entry.event.text, error) for entry, error in store.aside] == [("kills", "Repeated")]
    assert all(store.lines[ref] for ref in good)
    assert store.only_escalation().ref == bad
    assert store.batches[:5] == [1] * 5 or store.batches.count(1) >= 5


async def test_timers_fire_as_events(store, partitions, meaning, clock, write):
    async with working(partitions, meaning, clock):
        await write("anna", "check words")
        await until(lambda: not store.waiting())
        assert not store.escalations
        clock.at += 11 * 60_000
        store.news.set()
        await until(lambda: store.escalations, 8)
    assert store.only_escalation().level == "T1"


async def test_stopping_ends_what_is_in_flight_and_loses_nothing(store, partitions, meaning, clock, write):
    meaning.slow_s = 0.2
    refs = []
    async with working(partitions, meaning, clock) as worker:
        refs.extend([await write(f"w{number}", "slow school") for number in range(10)])
        await until(lambda: len(meaning.asked) == 10)
        worker.stop()
    assert all(store.lines[ref] for ref in refs)
    assert not partitions.owned


async def test_stopping_while_there_is_more_to_read_does_not_block_the_loop(store, partitions, meaning, clock, write):
    store.count = partitions.count = 1
    meaning.slow_s = 0.1
    for number in range(40):
        await write(f"w{number}", "slow school")
    async with working(partitions, meaning, clock) as worker:
        await until(lambda: meaning.asked)
        for runner, _ in worker._running.values():
            runner._more = True
        worker.stop()
    assert store.waiting() < 40
