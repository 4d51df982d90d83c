"""The teams and who works now, read again and again: neither a turn nor an announcement waits for the store."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.errors import UcareError
from bot.people.accounts import Accounts
from bot.teams.keeping import Teams
from bot.teams.presence import Presence
from bot.teams.telling import Channel, Colleague

READ_S: Final = 15.0
"""How often it is read, in seconds."""

log = structlog.get_logger("ucare")


class PresenceReader:
    """Answers who is there, as it was read last. As long as nothing is known, nobody is and there are no teams."""

    def __init__(self, accounts: Accounts, teams: Teams, ways: frozenset[Channel]) -> None:
        """Take the accounts, the teams, and the ways by which announcements can go out."""
        self._accounts = accounts
        self._teams = teams
        self._now = Presence(channels=ways)
        self._ways = ways

    def __call__(self) -> Presence:
        """Return what is known."""
        return self._now

    async def read(self) -> None:
        """Read once; while the store is away, what was known stays, but nobody is on duty."""
        try:
            there = await self._accounts.on_duty()
            people = [Colleague(one, one.name in there) for one in await self._accounts.viewers()]
            self._now = Presence(await self._teams.book(), tuple(people), self._ways)
        except UcareError as error:
            gone = tuple(Colleague(one.viewer) for one in self._now.colleagues)
            self._now = Presence(self._now.book, gone, self._ways)
            log.warning("presence_unknown", error=type(error).__name__)

    async def run(self) -> None:
        """Read it for ever."""
        while True:
            await self.read()
            await asyncio.sleep(READ_S)
