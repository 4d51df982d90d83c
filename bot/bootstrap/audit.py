"""The audit for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.base import WallClock
from bot.bootstrap.errand import errand
from bot.config import Settings
from bot.sealing.keyring import Keyring
from bot.sealing.sealer import KeyringSealer
from bot.store.audit import RedisAudit


def keys(settings: Settings) -> KeyringSealer:
    """Return the keyring of the data directory, for who needs no store.

    Raises:
        SettingError: It cannot be opened; says what to do.
    """
    return KeyringSealer(Keyring.open(settings.ucare_data_dir, now=WallClock().now(), data_key_text=settings.data_key))


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[RedisAudit]:
    """Open the audit.

    Raises:
        SettingError, UnavailableError: The store cannot be reached; says what to do.
    """
    async with errand(settings) as store:
        yield store.audit
