"""The store is away for a while: what comes is kept and replayed in order; danger is answered at once, and once."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.chaos.people import person
from tests.e2e.installation import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]
DANGER = "Help me, a man is following me with a knife"


async def test_redis_is_away_for_a_while(world):
    roles, child, other = ("gateway", "worker", "sender"), person(1), person(2)
    await world.installation.start(*roles)
    await world.write(other, "/menu before")
    await world.settled()
    answered = world.answers()[other]
    await world.installation.server.kill()
    for number in range(5):
        await world.write(other, f"/menu {number}")
    begun = time.monotonic()
    await world.write(child, DANGER)
    assert time.monotonic() - begun < 10, "the service would have given up"
    await eventually(lambda: [one for one in world.double.sent if one.to == child], what="the numbers, without a store")
    (numbers,) = [one for one in world.double.sent if one.to == child]
    assert "112" in numbers.text
    form = world.double.incoming("/menu once", from_=other)
    assert [await world.post(form), await world.post(form)] == [200, 200]
    world.accepted[other].append("/menu once")
    await world.installation.kill("gateway")  # what is spooled outlives its process
    await world.installation.server.start()
    await world.installation.start("gateway")
    await world.settled()
    recent = await world.recent()
    assert recent[other] == world.accepted[other]
    assert recent[child] == [DANGER]
    said = [one.text for one in world.double.sent if one.to == child]
    assert sum(text == numbers.text for text in said) == 1, "the numbers left twice"
    assert len(said) > 1, "the flow of the danger goes on after the replay"
    assert world.answers()[other] == answered + 6


async def test_duplicates_and_another_order_have_no_second_effect(world):
    await world.installation.start("gateway", "worker", "sender")
    who = person(3)
    first = [world.double.incoming(f"/menu {number}", from_=who) for number in range(6)]
    statuses = await asyncio.gather(*(world.post(form) for form in first for _ in range(3)))
    assert set(statuses) == {200}
    await world.settled()
    taken = world.answers()[who]
    for form in (*reversed(first), *first):
        assert await world.post(form) == 200
    await world.settled()
    assert world.answers()[who] == taken
    world.accepted[who] = [form["Body"] for form in first]
    assert sorted((await world.recent())[who]) == sorted(world.accepted[who])
