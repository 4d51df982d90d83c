from __future__ import annotations

import pytest

from bot.understanding.client import NluClient
from bot.understanding.reader import Reader
from tests.understanding.double import running


@pytest.fixture
async def double():
    async with running() as found:
        yield found


@pytest.fixture
async def client(double):
    async with NluClient(lambda: double.address, timeout_s=0.3, pause_s=0.2) as found:
        yield found


@pytest.fixture(scope="session")
def alone():
    """A reader without a server."""
    return Reader()


@pytest.fixture
def reader(alone, client):
    """The same reader with the double behind it."""
    alone.client = client
    yield alone
    alone.client = None
