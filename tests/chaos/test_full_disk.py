"""The store cannot write any more: what comes is spooled, and nothing that was acknowledged is lost."""

from __future__ import annotations

import pytest

from bot.store.client import Client
from tests.chaos.people import World, person
from tests.e2e.installation import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]


async def test_a_store_that_refuses_to_write(installed, twilio):
    async with installed() as installation:
        world, who = World(installation, twilio), person(1)
        await installation.start("gateway", "worker", "sender")
        await world.write(who, "/menu before")
        await world.settled()
        answered = world.answers()[who]
        client = Client(installation.server.url)
        await client.do("CONFIG", "SET", "maxmemory", "1")
        for number in range(4):
            await world.write(who, f"/menu {number}")
        assert await installation.metric("gateway", "ucare_spooled") >= 4
        await client.do("CONFIG", "SET", "maxmemory", "0")
        await client.close()
        await world.settled()
        assert (await world.recent())[who] == world.accepted[who]
        assert world.answers()[who] == answered + 4


async def test_a_disk_that_is_full_under_the_store(installed, twilio):
    import os
    import resource

    async with installed() as installation:
        world, who, server = World(installation, twilio), person(2), installation.server
        await installation.start("gateway", "worker", "sender")
        await world.write(who, "/menu before")
        await world.settled()
        sizes = [path.stat().st_size for path in (server.folder / "appendonlydir").iterdir()]
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (max(sizes) + 100, resource.RLIM_INFINITY))
        for number in range(4):  # with appendfsync always the server ends rather than acknowledge what it cannot keep
            await world.write(who, f"/menu {number}")
        assert await installation.metric("gateway", "ucare_spooled") >= 1
        if server.pid:
            os.kill(server.pid, 9)
        await server.kill()
        await server.start()  # there is room again
        await world.settled()
        await eventually(lambda: _all_there(world, who), what="all turns")


async def _all_there(world, who) -> bool:
    return (await world.recent())[who] == world.accepted[who]
