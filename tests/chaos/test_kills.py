"""``kill -9`` of each part at random moments under load: one turn for each accepted message, in order, all answered."""

from __future__ import annotations

import asyncio
import random

import pytest

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]
PEOPLE, EACH = 6, 10
IN_FLIGHT = 2 * PEOPLE
"""What may be between sending and settling when the sender or the store dies, for each kill."""


async def loaded(world, killing, kills):
    """Load the installation while something is killed; return how many answers were sent twice."""
    await world.installation.start("gateway", "worker", "sender")
    await world.load(PEOPLE, 1)  # the welcome of each
    await world.settled()
    world.double.sent.clear()
    world.accepted.clear()
    loading = asyncio.create_task(world.load(PEOPLE, EACH, 0.15))
    try:
        await killing()
        await loading
    finally:
        loading.cancel()
    await world.settled()
    return await world.check(most_twice=kills * IN_FLIGHT)


@pytest.mark.parametrize("role", ["worker", "sender", "gateway"])
async def test_a_role_is_killed(world, role):
    chance, kills = random.Random(role), 1 if role != "gateway" else 2

    async def killing():
        for _ in range(kills):
            await asyncio.sleep(0.5 + chance.random())
            await world.installation.kill(role)
            await world.installation.start(role)

    twice = await loaded(world, killing, kills if role == "sender" else 0)
    assert role == "sender" or twice == 0


async def test_the_store_is_killed(world):
    chance, kills, server = random.Random(3), 3, world.installation.server

    async def killing():
        for _ in range(kills):
            await asyncio.sleep(0.3 + chance.random())
            await server.kill()
            await asyncio.sleep(chance.random())
            await server.start()

    await loaded(world, killing, kills)
