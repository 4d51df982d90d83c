"""Who is on duty, as the worker knows it: read again and again, for a turn cannot wait for the store."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.errors import UcareError
from bot.people.accounts import Accounts

READ_S: Final = 30.0
"""How often it is read who is on duty, in seconds."""

log = structlog.get_logger("ucare")


class Duty:
    """Answers whether a caseworker is on duty: active, and using the console. Nobody is as long as nothing is known."""

    def __init__(self, accounts: Accounts) -> None:
        """Take the accounts."""
        self._accounts = accounts
        self._names: frozenset[str] = frozenset()

    def __call__(self, caseworker: str) -> bool:
        """Tell whether a caseworker is on duty."""
        return caseworker in self._names

    async def read(self) -> None:
        """Read once who is on duty; while the store is away, nobody is."""
        try:
            self._names = await self._accounts.on_duty()
        except UcareError as error:
            self._names = frozenset()
            log.warning("duty_unknown", error=type(error).__name__)

    async def run(self) -> None:
        """Read it for ever."""
        while True:
            await self.read()
            await asyncio.sleep(READ_S)
