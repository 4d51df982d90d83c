"""A console with people of several roles over the in-memory queue, for tests of the page of a case."""

from __future__ import annotations

from functools import cache

import msgspec

from bot.config import ROOT
from bot.console.access import COOKIE
from bot.console.app import console_app
from bot.console.parts import Parts
from bot.desk.desk import Desk
from bot.flowfiles.phrasebook import phrasebook
from bot.people.account import Scope
from bot.people.accounts import Accounts
from bot.ports.partitions import Line
from bot.teams.book import Book
from bot.teams.keeping import Teams
from bot.teams.team import Team
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations, MemoryVault, now
from tests.web.memory import MemoryTexts

SHOWN = {"هل أنت بخير؟": "Are you well?"}
FLOWS = [("asylum.child", "How asylum works"), ("guardian.child", "My guardian")]
MINUTE = 60_000


@cache
def phrases():
    return phrasebook(ROOT / "flows", ROOT / "locales")


PEOPLE = {
    "noor": Scope(languages=("en",)),
    "ben": Scope(languages=("en", "ar")),
    "lea": Scope(roles=("lead",), languages=("en", "ar")),
    "cor": Scope(roles=("coordinator",)),
    "aud": Scope(roles=("auditor", "administrator")),
}


class Casework:
    """A console with ``PEOPLE``: noor, who lists English, and ben are caseworkers, lea is a lead."""

    def __init__(self, **parts) -> None:
        self.store, self.vault, self.audit = MemoryEscalations(), MemoryVault(), MemoryAudit()
        self.accounts = Accounts(self.vault)
        self.desk = Desk(
            self.store, self.accounts, self.audit, Clock(), shown=lambda line, _locale: SHOWN.get(line.text),
            sendable=lambda _case, _locale: FLOWS,
        )  # fmt: skip
        self.parts = Parts(
            desk=self.desk, accounts=self.accounts, texts=MemoryTexts(),
            phrases=phrases(), teams=Teams(self.vault), **parts,
        )  # fmt: skip
        self.app = console_app(self.parts)
        self.tokens: dict[str, str] = {}

    async def enter(self, *names: str) -> None:
        """Give people an account and a session, without the pages for it."""
        for name in names or PEOPLE:
            scope = PEOPLE[name]
            await self.accounts.book.change(
                name, lambda old, scope=scope: scope.on(msgspec.structs.replace(old, state="active")), create=True
            )
            self.tokens[name] = await self.accounts.begin(name)
            await self.vault.put(f"duty:{name}", b"1")

    async def teams(self) -> None:
        await self.parts.teams.change(lambda _book: Book((Team("athens", "Athens team"), Team("ghent", "Ghent team"))))

    async def csrf(self, name: str) -> str:
        return (await self.accounts.session(self.tokens[name])).csrf

    def cookies(self, name: str) -> dict[str, str]:
        return {COOKIE: self.tokens[name]}

    async def case(self, id="a", level="T1", pseudonym="Maple River 271", **more) -> None:
        lines = more.pop("lines", None) or [
            Line(now() - 20 * MINUTE, "contact", "أحدهم يتبعني <b>"),
            Line(now() - 19 * MINUTE, "bot", "هل أنت بخير؟", locale="ar"),
        ]
        await self.store.open(id, level, pseudonym, *lines, **more)
