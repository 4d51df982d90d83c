"""The store for one command: the running one, or our own server started for a moment over the data directory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.bootstrap.base import WallClock
from bot.config import Settings
from bot.sealing.keyring import Keyring
from bot.sealing.sealer import KeyringSealer
from bot.store import checks
from bot.store.audit import RedisAudit
from bot.store.client import Client
from bot.store.known import KnownHead
from bot.store.retention import Retention
from bot.store.running import running_url
from bot.store.server import LocalServer
from bot.store.share import share
from bot.store.vault import RedisVault


@dataclass(frozen=True)
class Errand:
    """What a command needs of the store."""

    vault: RedisVault
    audit: RedisAudit


@asynccontextmanager
async def errand(settings: Settings) -> AsyncIterator[Errand]:
    """Open the store, also while ``ucare run`` uses the same data directory.

    Raises:
        SettingError, UnavailableError: The store cannot be reached; says what to do.
    """
    folder = settings.ucare_data_dir / "redis"
    url = settings.redis_url or await running_url(folder)
    server = None if url else LocalServer(folder)
    if server:
        await server.start()
    client = Client(url or (server.url if server else ""), min_replicas=settings.min_replicas)
    clock = WallClock()
    try:
        await checks.partitions(client, settings.partitions)
        keyring = Keyring.open(settings.ucare_data_dir, now=clock.now(), data_key_text=settings.data_key)
        if settings.data_key:
            await share(client, keyring)
        sealer, keep = KeyringSealer(keyring), Retention.of(settings).audit
        known = KnownHead(settings.ucare_data_dir)
        yield Errand(RedisVault(client, sealer), RedisAudit(client, sealer, clock, settings.partitions, keep, known))
    finally:
        await client.close()
        if server:
            await server.stop()
