"""A small durable store of bytes, for accounts and sessions of caseworkers. Names are hashed, values sealed."""

from __future__ import annotations

from bot.ports.basics import Sealer
from bot.store.client import Client, Word
from bot.store.keys import vault


class RedisVault:
    """Implements ``ports.desk.Vault``."""

    def __init__(self, client: Client, sealer: Sealer) -> None:
        """Take the connection and the keys."""
        self._client = client
        self._sealer = sealer

    def _open(self, name: str, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, purpose=f"vault {name}")

    def _seal(self, name: str, value: bytes) -> bytes:
        return self._sealer.seal(value, purpose=f"vault {name}")

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under a key and has not ended."""
        sealed = await self._client.do("GET", vault(key))
        return None if sealed is None else self._open(key, sealed)

    async def put(self, key: str, value: bytes, *, ttl_s: int = 0) -> None:
        """Keep a value, for so many seconds, or until it is deleted where 0."""
        end: tuple[Word, ...] = ("EX", ttl_s) if ttl_s else ()
        await self._client.do("SET", vault(key), self._seal(key, value), *end)

    async def swap(self, key: str, expected: bytes | None, value: bytes) -> bool:
        """Keep a value, without an end, only if the key holds what is expected (None: nothing); atomic."""
        sealed = await self._client.do("GET", vault(key))
        if (None if sealed is None else self._open(key, sealed)) != expected:
            return False
        args: list[Word] = [sealed or b"", self._seal(key, value)]
        return bool(await self._client.script("swap", [vault(key)], args, durable=True))

    async def delete(self, key: str) -> bool:
        """Delete, and tell whether there was something; of two that delete at once, one is told so."""
        return bool(await self._client.do("DEL", vault(key)))
