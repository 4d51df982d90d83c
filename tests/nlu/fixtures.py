"""The real server for tests: trained once, and kept in a folder of its own until what it is made of changes.

Import ``nlu_settings``, ``nlu_service``, ``nlu_words`` and ``nlu_reader`` in a conftest; any event loop can use them.
UCARE_TEST_NLU_DIR keeps the model elsewhere than in var/test.
"""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from bot.config import ROOT, Settings
from bot.nlu_service import NluService
from bot.understanding.client import NluClient
from bot.understanding.reader import Reader


@pytest.fixture(scope="session")
def nlu_settings():
    folder = Path(os.environ.get("UCARE_TEST_NLU_DIR") or ROOT / "var" / "test")
    return Settings(ucare_data_dir=folder, nlu_url="", nlu_token="", _env_file=None)


@pytest.fixture(scope="session")
def nlu_service(nlu_settings):
    """The service, started and watched in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="nlu", daemon=True)
    thread.start()
    service = NluService(nlu_settings)
    try:
        asyncio.run_coroutine_threadsafe(service.start(), loop).result(1200)
        yield service
    finally:
        asyncio.run_coroutine_threadsafe(service.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="session")
def nlu_words():
    return Reader()


@pytest.fixture
async def nlu_reader(nlu_service, nlu_words):
    async with NluClient(nlu_service.address, timeout_s=10) as client:
        nlu_words.client = client
        yield nlu_words
        nlu_words.client = None
