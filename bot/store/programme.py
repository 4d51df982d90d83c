"""What contacts told for the programme: kept by the turns, read and noted about by people of the organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bot.core.events import AnyEvent
from bot.errors import ConflictError, NotAllowedError
from bot.ports.programme import Entry
from bot.store.client import Client, pairs
from bot.store.inbox import RedisInbox
from bot.store.keys import key, partition_of
from bot.store.records import Records

TRIES: Final = 8
NOTED: Final = ":noted"
GONE: Final = "This entry does not exist any more."
BUSY: Final = "Others are changing this at the same time. Try again."
DONE, NO_RECORD = 1, 2


class RedisProgramme:
    """Implements ``ports.programme.Programme``."""

    def __init__(self, client: Client, records: Records, inbox: RedisInbox, count: int) -> None:
        """Take the connection, the keys, the inbox and the number of partitions."""
        self._client = client
        self._records = records
        self._inbox = inbox
        self._count = count

    def _key(self, kind: str, ref: str) -> str:
        return key(partition_of(ref, self._count), "rec", kind)

    def _entry(self, kind: str, ref: str, sealed: bytes, noted: bytes | None) -> Entry:
        record = self._records.open_record(kind, ref, sealed)
        return Entry(record, self._records.sealer.open(noted, purpose=f"noted {kind} {ref}") if noted else b"")

    async def all(self, kind: str) -> Sequence[Entry]:
        """Return all records of a kind, in no order."""
        found: list[Entry] = []
        for number in range(self._count):
            flat = await self._client.do("HGETALL", key(number, "rec", kind))
            kept = pairs(flat)
            for name, sealed in kept.items():
                ref = name.decode()
                if not ref.endswith(NOTED):
                    found.append(self._entry(kind, ref, sealed, kept.get(f"{ref}{NOTED}".encode())))
        return found

    async def one(self, kind: str, ref: str) -> Entry | None:
        """Return a contact's record of a kind."""
        sealed, noted = await self._client.do("HMGET", self._key(kind, ref), ref, ref + NOTED)
        return self._entry(kind, ref, sealed, noted) if sealed else None

    async def note(self, kind: str, ref: str, step: Callable[[Entry], bytes]) -> Entry:
        """Change what is noted of a record, as one compare-and-set; ``step`` may be called again.

        Raises:
            NotAllowedError: There is no such record (any more).
            ConflictError: Others changed it, again and again.
        """
        name = self._key(kind, ref)
        for _ in range(TRIES):
            sealed, noted = await self._client.do("HMGET", name, ref, ref + NOTED)
            if not sealed:
                raise NotAllowedError(GONE)
            before = self._entry(kind, ref, sealed, noted)
            after = step(before)
            kept = self._records.sealer.seal(after, purpose=f"noted {kind} {ref}")
            outcome = int(await self._client.script("note", [name], [ref, noted or b"", kept], durable=True))
            if outcome == DONE:
                return Entry(before.record, after)
            if outcome == NO_RECORD:
                raise NotAllowedError(GONE)
        raise ConflictError(BUSY)

    async def drop(self, kind: str, ref: str) -> None:
        """Delete a record and what was noted; nothing happens where there is none."""
        partition = partition_of(ref, self._count)
        await self._client.do("HDEL", key(partition, "rec", kind), ref, ref + NOTED)
        await self._client.do("HDEL", key(partition, "c", ref), f"r:{kind}")
        await self._client.do("ZREM", key(partition, "purge"), f"rec:{kind}:{ref}")

    async def tell(self, ref: str, channel: str, event: AnyEvent) -> bool:
        """Put an event into the contact's inbox; False where its id was seen before."""
        return await self._inbox.put(ref, channel, event)
