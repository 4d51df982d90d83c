"""A message on which the engine itself fails is set aside after some tries; its contact is offered a person."""
# ruff: noqa: F811 - fixtures of another room are imported and asked for by name

from __future__ import annotations

import asyncio

import pytest

from bot.core.events import MessageReceived
from bot.ports.channels import Incoming
from bot.turns import compute
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from tests.e2e.installation import eventually
from tests.store.fixtures import clock, sealer, server, store  # noqa: F401 - fixtures
from tests.turns.doubles import Meaning
from tests.turns.library import library

pytestmark = [pytest.mark.chaos, pytest.mark.redis]


async def test_a_poisonous_message_is_set_aside(store, clock, monkeypatch):
    advance, tried = compute.advance, []

    def poisoned(conversation, event, texts):
        if isinstance(event, MessageReceived) and event.text == "bitter words":
            tried.append(event.id)
            raise ZeroDivisionError
        return advance(conversation, event, texts)

    monkeypatch.setattr(compute, "advance", poisoned)
    worker = Worker(store.partitions, Thinker(Meaning()), library, clock)
    running = asyncio.create_task(worker.run())
    said: dict[str, list[str]] = {"c1": [], "c2": []}
    offered: list[str] = []

    async def read():
        for parcel in await store.outbox.read(50, 0.2):
            message = parcel.deliver.outgoing
            said[parcel.address].append(message.text)
            if parcel.address == "c1":
                offered.extend(button.label for button in message.buttons)
            await store.outbox.settle(parcel, ())
        return len(said["c2"]) >= 2 and any("could not read your last message" in text for text in said["c1"])

    try:
        for who, text in (("c1", "/menu"), ("c1", "bitter words"), ("c2", "/menu"), ("c2", "/menu")):
            event = MessageReceived(f"{who}-{text}-{asyncio.get_running_loop().time()}", clock.now(), text)
            assert await store.inbox.append(Incoming("double", who, event))
        await eventually(read, timeout_s=20, what="the apology, and the answers of the other")
    finally:
        worker.stop()
        await running
    assert len(tried) == 3
    assert "Talk to a person" in offered
    aside = sum([await store.client.do("XLEN", f"{{p{number}}}:aside") for number in range(4)])
    assert aside == 1
