"""Inbox, turns, timers and the outbox on the real server."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.core.conversation import Case
from bot.core.events import CaseworkerReplied, ContactBlocked, MessageReceived, MessageSetAside, TimerFired
from bot.errors import FencedError, UnavailableError
from bot.ports.channels import DeliveryStatus, Outgoing
from bot.ports.partitions import Deliver, Line, Timer
from bot.store import open_store
from tests.store import fixtures
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = pytest.mark.redis


async def second(server, sealer, clock):
    """Open the store once more, as another process would."""
    return await open_store(server.url, sealer=sealer, clock=clock, count=fixtures.PARTITIONS)


async def test_appends_once_and_reads_back_what_was_written(store, clock):
    one = m.incoming(text="مرحبا", id="same", at=clock.now())
    assert await store.inbox.append(one)
    assert not await store.inbox.append(one)
    partition, entry = await m.read_one(store)
    assert entry.event == one.event
    assert (entry.channel, entry.tries) == ("telegram", 0)
    assert await m.read_all(store) == []
    assert await partition.commit([m.turn(entry)]) == ["done"]
    assert await store.client.do("XLEN", partition.key("inbox")) == 0


async def test_keeps_the_order_of_a_contact(store, clock):
    for n in range(40):
        await m.write(store, clock, text=str(n))
    found = await m.read_all(store)
    assert [entry.event.text for _, entry in found] == [str(n) for n in range(40)]
    assert len({partition.number for partition, _ in found}) == 1


async def test_a_turn_is_kept_and_loaded(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    assert (await partition.load([entry.ref]))[entry.ref].conversation is None
    kept = m.conversation(entry, locale="nl", slots={"age": 12})
    await partition.commit([m.turn(entry, conversation=kept)])
    assert (await partition.load([entry.ref, "nobody"]))[entry.ref].conversation == kept


async def lose_one_answer(client, name):
    """Let the server do the next call of a script, and lose its answer on the way."""
    real, lost = client.script, []

    async def script(called, *args, **more):
        answer = await real(called, *args, **more)
        if called == name and not lost and any(found for _, found in answer):
            lost.append(1)
            raise UnavailableError
        return answer

    client.script = script


async def test_what_a_lost_answer_held_is_read_again_and_nothing_twice(store, clock):
    await m.write(store, clock, text="in hand")
    partition, first = await m.read_one(store)
    for text in ("a", "b"):
        await m.write(store, clock, text=text)
    await lose_one_answer(store.client, "read")
    with pytest.raises(UnavailableError):
        await m.read_all(store)
    found = [entry for _, entry in await m.read_all(store)]
    assert [(e.event.text, e.tries) for e in found] == [("a", 1), ("b", 1)]
    await partition.commit([m.turn(e, e.event.text) for e in (first, *found)])
    (one,) = await store.outbox.read(1, 0.1)
    await lose_one_answer(store.client, "read")
    with pytest.raises(UnavailableError):
        await store.outbox.read(10, 0.1)
    again = await store.outbox.read(10, 0.1)
    assert [p.deliver.outgoing.text for p in (one, *again)] == ["in hand", "a", "b"]


async def test_a_new_owner_gets_what_is_pending_first_and_in_order(store, server, sealer, clock):
    for n in range(5):
        await m.write(store, clock, text=str(n))
    assert len(await m.read_all(store)) == 5
    await m.write(store, clock, text="5")
    await store.partitions.release()
    found = await m.read_all(store)
    assert [(e.event.text, e.tries) for _, e in found] == [*((str(n), 1) for n in range(5)), ("5", 0)]
    await store.partitions.release()
    partitions = await m.own(store)
    (mine,) = [p for p in partitions.values() if p.number == found[0][0].number]
    small = [await mine.read(2) for _ in range(3)]
    assert [e.event.text for part in small for e in part] == [str(n) for n in range(6)]


async def test_an_old_owner_is_fenced_off(store, server, sealer, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await store.client.do("DEL", partition.key("lease"))
    other = await second(server, sealer, clock)
    try:
        theirs = {p.number: p for p in await other.partitions.acquire(fixtures.PARTITIONS)}
        assert list(theirs) == [partition.number]
        with pytest.raises(FencedError):
            await partition.commit([m.turn(entry, "from the old owner")])
        with pytest.raises(FencedError):
            await partition.read(1)
        (again,) = await theirs[partition.number].read(10)
        assert again.tries == 1
        assert await theirs[partition.number].commit([m.turn(again, "from the new owner")]) == ["done"]
        (parcel,) = await other.outbox.read(10, 0.1)
        assert parcel.deliver.outgoing.text == "from the new owner"
    finally:
        await other.close()


async def test_a_lease_that_is_over_locally_does_nothing(store, clock):
    store.partitions.lease_ms = 60
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await asyncio.sleep(0.1)
    with pytest.raises(FencedError):
        await partition.commit([m.turn(entry)])


async def test_two_owners_share_and_hand_over(store, server, sealer, clock):
    other = await second(server, sealer, clock)
    try:
        mine = await store.partitions.acquire(3)
        theirs = await other.partitions.acquire(4)
        assert (len(mine), len(theirs)) == (3, 1)
        assert len(await store.partitions.acquire(2)) == 2
        assert len(await other.partitions.acquire(2)) == 2
    finally:
        await other.close()


async def test_the_same_commit_twice_writes_once(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    assert await partition.commit([m.turn(entry, "once")]) == ["done"]
    assert await partition.commit([m.turn(entry, "once")]) == ["done"]
    assert [p.deliver.outgoing.text for p in await m.settle_all(store)] == ["once"]


async def test_a_commit_with_an_old_revision_changes_nothing(store, clock):
    partition, case = await m.open_case(store, clock)
    await m.settle_all(store)
    await m.write(store, clock, text="again")
    partition, entry = await m.read_one(store)
    await Hands(store, clock).claim(case.id, "anna")
    stale = msgspec.structs.replace(case, revision=2, level="T0")
    assert await partition.commit([m.turn(entry, "no", escalation=stale, expected=1)]) == ["conflict"]
    assert (await partition.escalation(case.id)).assignee == "anna"
    assert await store.outbox.read(10, 0.05) == []
    assert (await partition.load([entry.ref]))[entry.ref].escalation.revision == 2
    fresh = msgspec.structs.replace(await partition.escalation(case.id), revision=3, level="T0")
    assert await partition.commit([m.turn(entry, escalation=fresh, expected=2)]) == ["done"]


async def test_many_commits_in_one_call_stand_each_on_its_own(store, clock):
    for n in range(6):
        await m.write(store, clock, address=str(n), text=str(n))
    found = await m.read_all(store)
    by_partition: dict = {}
    for partition, entry in found:
        by_partition.setdefault(partition.number, (partition, []))[1].append(entry)
    for partition, entries in by_partition.values():
        missing = msgspec.structs.replace(m.case_of(entries[0], partition), revision=9)
        commits = [m.turn(entries[0], escalation=missing, expected=8), *(m.turn(e, "x") for e in entries[1:])]
        assert await partition.commit(commits) == ["conflict"] + ["done"] * (len(entries) - 1)


async def test_poison_is_set_aside_and_the_contact_hears_of_it(store, clock):
    await m.write(store, clock, text="poison")
    partition, entry = await m.read_one(store)
    await partition.set_aside(entry, "ValueError")
    _, after = await m.read_one(store)
    assert isinstance(after.event, MessageSetAside)
    assert not after.event.risk_read
    assert await store.client.do("XLEN", partition.key("aside")) == 1
    await partition.set_aside(after, "ValueError")
    assert await m.read_all(store) == []


async def test_an_entry_that_cannot_be_opened_does_not_stop_the_others(store, clock):
    ref = await m.write(store, clock, text="good")
    partitions = await m.own(store)
    (partition,) = [p for p in partitions.values() if await store.client.do("XLEN", p.key("inbox"))]
    await store.client.do("XADD", partition.key("inbox"), "*", "ref", ref, "ch", "telegram", "k", "m", "e", b"\x00junk")
    await m.write(store, clock, text="good too")
    assert [e.event.text for _, e in await m.read_all(store)] == ["good", "good too"]
    assert await store.client.do("XLEN", partition.key("aside")) == 1


async def test_timers_fire_once_with_a_fixed_id(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    due = clock.now() + 60_000
    timers = (Timer("silence", "check_silence", due), Timer("gone", "check_silence", due))
    await partition.commit([m.turn(entry, start_timers=timers, cancel_timers=("gone",))])
    assert await partition.next_timer() == due
    assert await partition.fire_timers(due - 1) == 0
    assert await partition.fire_timers(due) == 1
    assert await partition.fire_timers(due) == 0
    assert await partition.next_timer() is None
    _, fired = await m.read_one(store)
    assert fired.event == TimerFired(
        id=f"timer:{entry.ref}|silence:{due}", at=due, timer="silence", kind="check_silence", escalation=""
    )
    assert fired.channel == "telegram"


async def test_a_timer_of_the_same_id_is_replaced(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    first, later = clock.now() + 1000, clock.now() + 2000
    await partition.commit([m.turn(entry, start_timers=(Timer("t", "wake", first), Timer("t", "wake", later)))])
    assert await partition.fire_timers(first) == 0
    assert await partition.fire_timers(later) == 1


async def test_waits_without_polling_and_wakes_at_once(store, clock):
    await m.own(store)
    await m.read_all(store)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await store.partitions.wait(0.2)
    assert loop.time() - begun >= 0.19
    waiting = asyncio.create_task(store.partitions.wait(5))
    await asyncio.sleep(0.05)
    begun = loop.time()
    await m.write(store, clock)
    await waiting
    assert loop.time() - begun < 0.3


async def test_the_outbox_sends_urgent_ones_first_and_keeps_the_order(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    deliver = (
        Deliver("message", Outgoing("one")),
        Deliver("message", Outgoing("two")),
        Deliver("message", Outgoing("112", urgent=True)),
    )
    await partition.commit([m.turn(entry, deliver=deliver)])
    parcels = await store.outbox.read(10, 0.1)
    assert [p.deliver.outgoing.text for p in parcels] == ["112", "one", "two"]
    assert {p.address for p in parcels} == {"4711"}
    await store.outbox.release()
    again = await store.outbox.read(10, 0.1)
    assert [(p.deliver.outgoing.text, p.tries) for p in again] == [("112", 1), ("one", 1), ("two", 1)]
    for parcel in again:
        await store.outbox.settle(parcel, ["x"])
    await store.outbox.release()
    assert await store.outbox.read(10, 0.05) == []


async def test_a_second_sender_gets_nothing_while_the_first_holds(store, server, sealer, clock):
    other = await second(server, sealer, clock)
    try:
        await m.write(store, clock)
        partition, entry = await m.read_one(store)
        await partition.commit([m.turn(entry, "hi")])
        (parcel,) = await store.outbox.read(10, 0.1)
        assert await other.outbox.read(10, 0.05) == []
        await store.client.do("SET", f"{{p{parcel.partition}}}:outlease", "other")
        with pytest.raises(FencedError):
            await store.outbox.settle(parcel, ["x"])
    finally:
        await other.close()


async def test_hiding_drops_what_waits_and_names_what_can_be_deleted(store, clock):
    await m.write(store, clock, message="theirs")
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "first")])
    (sent,) = await m.settle_all(store)
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "never seen")])
    (waiting,) = await store.outbox.read(10, 0.1)
    await m.write(store, clock, text="hide")
    partition, entry = await m.read_one(store)
    deliver = (Deliver("delete"), Deliver("message", Outgoing("Nice weather.")))
    await partition.commit([m.turn(entry, deliver=deliver, drop_waiting=True)])
    assert not await store.outbox.current(waiting)
    delete, harmless = await store.outbox.read(10, 0.1)
    assert delete.messages == ("theirs", f"id-{sent.entry}")
    assert harmless.deliver.outgoing.text == "Nice weather."


async def test_parked_messages_wait_for_the_contact_and_then_go_first(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "late")])
    (parcel,) = await store.outbox.read(10, 0.1)
    await store.outbox.settle(parcel, ["invitation"], invited=True)
    blocked = ContactBlocked("b", clock.now())
    assert await store.inbox.put(entry.ref, entry.channel, blocked)
    assert not await store.inbox.put(entry.ref, entry.channel, blocked)
    _, other = await m.read_one(store)
    await partition.commit([m.turn(other, "later still")])
    assert await store.outbox.read(10, 0.05) == []
    clock.forward(1000)
    await m.write(store, clock, text="I am here")
    _, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "now")])
    parcels = await store.outbox.read(10, 0.1)
    assert [p.deliver.outgoing.text for p in parcels] == ["late", "later still", "now"]
    assert parcels[0].deliver.outgoing.last_at == entry.event.at


async def test_parked_messages_wait_while_it_is_unsure_who_is_there(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "for the child alone")])
    (parcel,) = await store.outbox.read(10, 0.1)
    await store.outbox.settle(parcel, ["invitation"], invited=True)
    await m.write(store, clock, text="hello?")
    _, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "Who is there?", unpark=False)])
    assert [p.deliver.outgoing.text for p in await m.settle_all(store)] == ["Who is there?"]
    await m.write(store, clock, text="it is me")
    _, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "Hello.")])
    assert [p.deliver.outgoing.text for p in await m.settle_all(store)] == ["for the child alone", "Hello."]


async def test_dead_letters_are_kept_apart(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, "hi")])
    (parcel,) = await store.outbox.read(10, 0.1)
    await store.outbox.fail(parcel, "63016")
    assert await store.client.do("XLEN", partition.key("dead")) == 1
    assert await store.client.do("XLEN", partition.key("out")) == 0


async def test_a_reply_and_its_delivery_status(store, clock):
    _, case = await m.open_case(store, clock)
    await m.settle_all(store)
    await Hands(store, clock).claim(case.id, "anna")
    reply = await Hands(store, clock).reply(case.id, "anna", "I am Anna.", key="k")
    found = await m.read_all(store)
    partition, entry = found[-1]
    assert isinstance(entry.event, CaseworkerReplied)
    outgoing = Deliver("message", Outgoing("I am Anna.", who="caseworker"), reply=reply, escalation=case.id)
    lines = (Line(clock.now(), "caseworker", "I am Anna.", reply=reply),)
    kept = m.conversation(entry, case=Case(case.id, "T1", "abuse", talking=True))
    await partition.commit([m.turn(entry, conversation=kept, deliver=(outgoing,), lines=lines)])

    async def status():
        (shown,) = [e for e in (await Hands(store, clock).get(case.id, "anna")).entries if e.reply_id == reply]
        return shown.status

    assert await status() == "queued"
    (parcel,) = await store.outbox.read(10, 0.1)
    await store.outbox.settle(parcel, ["SM1"])
    assert await status() == "sent"
    for told, shown in [("read", "read"), ("delivered", "read"), ("sent", "read")]:
        await store.inbox.delivered(DeliveryStatus("telegram", "4711", "SM1", told))
        assert await status() == shown
    await store.inbox.delivered(DeliveryStatus("telegram", "4711", "unknown", "failed"))
    await store.inbox.delivered(DeliveryStatus("telegram", "999", "SM1", "failed"))
    assert await status() == "read"


async def test_nothing_is_stored_in_clear(store, clock):
    await m.write(store, clock, address="+32470123456", text="my secret words")
    partition, entry = await m.read_one(store)
    line = Line(entry.event.at, "contact", "my secret words")
    await partition.commit([m.turn(entry, "secret answer", lines=(line,))])
    for name in await store.client.do("KEYS", "*"):
        dumped = await store.client.do("DUMP", name)
        for word in (b"secret", b"32470123456"):
            assert word not in dumped
            assert word not in name


async def test_unknown_text_shapes_survive(store, clock):
    text = "\x00\u202e" + "x" * 100_000 + "\U0001f600"
    event = MessageReceived(id="odd", at=clock.now(), text=text, kind="voice", edited=True)
    await store.inbox.append(msgspec.structs.replace(m.incoming(), event=event))
    _, entry = await m.read_one(store)
    assert entry.event == event


async def test_what_is_urgent_is_read_alone_and_the_rest_stays_for_later(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    words = (Deliver("message", Outgoing("menu")), Deliver("message", Outgoing("call 112", urgent=True)))
    await partition.commit([m.turn(entry, deliver=words)])
    (first,) = await store.outbox.read(10, 0.1, urgent=True)
    assert first.deliver.outgoing.text == "call 112"
    assert await store.outbox.read(10, 0, urgent=True) == []
    (second,) = await store.outbox.read(10, 0.1)
    assert second.deliver.outgoing.text == "menu"
    for parcel in (first, second):
        await store.outbox.settle(parcel, ["1"])
