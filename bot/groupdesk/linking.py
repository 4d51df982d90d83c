"""Which Telegram account belongs to which person: joined by a code that works once, for ten minutes."""

from __future__ import annotations

import secrets
from typing import Final

from bot.core.people import Viewer
from bot.people.joined import join, key_of, parted
from bot.ports.audit import Audit
from bot.ports.desk import Vault
from bot.ports.staff import Staff

CODE_TTL_S: Final = 600
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH: Final = 10


class Links:
    """Joins accounts, over a vault."""

    def __init__(self, vault: Vault, staff: Staff, audit: Audit) -> None:
        """Take where they are kept, who works here, and the audit."""
        self._vault = vault
        self._staff = staff
        self._audit = audit

    async def code(self, name: str) -> str:
        """Return a code with which a person joins their Telegram account: ``/link CODE`` in the group."""
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        await self._vault.put(f"group:code:{code}", name.encode(), ttl_s=CODE_TTL_S)
        return code

    async def join(self, person: int, code: str) -> str:
        """Join an account and return the person's name; empty where the code does not work (any more)."""
        key = f"group:code:{code.strip().upper()}"
        name = await self._vault.get(key)
        if name is None or not await self._vault.delete(key):
            return ""
        await join(self._vault, person, name.decode())
        await self._audit.note(name.decode(), "telegram_joined", name.decode())
        return name.decode()

    async def part(self, name: str) -> bool:
        """Part a person's Telegram account from here; tell whether there was one."""
        if not await parted(self._vault, name):
            return False
        await self._audit.note(name, "telegram_parted", name)
        return True

    async def viewer(self, person: int) -> Viewer | None:
        """Return who a Telegram account is; None where it is not joined, or its person cannot sign in any more."""
        name = await self._vault.get(key_of(person))
        if name is None:
            return None
        return next((one for one in await self._staff.viewers() if one.name == name.decode()), None)
