"""Leases: who owns a partition, and who owns its outbox. Every script checks the token (fencing)."""

from __future__ import annotations

import random
import secrets
import time
from typing import Final

from bot.errors import FencedError
from bot.store.client import Client, Word
from bot.store.keys import key

LEASE_MS: Final = 15_000
"""A lease that nobody renews ends after this time, and another owner takes the partition over."""


class Leases:
    """The leases of one process on one kind of key (``lease`` or ``outlease``)."""

    def __init__(self, client: Client, count: int, name: str, streams: tuple[str, ...], lease_ms: int) -> None:
        """Take the connection, the number of partitions, the lease's key and the streams that it covers."""
        self._client = client
        self._count = count
        self._name = name
        self._streams = streams
        self._lease_ms = lease_ms
        self._until: dict[int, float] = {}
        self._grouped: set[int] = set()
        self.tokens: dict[int, str] = {}
        """Partition → token, of what we own."""

    def key(self, partition: int) -> str:
        """Return the lease's key."""
        return key(partition, self._name)

    def token(self, partition: int) -> str:
        """Return the token of a partition that is ours, as far as we can know without asking.

        Raises:
            FencedError: It is not, or its time is over.
        """
        token = self.tokens.get(partition)
        if token is None or self._until[partition] <= time.monotonic():
            self.lose(partition)
            msg = f"The lease of partition {partition} is over."
            raise FencedError(msg)
        return token

    def lose(self, partition: int) -> None:
        """Note that a partition is no longer ours."""
        self.tokens.pop(partition, None)
        self._until.pop(partition, None)

    async def acquire(self, wanted: int) -> None:
        """Renew what we own, give up what is above ``wanted``, and take free partitions up to it."""
        begun = time.monotonic()
        owned = list(self.tokens)
        calls: list[tuple[list[str], list[Word]]] = [
            ([self.key(p)], [self.tokens[p], self._lease_ms if i < wanted else 0]) for i, p in enumerate(owned)
        ]
        answers = await self._client.scripts("renew", calls) if calls else []
        for i, (partition, renewed) in enumerate(zip(owned, answers, strict=True)):
            if renewed and i < wanted:
                self._until[partition] = begun + self._lease_ms / 1000
            else:
                self.lose(partition)
        free = [p for p in range(self._count) if p not in self.tokens]
        random.shuffle(free)
        while free and (missing := wanted - len(self.tokens)) > 0:
            tried, free = free[:missing], free[missing:]
            await self._take(tried)

    async def _take(self, partitions: list[int]) -> None:
        begun = time.monotonic()
        tokens = {p: secrets.token_hex(8) for p in partitions}
        answers = await self._client.many(
            [("SET", self.key(p), tokens[p], "NX", "PX", self._lease_ms) for p in partitions]
        )
        taken = [p for p, answer in zip(partitions, answers, strict=True) if answer]
        for partition in taken:
            self.tokens[partition] = tokens[partition]
            self._until[partition] = begun + self._lease_ms / 1000
        new = [p for p in taken if p not in self._grouped]
        if new:
            names = [(key(p, stream), p) for p in new for stream in self._streams]
            await self._client.grouped([name for name, _ in names])
            self._grouped.update(new)

    async def release(self) -> None:
        """Give up all."""
        owned, self.tokens = self.tokens, {}
        self._until.clear()
        if owned:
            await self._client.scripts("renew", [([self.key(p)], [token, 0]) for p, token in owned.items()])
