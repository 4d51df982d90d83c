"""A worker that stood still past its leases is fenced off; slow or poisonous messages hold up nobody else."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.chaos.people import person
from tests.e2e.installation import eventually, free_port
from tests.understanding.double import running

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]


async def test_a_worker_that_stood_still_is_fenced(world):
    installation = world.installation
    await installation.start("gateway", "worker", "sender")
    await world.load(4, 1)
    await world.settled()
    world.double.sent.clear()
    world.accepted.clear()
    stale = installation.processes.pop("worker")
    try:
        loading = asyncio.create_task(world.load(4, 8, 0.2))
        await asyncio.sleep(0.5)
        stale.send_signal(signal.SIGSTOP)
        installation.ports["worker"] = free_port()
        await installation.start("worker")
        await loading
        await world.settled()
        stale.send_signal(signal.SIGCONT)
        await world.load(4, 8, 0.05)
        await world.settled()
        await world.check(most_twice=0)
    finally:
        stale.send_signal(signal.SIGCONT)
        stale.kill()
        await stale.wait()


async def test_slow_understanding_holds_up_nobody(installed, twilio):
    from tests.chaos.people import World

    async with running() as slow, installed(nlu=slow.address) as installation:
        slow.delay_s = 1.4
        world = World(installation, twilio)
        await installation.start("gateway", "worker", "sender")
        await world.write(person(0), "/menu first")
        await world.settled()
        alone = await _answered(world, "/menu alone")
        for number in range(1, 9):
            await world.write(person(number), "something about a school, please")
        begun = time.monotonic()
        beside = await _answered(world, "/menu beside")
        assert beside < alone + 1.2
        await eventually(
            lambda: {one.to for one in twilio.sent} >= {person(n) for n in range(9)}, what="the answers of the others"
        )
        assert time.monotonic() - begun < 6


async def _answered(world, text) -> float:
    """Return after how many seconds a command of the first contact is answered."""
    before, begun = world.answers()[person(0)], time.monotonic()
    await world.write(person(0), text)
    await eventually(lambda: world.answers()[person(0)] > before, what="the answer to a command")
    return time.monotonic() - begun
