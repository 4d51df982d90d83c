"""A console with made-up people and cases, served for a browser or called in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.console.app import console_app
from bot.console.parts import Parts
from bot.desk.desk import Desk
from bot.flowfiles.phrasebook import Phrasebook, phrasebook
from bot.i18n import catalogs
from bot.i18n.pages import PageTexts
from bot.people.account import Scope
from bot.people.accounts import Accounts
from tests.console import scenes
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations, MemoryVault, now

COOKIE = "ucare_console"
PASSWORD = "blue tram under water"
ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"


@lru_cache
def phrases() -> Phrasebook:
    """Return the reviewed sentences of the project."""
    return phrasebook(ROOT / "flows", LOCALES)


@lru_cache
def all_texts() -> PageTexts:
    """Return the texts of every locale, also of those that are not whole yet."""
    return PageTexts(catalogs.read_all(LOCALES, "console"), ())


@dataclass
class Stage:
    """The parts in memory; ``token`` lets somebody in without the pages of the sign-in."""

    escalations: MemoryEscalations = field(default_factory=MemoryEscalations)
    vault: MemoryVault = field(default_factory=MemoryVault)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.vault)

    def app(self, **given):
        desk = Desk(self.escalations, self.accounts, self.audit, Clock())
        parts = Parts(desk=desk, accounts=self.accounts, texts=all_texts(), phrases=phrases(), **given)
        return console_app(parts)

    async def token(self, name: str) -> str:
        """Return the token of a session of somebody, whose account is made where there is none."""
        if name not in self.tokens:
            link = await self.accounts.invite(name, Scope(roles=scenes.PEOPLE[name]))
            await self.accounts.choose_password(link, PASSWORD)
            self.tokens[name] = await self.accounts.begin(name)
            await self.accounts.session(self.tokens[name])
        return self.tokens[name]

    async def fill(self) -> None:
        await scenes.fill(self.escalations, now())
