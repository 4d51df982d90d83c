"""The teams and who works now, read again and again: neither a turn nor an announcement waits for the store."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.errors import UcareError
from bot.notices.state import State
from bot.people.accounts import Accounts
from bot.teams.keeping import Teams
from bot.teams.presence import Presence
from bot.teams.telling import Colleague

READ_S: Final = 15.0
"""How often it is read, in seconds."""

log = structlog.get_logger("ucare")


class PresenceReader:
    """Answers who is there, as it was read last. As long as nothing is known, nobody is and there are no teams."""

    def __init__(self, accounts: Accounts, teams: Teams, state: State) -> None:
        """Take the accounts, the teams, and what is known of the ways by which announcements go out."""
        self._accounts = accounts
        self._teams = teams
        self._state = state
        self._now = Presence()

    def __call__(self) -> Presence:
        """Return what is known."""
        return self._now

    def on_duty(self, name: str) -> bool:
        """Tell whether somebody is on duty, as far as is known."""
        return self._now.on_duty(name)

    async def read(self) -> None:
        """Read once; while the store is away, what was known stays, but nobody is on duty or called."""
        try:
            there = await self._accounts.on_duty()
            people = [Colleague(one, one.name in there) for one in await self._accounts.viewers()]
            self._now = Presence(await self._teams.book(), tuple(people), await self._state.ready())
        except UcareError as error:
            gone = tuple(Colleague(one.viewer) for one in self._now.colleagues)
            self._now = Presence(self._now.book, gone)
            log.warning("presence_unknown", error=type(error).__name__)

    async def run(self) -> None:
        """Read it for ever."""
        while True:
            await self.read()
            await asyncio.sleep(READ_S)
