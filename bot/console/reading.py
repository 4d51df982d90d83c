"""Who has a case open at this moment, as this process sees it: nothing is kept, and nobody is counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager


class Reading:
    """Colleagues who look at the same case."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._open: dict[str, Counter[str]] = {}
        self._listening: dict[str, set[asyncio.Queue[str]]] = {}

    def others(self, case: str, name: str) -> list[str]:
        """Return who else has the case open, by name."""
        return sorted(one for one in self._open.get(case, ()) if one != name)

    @contextmanager
    def here(self, case: str, name: str) -> Iterator[asyncio.Queue[str]]:
        """Be seen on a case for as long as the context lasts; its queue is told when somebody comes or goes."""
        told: asyncio.Queue[str] = asyncio.Queue()
        there, listening = self._open.setdefault(case, Counter()), self._listening.setdefault(case, set())
        there[name] += 1
        if there[name] == 1:
            self._tell(case)
        listening.add(told)
        try:
            yield told
        finally:
            listening.discard(told)
            there[name] -= 1
            if not there[name]:
                del there[name]
                self._tell(case)
            if not there:
                self._open.pop(case, None)
                self._listening.pop(case, None)

    def _tell(self, case: str) -> None:
        for told in self._listening.get(case, ()):
            told.put_nowait(case)


async def merged(first: AsyncIterator[str], second: asyncio.Queue[str]) -> AsyncGenerator[str, None]:
    """Yield what comes from either, until the first one ends.

    Raises:
        UnavailableError: As the first one does.
    """
    one = asyncio.ensure_future(_following(first))
    other = asyncio.ensure_future(second.get())
    try:
        while True:
            await asyncio.wait({one, other}, return_when=asyncio.FIRST_COMPLETED)
            if other.done():
                yield other.result()
                other = asyncio.ensure_future(second.get())
            if one.done():
                found = one.result()
                if found is None:
                    return
                yield found
                one = asyncio.ensure_future(_following(first))
    finally:
        for task in (one, other):
            task.cancel()
        await asyncio.gather(one, other, return_exceptions=True)


async def _following(source: AsyncIterator[str]) -> str | None:
    return await anext(source, None)
