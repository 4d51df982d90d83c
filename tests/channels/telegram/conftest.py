from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
import structlog
from structlog.testing import capture_logs

from bot.channels.telegram import TelegramChannel
from bot.errors import UnavailableError
from bot.ports.channels import DeliveryStatus, Incoming
from tests.channels.doubles.telegram import TelegramDouble


@dataclass
class MemoryClock:
    at: int = 1_900_000_000_000

    def now(self) -> int:
        return self.at


@dataclass
class MemoryGateway:
    """Takes each event once, as the real one does, and can be away."""

    taken: list[Incoming] = field(default_factory=list)
    gone: list[tuple[str, str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    """Texts that it cannot keep for now."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(self, incoming: Incoming) -> bool:
        self.calls.append(incoming.event.id)
        if incoming.event.text in self.refuse:
            raise UnavailableError
        new = incoming.event.id not in {one.event.id for one in self.taken}
        if new:
            self.taken.append(incoming)
        await self._tell()
        return new

    async def blocked(self, channel: str, address: str, *, id: str) -> None:
        self.gone.append((channel, address, id))
        await self._tell()

    async def delivered(self, status: DeliveryStatus) -> None:
        raise AssertionError(status)

    @property
    def texts(self) -> list[str]:
        return [one.event.text for one in self.taken]

    async def until(self, true) -> None:
        async with asyncio.timeout(5), self.news:
            await self.news.wait_for(true)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


@pytest.fixture
async def double():
    async with TelegramDouble() as running:
        yield running


@pytest.fixture
def gateway():
    return MemoryGateway()


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
async def make(double, gateway, clock):
    """Make channels against the double; all are stopped at the end."""
    made = []

    def build(**given) -> TelegramChannel:
        settings = {"clock": clock, "gateway": gateway, "api_url": double.url} | given
        made.append(TelegramChannel(settings.pop("token", double.token), **settings))
        return made[-1]

    yield build
    for channel in made:
        await channel.stop()


@pytest.fixture
def logs(monkeypatch):
    """What is logged, also where another test has set up logging: its loggers keep what they were set up with."""
    for module in ("polling", "setup"):
        monkeypatch.setattr(f"bot.channels.telegram.{module}.log", structlog.get_logger("ucare.telegram"))
    with capture_logs() as captured:
        yield captured


@pytest.fixture
async def sender(make):
    """A channel that only sends."""
    channel = make(gateway=None)
    await channel.start()
    return channel
