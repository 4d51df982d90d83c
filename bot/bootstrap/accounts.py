"""Accounts and tokens for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.api.tokens import Tokens
from bot.bootstrap.errand import errand
from bot.config import Settings
from bot.people.accounts import Accounts


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """Open the accounts.

    Raises:
        SettingError, UnavailableError: The store cannot be reached; says what to do.
    """
    async with errand(settings) as store:
        yield Accounts(store.vault, audit=store.audit)


@asynccontextmanager
async def open_tokens(settings: Settings) -> AsyncIterator[Tokens]:
    """Open the tokens of other systems.

    Raises:
        SettingError, UnavailableError: The store cannot be reached; says what to do.
    """
    async with errand(settings) as store:
        yield Tokens(store.vault, store.audit)
