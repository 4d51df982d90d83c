"""The audit for the command line: over the running store, or over our own server started for a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


def keys(settings: Settings) -> KeyringSealer:
    """Return the keyring of the data directory, for who needs no store.

    Raises:
        SettingError: It cannot be opened; says what to do.
    """
    return KeyringSealer(Keyring.open(settings.ucare_data_dir, now=WallClock().now(), data_key_text=settings.data_key))


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[RedisAudit]:
    """Open the audit, also while ``ucare run`` uses the same data directory.

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
        keep = Retention.of(settings).audit
        known = KnownHead(settings.ucare_data_dir)
        yield RedisAudit(client, KeyringSealer(keyring), clock, settings.partitions, keep, known)
    finally:
        await client.close()
        if server:
            await server.stop()
