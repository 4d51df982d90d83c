"""The same parts on a real server: gateway, worker and sender end to end, and a worker killed under load."""

# ruff: noqa: F811 - fixtures of another room are imported and asked for by name
from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from bot.core.events import MessageReceived
from bot.ports.channels import Incoming
from bot.turns.gateway import TurnsGateway
from bot.turns.sender import Sender
from bot.turns.spool import Spool
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from tests.store.fixtures import clock, sealer, server, store  # noqa: F401 - fixtures
from tests.store.hands import Hands
from tests.turns.doubles import DoubleChannel, Meaning, Rules
from tests.turns.library import library

pytestmark = [pytest.mark.redis, pytest.mark.slow]


class Whole:
    """All roles on one store; the worker can be killed and another one started."""

    def __init__(self, store, sealer, clock, folder):
        self.store, self.clock = store, clock
        self.channel, self.meaning = DoubleChannel(), Meaning()
        self.gateway = TurnsGateway(
            store.inbox, Spool(folder), sealer, Rules(), lambda: library("ar"), clock,
            channels={"double": self.channel}, append_s=1.0, pause_s=0.05,
        )  # fmt: skip
        self.sender = Sender(store.outbox, {"double": self.channel}, self.gateway, base_s=0.05)
        self.worker, self.task = None, None
        self.number = 0

    def start_worker(self):
        self.worker = Worker(
            self.store.partitions, Thinker(self.meaning, Rules()), lambda: library("ar"), self.clock, renew_s=0.2
        )
        self.task = asyncio.create_task(self.worker.run())

    async def kill_worker(self):
        """End the worker where it stands: nothing in flight is committed, and the leases are left behind."""
        for _, running in self.worker._running.values():
            running.cancel()
        self.worker._running.clear()
        leases = self.store.partitions._leases
        self.worker.stop()
        await self.task
        assert leases is not None

    async def write(self, who, text="", **more):
        self.number += 1
        event = MessageReceived(f"m{self.number}", self.clock.now(), text=text, **more)
        return await self.gateway.accept(Incoming("double", who, event))

    async def until(self, condition, seconds=15.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            await asyncio.sleep(0.01)


@pytest.fixture
async def whole(store, sealer, clock, tmp_path):
    made = Whole(store, sealer, clock, tmp_path / "spool")
    await made.gateway.start()
    made.start_worker()
    sending = asyncio.create_task(made.sender.run())
    yield made
    made.worker.stop()
    made.sender.stop()
    await asyncio.gather(made.task, sending)
    await made.gateway.stop()


def urgent(whole, who):
    return [m for to, m in whole.channel.sent if to == who and m.urgent]


async def test_a_question_is_answered_and_danger_reaches_the_desk(whole):
    await whole.write("anna", "menu")
    await whole.until(lambda: whole.channel.texts("anna"))
    await whole.write("anna", "followed alarm")
    await whole.until(lambda: urgent(whole, "anna"))

    async def queue():
        return await Hands(whole.store, whole.clock).queue("carla")

    end = time.monotonic() + 10
    while not (rows := await queue()):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    assert (rows[0].level, rows[0].topic) == ("T0", "danger")
    await Hands(whole.store, whole.clock).claim(rows[0].id, "carla")
    await Hands(whole.store, whole.clock).reply(rows[0].id, "carla", "I am Carla. Where is help near you?", key="k1")
    await whole.until(lambda: any("Carla" in text for text in whole.channel.texts("anna")))
    case = await Hands(whole.store, whole.clock).get(rows[0].id, "carla")
    said = [(entry.who, entry.text) for entry in case.entries if entry.who != "bot"]
    assert said == [
        ("contact", "menu"),
        ("contact", "followed alarm"),
        ("caseworker", "I am Carla. Where is help near you?"),
    ]
    await whole.write("anna", "hide")
    await whole.until(lambda: whole.channel.deleted)
    assert whole.channel.log[-2][1] == "<delete>" or whole.channel.log[-1][1] == "<delete>"
    await whole.until(lambda: whole.channel.texts("anna")[-1].startswith("Thank you"))


async def test_delete_my_data_is_answered_after_everything_is_gone(whole):
    await whole.write("anna", "menu")
    await whole.write("anna", "delete_data")
    await whole.write("anna", "", kind="button", button="delete_data.any/sure/yes")
    await whole.until(lambda: any(m.flow == "erased" for _, m in whole.channel.sent))


async def test_killed_in_between_every_message_still_makes_one_turn_in_order(whole):
    """Replies are one for each button, so that the order of what goes out tells the order of the turns."""
    people = [f"c{number}" for number in range(12)]

    async def load():
        for number in range(12):
            for who in people:
                await whole.write(who, f"school {number}")

    loading = asyncio.create_task(load())
    for _ in range(3):
        await asyncio.sleep(0.3)
        await whole.kill_worker()
        whole.start_worker()
    await loading

    async def lines(who):
        sealer_ = whole.gateway._sealer
        ref = sealer_.ref("double", who)
        snapshots = [await p.load([ref]) for p in await whole.store.partitions.acquire(4)]
        return [s[ref].conversation for s in snapshots if s[ref].conversation]

    async def left():
        total = 0
        for number in range(4):
            total += await whole.store.client.do("XLEN", f"{{p{number}}}:inbox")
        return total

    end = time.monotonic() + 20
    while await left():
        assert time.monotonic() < end, "entries are left in the inbox"
        await asyncio.sleep(0.05)
    for who in people:
        (conversation,) = await lines(who)
        assert [kept.text for kept in conversation.recent] == [f"school {number}" for number in range(2, 12)]


async def test_the_store_away_danger_is_answered_and_all_is_replayed(whole, monkeypatch):
    inbox, away = whole.store.inbox, True
    real = inbox.append

    async def append(incoming):
        if away:
            await asyncio.sleep(60)  # a server that does not answer at all
        return await real(incoming)

    monkeypatch.setattr(inbox, "append", append)
    whole.gateway._append_s = 0.05
    await whole.write("anna", "followed alarm")
    assert len(urgent(whole, "anna")) == 1
    for number in range(5):
        await whole.write("anna", f"school {number}")
    for task in [whole.gateway._replaying]:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    away = False
    await whole.gateway.replay()
    await whole.until(lambda: any(m.flow == "danger.any" for _, m in whole.channel.sent))
    assert len(urgent(whole, "anna")) == 1, "the numbers are not sent a second time"
