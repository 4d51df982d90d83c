"""Hints that come in bursts, told at a pace a page can follow: the first at once, and the last never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Final

GAP_S: Final = 0.1
"""Between two hints to one page, in seconds."""


async def paced(hints: AsyncIterator[object], gap_s: float = GAP_S) -> AsyncGenerator[None, None]:
    """Yield once for all hints of a burst, until they end.

    Args:
        hints: Each says that something changed.
        gap_s: The least time between two, in seconds.

    Raises:
        UnavailableError: As the hints do; after what was still to be told.
    """
    fresh = asyncio.Event()

    async def read() -> None:
        async for _ in hints:
            fresh.set()

    reading = asyncio.create_task(read())
    reading.add_done_callback(lambda _: fresh.set())
    try:
        while True:
            await fresh.wait()
            if reading.done():
                reading.result()
                return
            fresh.clear()
            yield
            await asyncio.sleep(gap_s)
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading
