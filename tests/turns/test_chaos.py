"""Worker and sender killed with SIGKILL under load, on a real server: nothing lost or twice in state, in order."""
# ruff: noqa: F811 - fixtures of another room are imported and asked for by name

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.core.events import MessageReceived
from bot.ports.channels import Incoming
from tests.store.fixtures import clock, sealer, server, store  # noqa: F401 - fixtures

pytestmark = [pytest.mark.redis, pytest.mark.slow, pytest.mark.chaos]

ROOT = Path(__file__).parents[2]
PEOPLE, EACH, KILLS = 10, 30, 4


async def started(server, keys, sent):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.turns.chaos_roles", server.url, str(keys), str(sent), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    assert line == b"up\n"
    return process


async def test_kill_9_of_worker_and_sender(server, store, clock, tmp_path):
    chance, sent = random.Random(7), tmp_path / "sent"
    process = await started(server, tmp_path / "keys", sent)
    refs = {f"c{n}": store.inbox._records.sealer.ref("double", f"c{n}") for n in range(PEOPLE)}

    async def load():
        for number in range(EACH):
            for who in refs:
                event = MessageReceived(f"{who}-{number}", clock.now(), text=f"/back {number}", kind="text")
                assert await store.inbox.append(Incoming("double", who, event))
            await asyncio.sleep(0.1)

    loading = asyncio.create_task(load())
    try:
        for _ in range(KILLS):
            await asyncio.sleep(0.2 + chance.random() * 0.5)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            process = await started(server, tmp_path / "keys", sent)
        await loading
        end = time.monotonic() + 30
        while await left(store, "inbox") or await left(store, "out") or await left(store, "urgent"):
            assert time.monotonic() < end, "something is left"
            await asyncio.sleep(0.1)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
    assert await recent(store, refs) == {who: [f"/back {number}" for number in range(EACH - 10, EACH)] for who in refs}
    lines = Counter(sent.read_text().splitlines())
    assert {line.partition("\t")[0] for line in lines} == set(refs), "everybody was answered"
    menus = [count for line, count in lines.items() if "What do you want to know about" in line]
    assert len(menus) == PEOPLE
    for count in menus:
        assert count >= EACH - 1, "an answer was lost"
        assert count <= EACH + KILLS * 3, "more than the rare repetition of what was being sent when it died"


async def recent(store, refs):
    """Return the last ten texts that each conversation has taken, in order."""
    await asyncio.sleep(0.8)  # the dead process's leases end
    found = {}
    for partition in await store.partitions.acquire(4):
        snapshots = await partition.load(list(refs.values()))
        for who, ref in refs.items():
            if snapshots[ref].conversation:
                found[who] = [kept.text for kept in snapshots[ref].conversation.recent]
    return found


async def left(store, name):
    return sum([await store.client.do("XLEN", f"{{p{number}}}:{name}") for number in range(4)])
