"""Records for the programme: kept by a turn, noted about, and gone in time or with the contact."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.events import FlowOffered
from bot.errors import ConflictError, NotAllowedError
from bot.ports.programme import Record
from bot.store.keys import partition_of
from tests.store.making import conversation, own, read_all, read_one, turn, write

pytestmark = pytest.mark.redis
DAY = 86_400_000


async def told(store, clock, address="4711", days=100, **more):
    """Let a contact write and be kept; return the reference."""
    ref = await write(store, clock, address)
    partition, entry = await read_one(store)
    record = Record("family", ref, "telegram", clock.now(), clock.now() + days * DAY, {"town": "Ghent"})
    assert await partition.commit([turn(entry, records={"family": record}, **more)]) == ["done"]
    return ref


async def purge(store, clock):
    for partition in (await own(store)).values():
        await partition.purge(clock.now())


async def test_kept_and_noted_about(store, clock):
    ref = await told(store, clock)
    await told(store, clock, "4712")
    assert len(await store.programme.all("family")) == 2
    assert await store.programme.all("other") == []
    noted = await store.programme.note("family", ref, lambda entry: entry.noted + b"a")
    assert noted.noted == b"a"
    await told(store, clock)  # the contact tells it anew: what was noted stays
    one = await store.programme.one("family", ref)
    assert (one.record.fields, one.noted) == ({"town": "Ghent"}, b"a")
    await store.programme.drop("family", ref)
    assert await store.programme.one("family", ref) is None
    with pytest.raises(NotAllowedError):
        await store.programme.note("family", ref, lambda entry: b"b")


async def test_what_others_noted_meanwhile_is_not_lost(store, clock):
    ref = await told(store, clock)
    calls = 0
    raw = store.programme

    def step(entry):
        nonlocal calls
        calls += 1
        return entry.noted + b"b"

    first = await raw._client.do("HMGET", raw._key("family", ref), ref, f"{ref}:noted")
    await raw.note("family", ref, lambda _entry: b"a")
    assert (await raw.note("family", ref, step)).noted == b"ab"
    assert (calls, first[1]) == (1, None)

    async def always_late(*_args, **_more):
        return 0

    script, raw._client.script = raw._client.script, always_late
    try:
        with pytest.raises(ConflictError):
            await raw.note("family", ref, step)
    finally:
        raw._client.script = script


async def test_it_goes_with_the_contact(store, clock):
    ref = await told(store, clock)
    await store.programme.note("family", ref, lambda _entry: b"a")
    await write(store, clock, text="delete my data")
    partition, entry = await read_one(store)
    await partition.commit([turn(entry, erase=True, conversation=None)])
    assert await store.programme.all("family") == []
    assert await store.programme._client.do("EXISTS", store.programme._key("family", ref)) == 0


async def test_it_ends_in_time_and_the_conversation_stays_so_long(store, clock):
    ref = await told(store, clock, keep_until=clock.now() + 107 * DAY)
    clock.forward(40 * DAY)
    await purge(store, clock)
    assert await store.programme.one("family", ref)
    partition = (await own(store))[partition_of(ref, store.partitions.count)]
    assert (await partition.load([ref]))[ref].conversation
    clock.forward(61 * DAY)
    await purge(store, clock)
    assert await store.programme.one("family", ref) is None
    assert (await partition.load([ref]))[ref].conversation
    clock.forward(10 * DAY)
    await purge(store, clock)
    assert (await partition.load([ref]))[ref].conversation is None


async def test_it_can_be_dropped_by_a_turn_and_something_can_be_told(store, clock):
    ref = await told(store, clock)
    event = FlowOffered("o", clock.now(), "family.session")
    assert await store.programme.tell(ref, "telegram", event)
    assert not await store.programme.tell(ref, "telegram", event)
    partition, entry = await read_one(store)
    assert entry.event == event
    kept = msgspec.structs.replace(conversation(entry), last_at=clock.now())
    await partition.commit([turn(entry, records={"family": None}, conversation=kept)])
    assert await store.programme.all("family") == []
    assert await read_all(store) == []
