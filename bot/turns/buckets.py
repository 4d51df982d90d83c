"""A token bucket that lets the urgent go first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from time import monotonic


class Bucket:
    """Lets ``rate`` callers through a second, up to ``burst`` at once; urgent ones before all that wait."""

    def __init__(self, rate: float, *, burst: float = 0.0, now: Callable[[], float] = monotonic) -> None:
        """Start full. ``rate`` 0 or below: no limit. ``burst`` 0: one second's worth, and at least one."""
        self.rate = rate
        self.burst = burst or max(rate, 1.0)
        self._now = now
        self._tokens = self.burst
        self._at = now()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._pump: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether it is full again and nobody waits: it may be forgotten."""
        return not self._waiting and self._refilled() >= self.burst

    async def take(self, *, urgent: bool = False) -> None:
        """Return when the caller may go on."""
        if self.rate <= 0:
            return
        if not self._waiting and self._refilled() >= 1:
            self._tokens -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (0 if urgent else 1, next(self._order), mine))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())
        await mine

    def _refilled(self) -> float:
        now = self._now()
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens

    async def _serve(self) -> None:
        while self._waiting:
            if self._waiting[0][2].done():  # its caller was cancelled
                heapq.heappop(self._waiting)
                continue
            missing = 1 - self._refilled()
            if missing > 0:
                await asyncio.sleep(missing / self.rate + 0.0001)
                continue
            self._tokens -= 1
            heapq.heappop(self._waiting)[2].set_result(None)
