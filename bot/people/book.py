"""The book of accounts: read and changed atomically, over a vault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from bot.errors import ConflictError, NotAllowedError
from bot.people.account import NAME, Account
from bot.ports.desk import Vault

TRIES: Final = 5
NAMES: Final = "names"
NO_SUCH: Final = "There is no such person."

Change = Callable[[Account], Account]


class Book:
    """All accounts."""

    def __init__(self, vault: Vault) -> None:
        """Take the vault that keeps them."""
        self._vault = vault

    async def get(self, name: str) -> Account | None:
        """Return an account as it is kept, secrets included; None where there is none."""
        kept = await self._vault.get(f"account:{name}") if NAME.fullmatch(name) else None
        return msgspec.json.decode(kept, type=Account) if kept else None

    async def names(self) -> list[str]:
        """Return all names, sorted."""
        names: list[str] = msgspec.json.decode(await self._vault.get(NAMES) or b"[]", type=list[str])
        return names

    async def all(self) -> list[Account]:
        """Return all accounts by name, secrets included."""
        found = [await self.get(name) for name in await self.names()]
        return [one for one in found if one]

    async def change(self, name: str, change: Change, *, create: bool = False) -> Account:
        """Change an account atomically and return what it is now; ``change`` may be called again and may refuse.

        Raises:
            NotAllowedError: There is no such person, or ``change`` says no.
            ConflictError: Somebody else changed it at the same time, again and again.
        """
        for _ in range(TRIES):
            kept = await self._vault.get(f"account:{name}") if NAME.fullmatch(name) else None
            if kept is None and not create:
                raise NotAllowedError(NO_SUCH)
            new = change(msgspec.json.decode(kept, type=Account) if kept else Account(name))
            if await self._vault.swap(f"account:{name}", kept, msgspec.json.encode(new)):
                if kept is None:
                    await self._list(name)
                return new
        msg = "The account was changed by somebody else at the same time."
        raise ConflictError(msg)

    async def _list(self, name: str) -> None:
        for _ in range(TRIES):
            kept = await self._vault.get(NAMES)
            names = set(msgspec.json.decode(kept or b"[]", type=list[str]))
            if name in names:
                return
            if await self._vault.swap(NAMES, kept, msgspec.json.encode(sorted(names | {name}))):
                return
        msg = "The list of accounts was changed by somebody else at the same time."
        raise ConflictError(msg)
