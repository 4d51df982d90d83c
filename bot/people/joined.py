"""Which Telegram account is joined with a person, as the vault has it. Telegram's id is kept as a digest."""

from __future__ import annotations

import hashlib

from bot.ports.desk import Vault


def key_of(person: int) -> str:
    """Return under which key it stands who a Telegram account is."""
    return "group:person:" + hashlib.sha256(b"%d" % person).hexdigest()


def _key(name: str) -> str:
    return f"group:name:{name}"


async def join(vault: Vault, person: int, name: str) -> None:
    """Join them; each has one of the other, and what was joined before is parted."""
    await parted(vault, name)
    former = await vault.get(key_of(person))
    if former is not None:
        await parted(vault, former.decode())
    await vault.put(key_of(person), name.encode())
    await vault.put(_key(name), key_of(person).encode())


async def parted(vault: Vault, name: str) -> bool:
    """Part a person's Telegram account; tell whether there was one."""
    old = await vault.get(_key(name))
    if old is None:
        return False
    await vault.delete(old.decode())
    await vault.delete(_key(name))
    return True
