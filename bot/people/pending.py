"""Between password and second factor: who knew the password a moment ago."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.people import tokens
from bot.people.book import Book
from bot.ports.desk import Vault

TTL_S: Final = 300


class Half(msgspec.Struct, frozen=True):
    """One half of a sign-in."""

    name: str
    generation: int


class Pending:
    """Halves of sign-ins, each good for five minutes and for one sign-in."""

    def __init__(self, vault: Vault, book: Book) -> None:
        """Take where they are kept, and the accounts."""
        self._vault = vault
        self._book = book

    async def begin(self, name: str) -> str:
        """Return a token that says that somebody knew the password."""
        token, account = tokens.fresh(), await self._book.get(name)
        half = Half(name, account.generation if account else -1)
        await self._vault.put("pending:" + tokens.digest(token), msgspec.json.encode(half), ttl_s=TTL_S)
        return token

    async def whose(self, token: str) -> str:
        """Return whose token this is; empty where it ended, was used, or the password was changed since."""
        kept = await self._vault.get("pending:" + tokens.digest(token)) if token else None
        if kept is None:
            return ""
        half = msgspec.json.decode(kept, type=Half)
        account = await self._book.get(half.name)
        good = account is not None and account.state == "active" and account.generation == half.generation
        return half.name if good else ""

    async def use(self, token: str) -> bool:
        """Use a token up; of two that do so at once, one is told True."""
        return await self._vault.delete("pending:" + tokens.digest(token))
