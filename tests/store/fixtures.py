"""A real server and an open store for tests, here and in other rooms.

In the ``conftest.py`` of another room: ``from tests.store.fixtures import clock, sealer, server, store`` and
``__all__ = ["clock", "sealer", "server", "store"]``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.sealing import Keyring, KeyringSealer
from bot.store import LocalServer, Parts, open_store
from bot.store.client import Client

PARTITIONS = 4


class ManualClock:
    """Tells the wall clock's time, moved by ``forward``."""

    def __init__(self) -> None:
        self.ahead = 0

    def now(self) -> int:
        return int(time.time() * 1000) + self.ahead

    def forward(self, ms: int) -> None:
        self.ahead += ms


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One durable server for all tests of a session."""
    local = LocalServer(tmp_path_factory.mktemp("valkey"))
    asyncio.run(local.start())
    yield local
    asyncio.run(local.stop())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sealer(tmp_path: Path, clock: ManualClock) -> KeyringSealer:
    return KeyringSealer(Keyring.open(tmp_path / "keys", now=clock.now()))


@pytest.fixture
async def store(server: LocalServer, sealer: KeyringSealer, clock: ManualClock) -> AsyncIterator[Parts]:
    """An empty store."""
    bare = Client(server.url)
    await bare.do("FLUSHALL")
    await bare.close()
    parts = await open_store(server.url, sealer=sealer, clock=clock, count=PARTITIONS)
    yield parts
    await parts.close()
