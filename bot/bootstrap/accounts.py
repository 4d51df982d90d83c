"""Caseworkers' accounts for the command line: over the running store, or over our own server started for a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.base import WallClock
from bot.config import Settings
from bot.people.accounts import Accounts
from bot.sealing.keyring import Keyring
from bot.sealing.sealer import KeyringSealer
from bot.store.client import Client
from bot.store.running import running_url
from bot.store.server import LocalServer
from bot.store.vault import RedisVault


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """Open the accounts, also while ``ucare run`` uses the same data directory.

    Raises:
        SettingError, UnavailableError: The store cannot be reached; says what to do.
    """
    folder = settings.ucare_data_dir / "redis"
    url = settings.redis_url or await running_url(folder)
    server = None if url else LocalServer(folder)
    if server:
        await server.start()
    client = Client(url or (server.url if server else ""))
    try:
        keyring = Keyring.open(settings.ucare_data_dir, now=WallClock().now(), data_key_text=settings.data_key)
        yield Accounts(RedisVault(client, KeyringSealer(keyring)))
    finally:
        await client.close()
        if server:
            await server.stop()
