from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

import pytest

from bot.console.pacing import paced
from bot.errors import UnavailableError


async def hints(queue):
    while (one := await queue.get()) is not None:
        if isinstance(one, Exception):
            raise one
        yield one


async def told(queue, seconds: float) -> int:
    """Count what is told within some seconds."""
    found = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), aclosing(paced(hints(queue), 0.05)) as pace:
            async for _ in pace:
                found += 1
    return found


async def test_burst_is_told_once_at_once_and_once_at_the_end():
    queue = asyncio.Queue()
    for at in range(100):
        queue.put_nowait(at)
    asyncio.get_running_loop().call_later(0.02, queue.put_nowait, "last")
    assert await told(queue, 0.2) == 2


async def test_what_comes_apart_is_told_apart():
    queue = asyncio.Queue()
    for at in range(3):
        asyncio.get_running_loop().call_later(at * 0.1, queue.put_nowait, at)
    assert await told(queue, 0.35) == 3


async def test_nothing_is_told_of_nothing():
    assert await told(asyncio.Queue(), 0.1) == 0


async def test_end_and_failure_come_through():
    queue = asyncio.Queue()
    queue.put_nowait(None)
    assert [one async for one in paced(hints(queue), 0.01)] == []
    queue.put_nowait(UnavailableError())
    with pytest.raises(UnavailableError):
        [one async for one in paced(hints(queue), 0.01)]


async def test_source_is_left_when_nobody_listens():
    left = asyncio.Event()

    async def endless():
        try:
            while True:
                yield 1
                await asyncio.sleep(0.005)
        finally:
            left.set()

    async with aclosing(paced(endless(), 0.01)) as pace:
        await anext(pace)
    await asyncio.wait_for(left.wait(), 1)
