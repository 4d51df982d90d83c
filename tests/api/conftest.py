from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.api.app import Parts, api_app
from bot.api.hooks import Hooks
from bot.api.tokens import ALL, Tokens
from bot.core.people import Viewer
from bot.desk.desk import Desk
from bot.ports.partitions import Line
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations, MemoryVault


class Staff:
    async def viewers(self):
        return [Viewer("anna"), Viewer("ben")]

    async def on_duty(self):
        return frozenset({"anna", "ben"})


async def outside(url: str) -> bool:
    return "inside" not in url


class World:
    """The API over ports in memory; ``allowed`` decides which addresses may be called."""

    def __init__(self) -> None:
        self.store, self.audit, self.vault = MemoryEscalations(), MemoryAudit(), MemoryVault()
        self.tokens = Tokens(self.vault, self.audit)
        self.hooks = Hooks(self.vault, allowed=outside)
        self.desk = Desk(self.store, Staff(), self.audit, Clock())
        self.app = api_app(Parts(self.desk, self.tokens, self.hooks, Clock()))

    async def token(self, *may, **scope) -> dict[str, str]:
        secret = await self.tokens.make("files", may or ALL, by="admin", **scope)
        return {"authorization": f"Bearer {secret}"}


@pytest.fixture
async def world():
    world = World()
    await world.store.open("gr-1", "T1", "Red Fox", Line(1, "contact", "help", locale="ar"), topic="abuse")
    await world.store.open("be-1", "T3", "Blue Owl", country="BE", topic="school", ref="other")
    return world


@pytest.fixture
def client(world):
    with TestClient(world.app) as client:
        yield client
