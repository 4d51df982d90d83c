"""The sender against a service that fails as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from prometheus_client import CollectorRegistry

from bot.ports.channels import Outgoing
from bot.ports.partitions import Deliver
from bot.turns.buckets import Bucket
from bot.turns.metrics import Metrics
from bot.turns.sender import Sender
from tests.turns.doubles import DoubleChannel, refusal


async def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.002)


class Noted:
    def __init__(self):
        self.facts = []

    async def blocked(self, channel, address, *, id):
        self.facts.append((channel, address, id))


class Sending:
    def __init__(self, store, channel, **more):
        self.store, self.channel, self.gateway = store, channel, Noted()
        self.registry = CollectorRegistry()
        self.sender = Sender(
            store.outbox, {"double": channel}, self.gateway, metrics=Metrics(self.registry), base_s=0.02, **more
        )

    def put(self, who, text, *, urgent=False, **more):
        return self.store.outbox.add(who, "double", Deliver("message", Outgoing(text, urgent=urgent)), **more)

    def count(self, name, **labels):
        return self.registry.get_sample_value(f"ucare_{name}_total", {"channel": "double", **labels}) or 0

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.sender.run())
        try:
            yield self
        finally:
            self.sender.stop()
            await asyncio.wait_for(task, 12)

    async def empty(self, seconds=5.0):
        end = time.monotonic() + seconds
        while self.store.out:
            assert time.monotonic() < end, "it was not emptied"
            await asyncio.sleep(0.005)


@pytest.fixture
def sending(store, channel):
    return Sending(store, channel)


async def test_in_order_for_each_contact_and_side_by_side(sending):
    for number in range(10):
        for who in ("anna", "bob"):
            sending.put(who, f"{number}")
    async with sending.running():
        await sending.empty()
    for who in ("anna", "bob"):
        assert sending.channel.texts(who) == [f"{number}" for number in range(10)]
    assert sending.count("sends", outcome="sent") == 20
    assert len(sending.store.settled) == 20


async def test_typing_is_shown_only_while_more_is_coming_and_may_fail(sending):
    for number in range(3):
        sending.put("anna", f"{number}")
    sending.put("bob", "alone")
    async with sending.running():
        await sending.empty()
    assert sending.channel.texts("anna") == ["0", "1", "2"]
    assert sending.channel.shown == ["anna", "anna"]


async def test_refused_for_a_while_the_contact_waits_and_the_others_do_not(sending):
    sending.channel.plan["anna"] = [refusal("429", retry_after=0.4), refusal(), None]
    for number in range(3):
        sending.put("anna", f"{number}")
        sending.put("bob", f"{number}")
    begun = time.monotonic()
    async with sending.running():
        await until(lambda: not (len(sending.channel.texts("bob")) < 3))
        assert time.monotonic() - begun < 0.35
        assert not sending.channel.texts("anna")
        await sending.empty()
    assert time.monotonic() - begun >= 0.4
    assert sending.channel.texts("anna") == ["0", "1", "2"]
    assert sending.count("send_retries") == 2
    assert sending.count("sends_maybe_twice") == 0


async def test_what_cannot_be_delivered_goes_to_the_dead_letters_and_the_next_is_sent(sending):
    sending.channel.plan["anna"] = [refusal("400", retryable=False)]
    sending.put("anna", "bad")
    sending.put("anna", "good")
    async with sending.running():
        await sending.empty()
    assert sending.channel.texts("anna") == ["good"]
    assert [(parcel.deliver.outgoing.text, code) for parcel, code in sending.store.dead] == [("bad", "400")]
    assert sending.count("dead_letters", code="400") == 1


async def test_a_broken_channel_gives_up_after_some_tries(sending):
    sending.channel.plan["anna"] = [ValueError("secret text")] * 3
    sending.put("anna", "bad")
    sending.put("bob", "good")
    async with sending.running():
        await sending.empty()
    assert [code for _, code in sending.store.dead] == ["bug:ValueError"]
    assert sending.channel.texts("bob") == ["good"]


async def test_blocked_is_noted_as_a_fact_once_for_each_message(sending):
    sending.channel.plan["anna"] = [refusal("403", retryable=False, blocked=True)]
    parcel = sending.put("anna", "one")
    async with sending.running():
        await sending.empty()
    assert sending.gateway.facts == [("double", "anna", f"blocked:anna:{parcel.entry}")]
    assert [code for _, code in sending.store.dead] == ["403"]


async def test_urgent_overtakes_what_waits_and_what_backs_off(sending):
    sending.channel.plan["anna"] = [refusal()] * 4
    for number in range(3):
        sending.put("anna", f"{number}")
    async with sending.running():
        await until(lambda: not (sending.channel.tried < 3))
        sending.put("anna", "call 112", urgent=True)
        await sending.empty()
    assert sending.channel.texts("anna") == ["call 112", "0", "1", "2"]


async def test_urgent_of_one_contact_goes_before_others_at_the_channels_rate(store):
    channel = DoubleChannel(rate=20)
    sending = Sending(store, channel)
    for number in range(30):
        sending.put(f"contact{number}", "menu")
    async with sending.running():
        await until(lambda: not (channel.tried < 20))
        sending.put("anna", "call 112", urgent=True)
        await sending.empty()
    order = [address for address, _ in channel.log]
    assert order.index("anna") < 25


async def test_rates_are_kept_over_all_and_for_each_contact(store):
    channel = DoubleChannel(rate=0, rate_per_contact=20)
    sending = Sending(store, channel)
    for number in range(8):
        sending.put("anna", f"{number}")
    begun = time.monotonic()
    async with sending.running():
        await sending.empty()
    assert time.monotonic() - begun >= 5 / 20 * 0.9
    assert channel.texts("anna") == [f"{number}" for number in range(8)]


async def test_an_answer_soon_after_another_does_not_wait_for_nothing(store):
    sending = Sending(store, DoubleChannel(rate=100, rate_per_contact=1))
    async with sending.running():
        sending.put("anna", "one")
        await sending.empty()
        begun = time.monotonic()
        sending.put("anna", "two")
        await sending.empty()
    assert time.monotonic() - begun < 0.5


async def test_sent_but_not_settled_is_settled_when_the_store_is_back(sending):
    sending.store.outbox.fail_settle = 3
    sending.put("anna", "one")
    async with sending.running():
        await sending.empty()
    assert sending.channel.texts("anna") == ["one"]


async def test_a_sender_that_dies_sends_at_most_once_more_and_says_so(sending, store):
    store.outbox.fail_settle = 1_000_000
    sending.put("anna", "one")
    task = asyncio.create_task(sending.sender.run())
    await until(lambda: bool(sending.channel.texts("anna")))
    sending.put("bob", "two")
    for lane in sending.sender._lanes.values():
        lane.task.cancel()
    sending.sender.stop()
    await asyncio.wait_for(task, 12)
    store.outbox.fail_settle = 0
    store.outbox.begin_again()
    second = Sending(store, sending.channel)
    async with second.running():
        await second.empty()
    assert sending.channel.texts("anna") == ["one", "one"]
    assert second.count("sends_maybe_twice") >= 1


async def test_hidden_meanwhile_nothing_more_goes_out(sending):
    sending.channel.plan["anna"] = [refusal("429", retry_after=0.5)]
    told = [sending.put("anna", "telling"), sending.put("anna", "more")]
    async with sending.running():
        await until(lambda: not (sending.channel.tried < 1))
        for parcel in told:  # what the commit of hide does in the store
            sending.store.out.pop(parcel.entry)
        sending.store.outbox.add("anna", "double", Deliver("delete"), messages=("m1", "m2"))
        sending.put("anna", "have a nice day")
        await sending.empty()
    assert sending.channel.log == [("anna", "<delete>"), ("anna", "have a nice day")]
    assert sending.channel.deleted == [("anna", ("m1", "m2"))]


async def test_an_invitation_parks_the_message(sending):
    sending.channel.invite.add("anna")
    sending.put("anna", "words")
    async with sending.running():
        await sending.empty()
    assert [(p.deliver.outgoing.text, invited) for p, _, invited in sending.store.settled] == [("words", True)]


async def test_erased_or_unknown_goes_nowhere(sending, store):
    store.addresses["ghost"] = ("double", "")
    sending.put("ghost", "words")
    store.outbox.add("anna", "pigeon", Deliver("message", Outgoing("words")))
    async with sending.running():
        await sending.empty()
    assert sorted(code for _, code in store.dead) == ["no-address", "no-channel"]
    assert not sending.channel.sent


async def test_stopping_settles_what_is_being_sent_and_leaves_the_rest(sending):
    sending.channel.plan["anna"] = [0.3]
    sending.put("anna", "one")
    sending.put("anna", "two")
    async with sending.running():
        await until(lambda: bool(sending.channel.tried))
    assert sending.channel.texts("anna") == ["one"]
    assert [p.deliver.outgoing.text for p in sending.store.out.values()] == ["two"]


async def test_the_store_away_for_a_while(sending):
    sending.store.away = True
    async with sending.running():
        sending.put("anna", "one")
        await asyncio.sleep(0.1)
        sending.store.away = False
        await sending.empty()
    assert sending.channel.texts("anna") == ["one"]


async def test_a_full_memory_still_sends_what_is_urgent_and_keeps_the_leases(store, channel):
    sending = Sending(store, channel, most=2)
    for number in range(4):
        channel.plan[f"contact{number}"] = [refusal(retry_after=2.5)]
        sending.put(f"contact{number}", "menu")
    async with sending.running():
        await until(lambda: channel.tried >= 4)
        sending.put("bob", "menu")
        sending.put("anna", "call 112", urgent=True)
        await until(lambda: channel.texts("anna") == ["call 112"], 2)
        assert not channel.texts("bob")
        assert sum(store.outbox.reads) >= 2  # each reading renews the leases
        await sending.empty()
    assert channel.texts("bob") == ["menu"]


async def test_a_lease_that_is_lost_with_a_full_memory_makes_room(store, channel):
    sending = Sending(store, channel, most=1)
    store.outbox.fenced = 1
    channel.plan["anna"] = [0.2]
    sending.put("anna", "one")
    async with sending.running():
        await until(lambda: channel.tried == 1)
        sending.put("bob", "two")
        await until(lambda: bool(channel.texts("bob")), 0.8)
        assert not store.outbox.fenced


async def test_a_full_memory_that_is_dropped_makes_room(store, channel):
    sending = Sending(store, channel, most=1)
    channel.plan["anna"] = [refusal(retry_after=60)]
    sending.put("anna", "one")
    async with sending.running():
        await until(lambda: channel.tried == 1)
        sending.sender._drop()
        assert sending.sender._room.is_set()


async def test_what_is_read_again_while_it_waits_here_is_sent_once(sending):
    sending.channel.plan["anna"] = [refusal(retry_after=0.3)]
    for text in ("one", "two"):
        sending.put("anna", text)
    async with sending.running():
        await until(lambda: sending.channel.tried == 1)
        sending.store.outbox.begin_again()
        await sending.empty()
        await asyncio.sleep(0.05)
    assert sending.channel.texts("anna") == ["one", "two"]


async def test_a_bucket_lets_the_urgent_first_and_survives_a_caller_that_leaves():
    bucket = Bucket(50, burst=1)
    await bucket.take()
    order = []

    async def caller(name, *, urgent=False):
        await bucket.take(urgent=urgent)
        order.append(name)

    tasks = [asyncio.create_task(caller(name)) for name in ("a", "gone", "b")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks.append(asyncio.create_task(caller("urgent", urgent=True)))
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["urgent", "a", "b"]
