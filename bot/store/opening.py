"""Builds the store from the settings: the one place that knows all its parts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import StoreError
from bot.ports.basics import Clock, Sealer
from bot.sealing.keyring import Keyring
from bot.store import checks
from bot.store.announcements import RedisAnnouncements
from bot.store.audit import RedisAudit
from bot.store.client import Client
from bot.store.desk import RedisEscalations
from bot.store.inbox import RedisInbox
from bot.store.known import KnownHead
from bot.store.mailbox import RedisWebChat
from bot.store.outbox import RedisOutbox
from bot.store.partitions import RedisPartitions
from bot.store.programme import RedisProgramme
from bot.store.projector import Projector
from bot.store.records import Records
from bot.store.retention import Retention
from bot.store.share import share
from bot.store.vault import RedisVault
from bot.store.wakes import Wakes

COUNT = 64
READY_S = 1.0


@dataclass(frozen=True)
class Parts:
    """The parts of an open store, each after its port. Close it with ``close`` or use it as a context."""

    client: Client
    wakes: Wakes
    inbox: RedisInbox
    partitions: RedisPartitions
    outbox: RedisOutbox
    webchat: RedisWebChat
    escalations: RedisEscalations
    vault: RedisVault
    projector: Projector
    announcements: RedisAnnouncements
    audit: RedisAudit
    programme: RedisProgramme
    warnings: tuple[str, ...] = ()
    """What of Redis' settings does not keep what it acknowledges."""

    async def ready(self) -> bool:
        """Tell whether the store answers, within a second."""
        try:
            async with asyncio.timeout(READY_S):
                await self.client.anywhere("PING")
        except (StoreError, TimeoutError):
            return False
        return self.wakes.connected.is_set()

    async def close(self) -> None:
        """Give up leases and connections; what is stored stays."""
        await self.partitions.release()
        await self.outbox.release()
        await self.webchat.stop()
        await self.wakes.stop()
        await self.client.close()

    async def __aenter__(self) -> Self:
        """Return the open store."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


async def open_store(  # noqa: PLR0913 - each is a part of its own, named at the call
    url: str,
    *,
    sealer: Sealer,
    clock: Clock,
    count: int = COUNT,
    keep: Retention | None = None,
    min_replicas: int = 0,
    keyring: Keyring | None = None,
    folder: Path | None = None,
) -> Parts:
    """Connect, check and return the store.

    Args:
        url: REDIS_URL.
        sealer: Seals what is stored.
        clock: Tells the time.
        count: The number of partitions; fixed at the first start.
        keep: How long things are kept; the defaults of the design where None.
        min_replicas: How many replicas must have an entry on disk before it is acknowledged.
        keyring: Given with DATA_KEY: brought together with the shared one before anything is sealed.
        folder: UCARE_DATA_DIR, where it is remembered how far the audit's chain reached; None: not beyond the process.

    Raises:
        SettingError: REDIS_URL, PARTITIONS or DATA_KEY is wrong; says what to do.
        UnavailableError: Redis cannot be reached.
    """
    keep = keep or Retention()
    client = Client(url, min_replicas=min_replicas)
    wakes = Wakes(client)
    try:
        await checks.partitions(client, count)
        warnings = await checks.durability(client)
        if client.cluster and min_replicas:
            warnings.append(checks.NO_WAIT)
        if keyring is not None:
            await share(client, keyring)
        await wakes.start()
    except BaseException:
        await client.close()
        raise
    records = Records(sealer)
    inbox = RedisInbox(client, records, clock, count, keep)
    projector = Projector(client, count)
    webchat = RedisWebChat(client, records, clock, wakes, inbox, keep)
    escalations = RedisEscalations(client, records, clock, wakes, projector, keep)
    webchat.count = escalations.count = count
    await webchat.start()
    return Parts(
        client=client,
        wakes=wakes,
        inbox=inbox,
        partitions=RedisPartitions(client, records, wakes, count, keep),
        outbox=RedisOutbox(client, records, clock, wakes, count),
        webchat=webchat,
        escalations=escalations,
        vault=RedisVault(client, sealer),
        projector=projector,
        announcements=RedisAnnouncements(client, wakes, count),
        audit=RedisAudit(client, sealer, clock, count, keep.audit, KnownHead(folder)),
        programme=RedisProgramme(client, records, inbox, count),
        warnings=tuple(warnings),
    )
