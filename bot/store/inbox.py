"""The durable end of the gateway, and the door through which console and channels hand in facts."""

from __future__ import annotations

from typing import Final

from bot.core.events import AnyEvent
from bot.ports.basics import Clock
from bot.ports.channels import DeliveryStatus, Incoming
from bot.ports.mailbox import ChatMessage
from bot.store.client import Client, Word
from bot.store.keys import digest, key, partition_of
from bot.store.records import Records
from bot.store.retention import Retention

NAMES: Final = ("inbox", "purge")
OF_CONTACT: Final = ("c", "seen", "sent", "box")


class RedisInbox:
    """Appends events to the inbox of their contact's partition, each once (``ports.partitions.Inbox``)."""

    def __init__(self, client: Client, records: Records, clock: Clock, count: int, keep: Retention) -> None:
        """Take the connection, the keys, the time, the number of partitions and how long things are kept."""
        self._client = client
        self._records = records
        self._clock = clock
        self._count = count
        self._keep = keep

    async def append(self, incoming: Incoming) -> bool:
        """Append once; False when the event's id was seen before (48 hours). Keeps the sealed address of the contact.

        Raises:
            UnavailableError: The store is away or refuses to write.
        """
        ref = self._records.sealer.ref(incoming.channel, incoming.address)
        return await self._append(ref, incoming.channel, incoming.event, incoming.address, message=incoming.message)

    async def show(self, address: str, event: AnyEvent, message: ChatMessage) -> bool:
        """Append what came from the web chat, and show it in its mailbox in the same call."""
        ref = self._records.sealer.ref("webchat", address)
        return await self._append(ref, "webchat", event, address, shown=self._records.message(ref, message))

    async def put(self, ref: str, channel: str, event: AnyEvent) -> bool:
        """Append an event of a known contact (console, timers, blocked); False when its id was seen before."""
        return await self._append(ref, channel, event, "")

    async def _append(
        self, ref: str, channel: str, event: AnyEvent, address: str, *, message: str = "", shown: bytes = b""
    ) -> bool:
        partition, now = partition_of(ref, self._count), self._clock.now()
        inbox, purge = (key(partition, name) for name in NAMES)
        contact, seen, sent, box = (key(partition, name, ref) for name in OF_CONTACT)
        sealed = self._records.address(ref, address) if address else b""
        args: list[Word] = [digest(event.id), now, partition, ref, channel, sealed]
        args += [self._records.event(ref, event), message, now + self._keep.turns, shown]
        names = (inbox, contact, seen, sent, purge, box)
        return bool(await self._client.script("append", names, args, durable=True))

    async def delivered(self, status: DeliveryStatus) -> None:
        """Note a delivery status for the reply it belongs to; unknown messages change nothing."""
        ref = self._records.sealer.ref(status.channel, status.address)
        replies = key(partition_of(ref, self._count), "replies", ref)
        await self._client.script("status", [replies], [status.message, status.status])
