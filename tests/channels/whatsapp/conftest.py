from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.errors import UnavailableError
from bot.ports.channels import DeliveryStatus, Incoming
from tests.channels.doubles.twilio import TwilioDouble

PUBLIC = "https://chat.example.org"
NOW = 1_780_000_000_000


@dataclass
class MemoryGateway:
    """Keeps what the channel hands in; each event once, as the inbox does."""

    accepted: list[Incoming] = field(default_factory=list)
    statuses: list[DeliveryStatus] = field(default_factory=list)
    blocks: list[tuple[str, str, str]] = field(default_factory=list)
    away: bool = False

    async def accept(self, incoming: Incoming) -> bool:
        if self.away:
            raise UnavailableError
        if any(known.event.id == incoming.event.id for known in self.accepted):
            return False
        self.accepted.append(incoming)
        return True

    async def blocked(self, channel: str, address: str, *, id: str) -> None:
        self.blocks.append((channel, address, id))

    async def delivered(self, status: DeliveryStatus) -> None:
        self.statuses.append(status)


@dataclass
class SetClock:
    ms: int = NOW

    def now(self) -> int:
        return self.ms


@pytest.fixture
def gateway():
    return MemoryGateway()


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
async def double():
    async with TwilioDouble() as double:
        yield double


@pytest.fixture
async def make(double, gateway, clock):
    """Makes started channels that speak with the double."""
    made = []

    async def start(**given):
        channel = WhatsAppChannel(
            double.account_sid, given.pop("auth_token", double.auth_token), double.sender, gateway=gateway,
            clock=clock, **{"api_url": double.url, "public_url": PUBLIC, **given},
        )  # fmt: skip
        channel.rate_per_contact = 1000.0
        await channel.start()
        made.append(channel)
        return channel

    yield start
    for channel in made:
        await channel.stop()


@pytest.fixture
async def channel(make):
    return await make()
