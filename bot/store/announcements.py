"""What is to be announced: one stream in each partition, read by a group, so that one notifier has each in hand."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from typing import Any, Final, cast, get_args

from bot.core import codec
from bot.core.escalation import Escalation
from bot.core.understood import Level
from bot.errors import StoreError, UnavailableError
from bot.ports.notices import Announcement
from bot.store.client import Client, Command, pairs
from bot.store.keys import WAKE_CASE, key
from bot.store.wakes import Wakes

IDLE_MS: Final = 20_000
"""Who does not renew what is in hand for this long is taken to be dead."""
MARK_S: Final = 86_400
GROUP: Final = "owner"
STREAM: Final = "announce"


class RedisAnnouncements:
    """Implements ``ports.notices.Announcements``."""

    def __init__(self, client: Client, wakes: Wakes, count: int, *, idle_ms: int = IDLE_MS) -> None:
        """Take the connection and the number of partitions."""
        self._client = client
        self._wakes = wakes
        self._count = count
        self._idle_ms = idle_ms
        self._me = secrets.token_hex(8)
        self._grouped = False
        self._left_at = 0.0

    async def take(self, count: int) -> Sequence[Announcement]:
        """Return announcements that nobody has in hand: new ones, and those whose holder has not renewed them."""
        streams = [key(number, STREAM) for number in range(self._count)]
        if not self._grouped:
            await self._client.grouped(streams)
            self._grouped = True
        commands: list[Command] = [
            ("XREADGROUP", "GROUP", GROUP, self._me, "COUNT", count, "STREAMS", stream, ">") for stream in streams
        ]
        now = time.monotonic()
        left = now >= self._left_at
        if left:
            self._left_at = now + self._idle_ms / 4000
            commands += [
                ("XAUTOCLAIM", stream, GROUP, self._me, self._idle_ms, "0", "COUNT", count) for stream in streams
            ]
        try:
            answers = await self._client.many(commands)
        except UnavailableError:
            raise
        except StoreError:  # the groups are gone: another server, or an emptied one
            self._grouped = False
            raise
        found = [one for number in range(self._count) for one in _made(number, _read(answers[number]))]
        if left:
            for number in range(self._count):
                found += _made(number, [one for one in answers[self._count + number][1] if one[1] is not None])
        return found

    async def renew(self, held: Sequence[Announcement]) -> None:
        """Say that these are still being worked on."""
        await self._client.many([("XCLAIM", key(one.partition, STREAM), GROUP, self._me, 0, one.entry) for one in held])

    async def case(self, id: str, partition: int) -> Escalation | None:  # noqa: A002 - the port's name
        """Return the escalation as it is now; None where it was deleted."""
        data = await self._client.do("HGET", key(partition, "esc"), id)
        return codec.decode_escalation(data) if data else None

    async def told(self, announcement: Announcement) -> frozenset[str]:
        """Return the marks of the targets that were told of this announcement already."""
        found = await self._client.do("SMEMBERS", _marks(announcement))
        return frozenset(one.decode() for one in found)

    async def mark(self, announcement: Announcement, target: str) -> None:
        """Keep that a target was told of it, for a day."""
        name = _marks(announcement)
        await self._client.do("SADD", name, target)
        await self._client.do("EXPIRE", name, MARK_S)

    async def done(self, announcement: Announcement) -> None:
        """Take it out: everybody was told, or nobody needs to be any more."""
        stream = key(announcement.partition, STREAM)
        await self._client.do("XACK", stream, GROUP, announcement.entry)
        await self._client.do("XDEL", stream, announcement.entry)

    async def wait(self, timeout_s: float) -> None:
        """Return when there may be something new, or after the time in seconds."""
        listener = self._wakes.listen(WAKE_CASE)
        try:
            async with asyncio.timeout(timeout_s):
                if await listener.get() is None:  # the connection was lost
                    await asyncio.sleep(timeout_s)
        except TimeoutError:
            pass
        finally:
            self._wakes.leave(WAKE_CASE, listener)


def _marks(announcement: Announcement) -> str:
    return key(announcement.partition, "told", f"{announcement.id}:{announcement.revision}")


def _read(answer: Any) -> list[Any]:  # noqa: ANN401 - RESP 2 has lists, RESP 3 mappings
    if not answer:
        return []
    streams = answer.values() if isinstance(answer, dict) else [stream[1] for stream in answer]
    return [entry for stream in streams for part in stream for entry in _entries(part)]


def _entries(part: Any) -> list[Any]:  # noqa: ANN401 - an entry, or a list of entries
    return list(part) if part and isinstance(part[0], list | tuple) else [part]


def _made(partition: int, entries: list[Any]) -> list[Announcement]:
    return [made for one in entries if (made := _announcement(partition, one))]


def _announcement(partition: int, entry: Any) -> Announcement | None:  # noqa: ANN401 - id and fields
    name, flat = entry
    fields = {k.decode(): v.decode() for k, v in pairs(flat).items()}
    level = fields.get("level", "")
    if level not in get_args(Level):
        return None
    return Announcement(
        partition=partition,
        entry=name.decode(),
        id=fields["id"],
        level=cast("Level", level),
        round=int(fields["round"]),
        revision=int(fields["rev"]),
        at=int(fields["at"]),
    )
