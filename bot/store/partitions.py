"""All partitions of the store, and which of them this process owns."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from bot.errors import StoreError
from bot.store.client import Client
from bot.store.keys import WAKE_IN
from bot.store.leases import LEASE_MS, Leases
from bot.store.partition import LOOK_S, OwnedPartition
from bot.store.records import Records
from bot.store.retention import Retention
from bot.store.wakes import Listener, Wakes


class RedisPartitions:
    """Implements ``ports.partitions.Partitions``."""

    def __init__(self, client: Client, records: Records, wakes: Wakes, count: int, keep: Retention) -> None:
        """Take what a partition stands on."""
        self.count = count
        self._client = client
        self._records = records
        self._wakes = wakes
        self._keep = keep
        self.lease_ms = LEASE_MS
        self._leases: Leases | None = None
        self._owned: dict[int, OwnedPartition] = {}
        self._listener: Listener | None = None

    async def acquire(self, wanted: int) -> Sequence[OwnedPartition]:
        """Take free partitions until we own ``wanted``, and renew the leases of those we own; return all we own now.

        What we own above ``wanted`` is given up. Call it several times within the time of a lease (15 s).
        """
        if self._leases is None:
            self._leases = Leases(self._client, self.count, "lease", ("inbox",), self.lease_ms)
        if self._listener is None:
            self._listener = self._wakes.listen(WAKE_IN)
        before = dict(self._leases.tokens)
        await self._leases.acquire(wanted)
        owned = {}
        for number, token in sorted(self._leases.tokens.items()):
            known = self._owned.get(number)
            if known is None or before.get(number) != token:
                known = OwnedPartition(number, self._client, self._records, self._leases, self._keep, self._drain)
            owned[number] = known
        self._owned = owned
        return list(owned.values())

    async def release(self) -> None:
        """Give up all leases, so that others need not wait for their end."""
        if self._listener is not None:
            self._wakes.leave(WAKE_IN, self._listener)
            self._listener = None
        self._owned = {}
        if self._leases is not None:
            with contextlib.suppress(StoreError):  # they end by themselves
                await self._leases.release()

    def _heard(self, said: str | None) -> None:
        for number, partition in self._owned.items():
            if said is None or said == str(number):
                partition.dirty = True

    def _drain(self) -> None:
        while self._listener is not None and not self._listener.empty():
            self._heard(self._listener.get_nowait())

    async def wait(self, timeout_s: float) -> None:
        """Return when an owned partition may have something to read, or after the time."""
        if self._listener is None:
            await asyncio.sleep(timeout_s)
            return
        self._drain()
        if any(partition.dirty for partition in self._owned.values()):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(timeout_s, LOOK_S)):
                while not any(partition.dirty for partition in self._owned.values()):
                    self._heard(await self._listener.get())
        self._drain()
