"""Accounts and the console over a real store, asked in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest

from bot.console.app import console_app
from bot.console.parts import Parts
from bot.desk.desk import Desk
from bot.people.account import Scope
from bot.people.accounts import Accounts
from bot.people.passwords import HASHER
from bot.people.rules import Rules
from tests.console.memory import MemoryEscalations, MemoryPhrases
from tests.web.memory import MemoryTexts

PASSWORD = "blue tram under water"
HASH = HASHER.hash(PASSWORD)
"""Made once, because it takes its time."""
ORIGIN = "http://localhost"


def csrf(page) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


class Browser(httpx.AsyncClient):
    """One browser; ``press`` sends a form of the page that is looked at."""

    page: httpx.Response

    async def open(self, path):
        self.page = await self.get(path)
        return self.page

    async def press(self, path, **fields):
        self.page = await self.post(path, data={"csrf": csrf(self.page), **fields})
        return self.page

    async def sign_in(self, name, password=PASSWORD, **more):
        await self.open("/console/sign-in")
        return await self.press("/console/sign-in", name=name, password=password, **more)


@dataclass
class House:
    store: object
    clock: object
    rules: Rules = field(default_factory=Rules)
    organisation: object = None
    telegram: object = None

    def __post_init__(self):
        self.accounts = Accounts(self.store.vault, rules=self.rules, audit=self.store.audit, now=self.clock.now)
        self.escalations = MemoryEscalations()

    async def person(self, name, *roles):
        """Make an account that has come in."""
        await self.accounts.invite(name, Scope(roles=roles or ("caseworker",)))
        joined = {"state": "active", "password": HASH}
        await self.accounts.book.change(name, lambda old: msgspec.structs.replace(old, **joined))
        return name

    def app(self):
        desk = Desk(self.escalations, self.accounts, self.store.audit, self.clock)
        return console_app(
            Parts(
                desk=desk,
                accounts=self.accounts,
                texts=MemoryTexts(),
                phrases=MemoryPhrases(),
                organisation=self.organisation,
                telegram=self.telegram,
            )
        )

    def browser(self, **headers) -> Browser:
        return Browser(
            transport=httpx.ASGITransport(self.app()), base_url=ORIGIN, follow_redirects=True, headers=headers
        )

    async def noted(self) -> list[tuple[str, str, str]]:
        return [(one.by, one.verb, one.what) for one in await self.store.audit.find(limit=100)]


@pytest.fixture
def house(store, clock) -> House:
    return House(store, clock)
