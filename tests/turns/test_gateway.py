"""The gateway with the store there, away, slow and back again."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from bot.core.events import ContactBlocked, MessageReceived
from bot.errors import UnavailableError
from bot.ports.channels import DeliveryStatus, Incoming
from bot.turns.alarm import locale_for, script_of
from bot.turns.gateway import TurnsGateway
from bot.turns.spool import Spool
from tests.turns.doubles import PlainSealer, Rules, refusal
from tests.turns.library import library

HELP_AR = "ساعدوني alarm"


def incoming(who, number, text, **more):
    return Incoming("double", who, MessageReceived(f"{who}{number}", 1_800_000_000_000 + number, text=text, **more))


class Door:
    def __init__(self, store, sealer, clock, channel, folder):
        self.store, self.channel, self.folder = store, channel, folder
        self.rules = Rules()
        library("ar", "nl", "el")  # read once, before anything is timed
        self.make = lambda: TurnsGateway(
            store.inbox, Spool(folder), sealer, self.rules, lambda: library("ar", "nl", "el"), clock,
            channels={"double": channel}, append_s=0.1, pause_s=0.02,
        )  # fmt: skip

    @contextlib.asynccontextmanager
    async def open(self):
        gateway = self.make()
        await gateway.start()
        try:
            yield gateway
        finally:
            await gateway.stop()

    def events(self, who):
        ref = self.store.sealer.ref("double", who)
        return [e.event for entries in self.store.entries.values() for e in entries.values() if e.ref == ref]

    async def replayed(self, gateway):
        end = time.monotonic() + 5
        while not gateway._spool.empty:
            assert time.monotonic() < end, "it was not replayed"
            await asyncio.sleep(0.005)


@pytest.fixture
def door(store, sealer, clock, channel, tmp_path):
    return Door(store, sealer, clock, channel, tmp_path / "spool")


async def test_straight_through_and_once(door):
    async with door.open() as gateway:
        assert await gateway.accept(incoming("anna", 1, "hello"))
        assert not await gateway.accept(incoming("anna", 1, "hello"))
    assert [event.text for event in door.events("anna")] == ["hello"]
    assert not door.rules.read_texts, "with the store there, the worker reads"


async def test_away_spooled_sealed_and_replayed_in_order(door):
    async with door.open() as gateway:
        door.store.away = True
        for number in range(250):
            assert await gateway.accept(incoming("anna", number, f"words {number}"))
        assert not await gateway.accept(incoming("anna", 7, "words 7")), "delivered again"
        assert b"words" not in (door.folder / "records").read_bytes()
        door.store.away = False
        await gateway.accept(incoming("anna", 999, "newest"))
        await door.replayed(gateway)
        assert await gateway.accept(incoming("anna", 1000, "after"))
    texts = [event.text for event in door.events("anna")]
    assert texts == [*(f"words {number}" for number in range(250)), "newest", "after"]
    assert not any(event.answered for event in door.events("anna"))


async def test_danger_is_answered_at_once_without_the_store_and_marked(door):
    async with door.open() as gateway:
        door.store.away = True
        begun = time.monotonic()
        await gateway.accept(incoming("anna", 1, HELP_AR))
        assert time.monotonic() - begun < 1
        (sent,) = [message for _, message in door.channel.sent]
        assert (sent.locale, sent.rtl, sent.urgent, sent.flow) == ("ar", True, True, "t0")
        assert "112" in sent.text
        await gateway.accept(incoming("anna", 2, "hello"))
        assert len(door.channel.sent) == 1
        door.store.away = False
        await door.replayed(gateway)
    assert [event.answered for event in door.events("anna")] == [True, False]


async def test_the_mark_survives_a_restart(door):
    door.store.away = True
    async with door.open() as gateway:
        await gateway.accept(incoming("anna", 1, "alarm"))
        for number in range(2, 150):
            await gateway.accept(incoming("bob", number, "hello"))
    door.store.away = False
    async with door.open() as gateway:
        await door.replayed(gateway)
    assert [event.answered for event in door.events("anna")] == [True]
    assert len(door.events("bob")) == 148


async def test_an_answer_that_fails_is_left_to_the_engine(door):
    door.channel.plan["anna"] = [refusal()]
    async with door.open() as gateway:
        door.store.away = True
        assert await gateway.accept(incoming("anna", 1, "alarm"))
        door.store.away = False
        await door.replayed(gateway)
    assert [event.answered for event in door.events("anna")] == [False]


async def test_the_replay_waits_for_an_answer_that_is_on_its_way(door):
    door.channel.plan["anna"] = [0.2]
    async with door.open() as gateway:
        door.store.away = True
        task = asyncio.create_task(gateway.accept(incoming("anna", 1, "alarm")))
        await asyncio.sleep(0.05)
        door.store.away = False
        await task
        await door.replayed(gateway)
    assert [event.answered for event in door.events("anna")] == [True]


async def test_broken_rules_lose_nothing(door):
    door.rules.broken = True
    async with door.open() as gateway:
        door.store.away = True
        assert await gateway.accept(incoming("anna", 1, "alarm"))
        door.store.away = False
        await door.replayed(gateway)
    assert len(door.events("anna")) == 1


async def test_a_slow_store_keeps_no_service_waiting_and_makes_no_second_turn(door):
    async with door.open() as gateway:
        door.store.slow_s = 0.3
        begun = time.monotonic()
        assert await gateway.accept(incoming("anna", 1, "hello"))
        assert time.monotonic() - begun < 0.25
        door.store.slow_s = 0
        await door.replayed(gateway)
    assert [event.text for event in door.events("anna")] == ["hello"]


async def test_kept_nowhere_is_said_and_danger_is_answered_all_the_same(door):
    async with door.open() as gateway:
        door.store.away = True
        gateway._spool.close()
        with pytest.raises(UnavailableError):
            await gateway.accept(incoming("anna", 1, "alarm"))
        assert len(door.channel.sent) == 1
        gateway._spool.open()
        assert await gateway.accept(incoming("anna", 1, "alarm")), "delivered again, it is kept"


async def test_blocked_and_delivered_go_the_same_way(door):
    async with door.open() as gateway:
        await gateway.blocked("double", "anna", id="b1")
        door.store.away = True
        await gateway.blocked("double", "anna", id="b2")
        await gateway.delivered(DeliveryStatus("double", "anna", "m1", "read"))
        door.store.away = False
        await door.replayed(gateway)
        await gateway.delivered(DeliveryStatus("double", "anna", "m2", "failed"))
    assert [(type(event), event.id) for event in door.events("anna")] == [
        (ContactBlocked, "b1"),
        (ContactBlocked, "b2"),
    ]
    assert [status.message for status in door.store.statuses] == ["m1", "m2"]


async def test_what_no_key_opens_is_put_by_and_stops_nothing(door, store, clock):
    door.store.away = True
    async with door.open() as gateway:
        gateway._sealer = PlainSealer(b"other")
        await gateway.accept(incoming("anna", 1, "lost key"))
        gateway._sealer = PlainSealer()
        await gateway.accept(incoming("anna", 2, "good"))
        door.store.away = False
        await door.replayed(gateway)
    assert [event.text for event in door.events("anna")] == ["good"]
    assert (door.folder / "damaged").stat().st_size > 0


@pytest.mark.parametrize(("text", "hint", "expected"), [
    ("ساعدوني", "", "ar"), ("ساعدوني", "nl-BE", "ar"), ("help me", "nl-BE", "nl"), ("help me", "", "en"),
    ("βοήθεια", "", "el"), ("help", "zz", "en"), ("", "ar", "ar"), ("помогите", "", "en"), ("help", "ar", "en"),
])  # fmt: skip
def test_the_language_of_the_answer(text, hint, expected):
    assert locale_for(library("ar", "nl", "el"), text, hint) == expected


def test_scripts():
    assert (script_of("abc"), script_of("سلام abc"), script_of("123")) == ("Latn", "Arab", "")
