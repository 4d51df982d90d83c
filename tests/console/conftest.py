from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec
import pytest
from starlette.testclient import TestClient

from bot.console.app import console_app
from bot.console.parts import Parts
from bot.desk.desk import Desk
from bot.people.accounts import Accounts
from tests.console.casebrowser import opened, served, work  # noqa: F401 - fixtures
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations, MemoryPhrases, MemoryVault
from tests.web.memory import MemoryTexts

PASSWORD = "blue tram under water"


@dataclass
class World:
    escalations: MemoryEscalations = field(default_factory=MemoryEscalations)
    vault: MemoryVault = field(default_factory=MemoryVault)
    audit: MemoryAudit = field(default_factory=MemoryAudit)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.vault, audit=self.audit)

    def parts(self, **given: str) -> Parts:
        accounts = self.accounts
        desk = Desk(self.escalations, accounts, self.audit, Clock())
        return Parts(desk=desk, accounts=accounts, texts=MemoryTexts(), phrases=MemoryPhrases(), **given)


def csrf(page) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


async def at_work(world: World, name: str) -> str:
    """Let somebody in without a password, which takes its time, and return the session's token."""
    await world.accounts.book.change(name, lambda old: msgspec.structs.replace(old, state="active"), create=True)
    return await world.accounts.begin(name)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def noor(world):
    """A caseworker who has chosen a password."""
    await world.accounts.choose_password(await world.accounts.invite("noor"), PASSWORD)
    return "noor"


@pytest.fixture
def client(world):
    with TestClient(console_app(world.parts())) as client:
        yield client


@pytest.fixture
def signed_in(client, noor):
    page = client.get("/console/sign-in")
    client.post("/console/sign-in", data={"csrf": csrf(page), "name": noor, "password": PASSWORD})
    assert client.cookies["ucare_console"]
    return client
