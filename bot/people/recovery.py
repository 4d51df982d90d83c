"""Recovery: who lost password or second factor starts anew, if one administrator asks and another confirms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import NotAllowedError
from bot.people.book import NO_SUCH, Book
from bot.people.noting import Notes
from bot.ports.desk import Vault

TTL_S: Final = 72 * 3600
ONESELF: Final = "Somebody else must do this for you."
ANOTHER: Final = "Another administrator must confirm this than who asked for it."
NOT_ONE: Final = "Only an administrator can do this."

Invite = Callable[[str, str], Awaitable[str]]
"""From a name and who does it to the token of a new link."""


class Recovery:
    """What is asked and not confirmed yet."""

    def __init__(self, vault: Vault, book: Book, audit: Callable[[], Notes], invite: Invite) -> None:
        """Take where it is kept, the accounts, the audit, and what makes a new link."""
        self._vault = vault
        self._book = book
        self._audit = audit
        self._invite = invite

    async def ask(self, name: str, *, by: str) -> None:
        """Ask for somebody; good for 72 hours.

        Raises:
            NotAllowedError: There is no such person, it is oneself, or who asks is no administrator.
        """
        if name == by:
            raise NotAllowedError(ONESELF)
        if await self._book.get(name) is None:
            raise NotAllowedError(NO_SUCH)
        await self._check(by)
        await self._vault.put(f"recovery:{name}", by.encode(), ttl_s=TTL_S)
        await self._audit().note(by, "recovery_asked", name)

    async def asked_by(self, name: str) -> str:
        """Return who asks for somebody's recovery; empty where nobody does."""
        kept = await self._vault.get(f"recovery:{name}")
        return kept.decode() if kept else ""

    async def confirm(self, name: str, *, by: str) -> str:
        """Take password, second factors and sessions off and return the token of a new link.

        Raises:
            NotAllowedError: Nobody asked, who asked is no administrator any more, or it is confirmed by who asked or by
                whom it is for.
        """
        asked = await self.asked_by(name)
        if not asked or by in {asked, name}:
            raise NotAllowedError(ANOTHER)
        await self._check(by)
        await self._check(asked)
        if not await self._vault.delete(f"recovery:{name}"):
            raise NotAllowedError(ANOTHER)
        await self._audit().note(by, "recovery_confirmed", name)
        return await self._invite(name, by)

    async def drop(self, name: str, *, by: str) -> None:
        """Say no to what was asked."""
        if await self._vault.delete(f"recovery:{name}"):
            await self._audit().note(by, "recovery_refused", name)

    async def _check(self, by: str) -> None:
        account = await self._book.get(by)
        if account is None or account.state != "active" or "administrator" not in account.roles:
            raise NotAllowedError(NOT_ONE)
