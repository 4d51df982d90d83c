"""The worker: owns partitions by lease, and runs each until it is stopped or another owner has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import structlog

from bot.core.library import Library
from bot.errors import StoreError
from bot.ports.basics import Clock
from bot.ports.partitions import Partition, Partitions
from bot.teams.presence import Presence
from bot.turns.metrics import Metrics
from bot.turns.partition import PartitionRunner
from bot.turns.performer import Shell, nobody
from bot.turns.think import Thinker

RENEW_S: Final = 2.0
"""How often leases are renewed and free partitions looked for, in seconds."""
WAIT_S: Final = 1.0
BREATH_S: Final = 0.002
"""Between two wake-ups, in seconds, so that a runner that is busy is not woken all the time."""
STOP_S: Final = 10.0
"""How long turns in flight have to end when the worker stops, in seconds."""

log = structlog.get_logger("turns.worker")


class Worker:
    """Owns up to ``wanted`` partitions and works on them side by side."""

    def __init__(  # noqa: PLR0913 - a part each, built once in bootstrap
        self,
        partitions: Partitions,
        thinker: Thinker,
        library: Callable[[], Library],
        clock: Clock,
        *,
        on_duty: Callable[[str], bool] = nobody,
        presence: Callable[[], Presence | None] = lambda: None,
        metrics: Metrics | None = None,
        wanted: int = 0,
        renew_s: float = RENEW_S,
    ) -> None:
        """Take what it works with.

        Args:
            partitions: The store.
            thinker: Reads texts.
            library: Returns the library in use; asked for every batch, so that a reload is taken over at once.
            clock: Tells the time.
            on_duty: Whether a caseworker is on duty now, for closed cases that come back.
            presence: The teams and who works now; None: nothing is known of them.
            metrics: The counters.
            wanted: How many partitions to own at most; 0: all there are.
            renew_s: How often leases are renewed, in seconds.
        """
        self._partitions = partitions
        self._thinker = thinker
        self._library = library
        self._on_duty = on_duty
        self._presence = presence
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._wanted = wanted
        self._renew_s = renew_s
        self._running: dict[int, tuple[PartitionRunner, asyncio.Task[None]]] = {}
        self._stop = asyncio.Event()
        self._ended = False

    async def run(self) -> None:
        """Work until ``stop``; then end what is in flight, and give the partitions up."""
        tasks = [asyncio.create_task(self._own()), asyncio.create_task(self._listen())]
        try:
            await self._stop.wait()
        finally:
            for task in tasks[1:]:
                task.cancel()
            await self._end()
            self._ended = True
            tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            try:
                await self._partitions.release()
            except StoreError:
                log.warning("not_released")  # the leases end by themselves

    def stop(self) -> None:
        """Ask ``run`` to end."""
        self._stop.set()

    async def _own(self) -> None:
        """Renew the leases, begin with what is new, and forget what is gone."""
        while not self._ended:
            try:
                owned = await self._partitions.acquire(self._wanted or self._partitions.count)
            except Exception as error:  # noqa: BLE001 - the leases are renewed whatever went wrong once
                log.warning("not_acquired", error=type(error).__name__)
            else:
                await self._match(owned)
            await asyncio.sleep(self._renew_s)

    async def _match(self, owned: Sequence[Partition]) -> None:
        partitions = {p.number: p for p in owned}
        for number, (runner, task) in list(self._running.items()):
            if task.done() or number not in partitions:
                if not task.done():
                    runner.stop()
                    task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._running[number]
        if self._stop.is_set():
            return
        for number, partition in partitions.items():
            if number not in self._running:
                shell = partial(self._shell, number)
                runner = PartitionRunner(partition, self._thinker, shell, self._clock, self._metrics)
                self._running[number] = (runner, asyncio.create_task(self._watched(runner)))
        self._metrics.partitions.set(len(self._running))

    def _shell(self, partition: int) -> Shell:
        return Shell(self._library(), partition, self._on_duty, self._presence())

    async def _watched(self, runner: PartitionRunner) -> None:
        await runner.run()
        log.debug("partition_ended", partition=runner.partition.number, fenced=runner.fenced)

    async def _listen(self) -> None:
        """Wake the runners when the store says that there may be something to read."""
        while not self._stop.is_set():
            try:
                await self._partitions.wait(WAIT_S)
            except Exception as error:  # noqa: BLE001 - the runners look for themselves meanwhile
                log.warning("not_woken", error=type(error).__name__)
                await asyncio.sleep(WAIT_S)
            full = False
            for runner, _ in self._running.values():
                runner.poke()
                full = full or runner.full
            await asyncio.sleep(0.05 if full or not self._running else BREATH_S)

    async def _end(self) -> None:
        """Stop the runners and let what is in flight be committed."""
        for runner, _ in self._running.values():
            runner.stop()
        tasks = [task for _, task in self._running.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=STOP_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._running.clear()
