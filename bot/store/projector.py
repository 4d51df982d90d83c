"""One content-free index of the whole queue, made from the changes of all partitions.

It is idempotent: a change is applied by reading the escalation as it is now, an older revision never replaces a
newer one, and an entry leaves the stream of changes only when it was applied. Any number may run at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from bot.core import codec
from bot.core.escalation import Escalation
from bot.errors import StoreError
from bot.store.client import Client, Word
from bot.store.keys import INDEX, gone, key

log = structlog.get_logger("ucare.store")

BATCH = 500


class Projector:
    """Keeps the index."""

    def __init__(self, client: Client, count: int) -> None:
        """Take the connection and the number of partitions."""
        self._client = client
        self._count = count
        self._turn = asyncio.Lock()
        self._read: dict[bytes, Escalation | None] = {}
        """What was read last: most of it is the same the next time, and need not be decoded again."""

    async def catch_up(self) -> int:
        """Apply all changes that are there now; return how many."""
        async with self._turn:
            applied = 0
            while got := await self._changes():
                for number, entries in got:
                    await self._apply(number, [id_ for _, id_ in entries])
                await self._client.many([("XDEL", key(n, "changes"), *(e for e, _ in entries)) for n, entries in got])
                applied += sum(len(entries) for _, entries in got)
            return applied

    async def _changes(self) -> list[tuple[int, list[tuple[bytes, str]]]]:
        commands = [("XRANGE", key(n, "changes"), "-", "+", "COUNT", BATCH) for n in range(self._count)]
        found = []
        for number, answer in enumerate(await self._client.many(commands)):
            if answer:
                entries = [(e, (f[b"id"] if isinstance(f, dict) else f[1]).decode()) for e, f in answer]
                found.append((number, entries))
        return found

    async def _apply(self, number: int, changed: Sequence[str]) -> None:
        ids = sorted(set(changed))
        kept: list[bytes | None] = await self._client.do("HMGET", key(number, "esc"), *ids)
        calls: list[tuple[list[str], list[Word]]] = []
        for id_, data in zip(ids, kept, strict=True):
            one = _readable(data) if data else None
            if data is None or one is not None:
                calls.append(([INDEX, gone(id_)], [id_, one.revision if one else 0, data or b""]))
        await self._client.scripts("project", calls)

    async def rebuild(self) -> int:
        """Make the index anew from the escalations themselves; return how many it holds."""
        async with self._turn:
            current: set[str] = set()
            for number in range(self._count):
                ids = [id_.decode() for id_ in await self._client.do("HKEYS", key(number, "esc"))]
                current.update(ids)
                if ids:
                    await self._apply(number, ids)
            kept = [one for one in map(_readable, await self._client.do("HVALS", INDEX)) if one is not None]
            for stale in (one for one in kept if one.id not in current):
                await self._apply(stale.partition, [stale.id])  # read again: it may have been opened a moment ago
            return len(current)

    async def index(self) -> list[Escalation]:
        """Return all escalations of the index, as they are now."""
        await self.catch_up()
        values: list[bytes] = await self._client.do("HVALS", INDEX)
        self._read = {data: self._read.get(data) or _readable(data) for data in values}
        return [one for one in self._read.values() if one is not None]


def _readable(data: bytes) -> Escalation | None:
    """Return an escalation; a damaged record is said and left out, so that it does not hide all others."""
    try:
        return codec.decode_escalation(data)
    except StoreError:
        log.error("escalation_damaged")  # noqa: TRY400 - the trace says no more
        return None
