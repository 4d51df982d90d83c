"""Who is signed in: tokens in a cookie, with an end when nobody uses them and an end in any case.

A session's record never changes, so that nothing brings back one that was ended; its last use stands beside it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bot.core.people import Viewer
from bot.errors import NotAllowedError
from bot.people import tokens
from bot.people.account import Account
from bot.people.book import TRIES, Book
from bot.people.rules import Rules
from bot.ports.desk import Vault

USED_MS: Final = 60_000
"""How often the last use is written down, in milliseconds."""
ENDED: Final = "Your session has ended. Sign in again."


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a session."""

    name: str
    csrf: str
    generation: int = 0
    began_at: int = 0
    proved_at: int = 0
    """When the person last proved who they are."""
    device: str = ""
    """Roughly which browser; never its address."""
    how: str = "password"
    """``password``, ``totp``, ``code``, ``passkey`` or ``oidc``."""


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, and the token that each of their forms carries. Times are milliseconds since 1970, UTC."""

    name: str
    csrf: str
    viewer: Viewer
    id: str = ""
    """What a list calls it; not the token."""
    locale: str = ""
    """The language this person chose for the console, or empty."""
    began_at: int = 0
    used_at: int = 0
    ends_at: int = 0
    proved_at: int = 0
    device: str = ""
    how: str = "password"
    off_duty: bool = False
    """They said so, though they look at the console."""
    must_set_up: bool = False
    """A second factor is required and this person has none yet."""


class Sessions:
    """All sessions."""

    def __init__(self, vault: Vault, book: Book, rules: Rules, now: Callable[[], int]) -> None:
        """Take where they are kept, the accounts, how long they last and the clock (milliseconds)."""
        self._vault = vault
        self._book = book
        self.rules = rules
        self._now = now

    async def begin(self, name: str, *, how: str = "password", device: str = "") -> str:
        """Start a session for a person who was verified, and return its token."""
        account, now = await self._book.get(name), self._now()
        generation = account.generation if account else -1
        kept = Kept(name, secrets.token_urlsafe(24), generation, now, now, device[:80], how)
        return await self._keep(kept)

    async def _keep(self, kept: Kept) -> str:
        token, now = tokens.fresh(), self._now()
        key = tokens.digest(token)
        await self._vault.put(f"used:{key}", b"%d" % now, ttl_s=self.rules.idle_ms // 1000)
        left = kept.began_at + self.rules.absolute_ms - now
        await self._vault.put(f"session:{key}", msgspec.json.encode(kept), ttl_s=max(1, left // 1000))
        await self._index(kept.name, key)
        return token

    async def get(self, token: str, *, used: bool = True) -> Session | None:
        """Return the session of a token; None where it ended or the account was changed since.

        Args:
            token: From the cookie.
            used: A person did something, and it was not the page that renewed itself.
        """
        return await self._read(tokens.digest(token), used=used) if token else None

    async def _read(self, key: str, *, used: bool) -> Session | None:
        kept = await self._vault.get(f"session:{key}")
        last = await self._vault.get(f"used:{key}") if kept else None
        if kept is None or last is None:
            return None
        record, now, used_at = msgspec.json.decode(kept, type=Kept), self._now(), int(last)
        if now - used_at >= self.rules.idle_ms or now - record.began_at >= self.rules.absolute_ms:
            return None
        account = await self._book.get(record.name)
        if account is None or account.state != "active" or account.generation != record.generation:
            return None
        if used and now - used_at >= USED_MS:
            await self._vault.put(f"used:{key}", b"%d" % now, ttl_s=self.rules.idle_ms // 1000)
        return self._shown(key, record, account, used_at)

    def _shown(self, key: str, record: Kept, account: Account, used_at: int) -> Session:
        must = self.rules.factor_required and not account.has_factor and record.how != "oidc"
        return Session(
            name=record.name, csrf=record.csrf, viewer=account.viewer, id=tokens.digest(key)[:16],
            locale=account.locale, began_at=record.began_at, used_at=used_at,
            ends_at=record.began_at + self.rules.absolute_ms, proved_at=record.proved_at,
            device=record.device, how=record.how, off_duty=account.off_until > self._now(), must_set_up=must,
        )  # fmt: skip

    async def renew(self, token: str, *, proved: bool = True) -> str:
        """Give a session a new token after a step-up; the old one is void. The forms that are open stay good.

        Raises:
            NotAllowedError: The session has ended.
        """
        key = tokens.digest(token)
        kept = await self._vault.get(f"session:{key}") if await self._read(key, used=False) else None
        if kept is None:
            raise NotAllowedError(ENDED)
        record = msgspec.json.decode(kept, type=Kept)
        if proved:
            record = msgspec.structs.replace(record, proved_at=self._now())
        if not await self._vault.delete(f"session:{key}"):
            raise NotAllowedError(ENDED)
        return await self._keep(record)

    def proved(self, session: Session) -> bool:
        """Tell whether somebody proved who they are a short time ago."""
        return self._now() - session.proved_at < self.rules.proof_ms

    async def of(self, name: str) -> Sequence[Session]:
        """Return the sessions of a person that go on, the one used last first."""
        found = [await self._read(key, used=False) for key in await self._keys(name)]
        return sorted((one for one in found if one), key=lambda one: -one.used_at)

    async def end(self, token: str) -> str:
        """End a session and return whose it was, or an empty text."""
        key = tokens.digest(token)
        kept = await self._vault.get(f"session:{key}")
        await self._vault.delete(f"session:{key}")
        await self._vault.delete(f"used:{key}")
        return msgspec.json.decode(kept, type=Kept).name if kept else ""

    async def revoke(self, name: str, id: str) -> bool:  # noqa: A002 - the field's name
        """End one session of a person by its id in the list; tell whether there was one."""
        found = [key for key in await self._keys(name) if tokens.digest(key)[:16] == id]
        return any([await self._vault.delete(f"session:{key}") for key in found])

    async def revoke_others(self, name: str, token: str) -> int:
        """End all sessions of a person but that of the token; return how many."""
        own = tokens.digest(token) if token else ""
        ended = [await self._vault.delete(f"session:{key}") for key in await self._keys(name) if key != own]
        return sum(ended)

    async def _keys(self, name: str) -> list[str]:
        keys: list[str] = msgspec.json.decode(await self._vault.get(f"sessions:{name}") or b"[]", type=list[str])
        return keys

    async def _index(self, name: str, key: str) -> None:
        """Write a session into its person's list, and leave out those that ended."""
        for _ in range(TRIES):
            kept = await self._vault.get(f"sessions:{name}")
            before: list[str] = msgspec.json.decode(kept or b"[]", type=list[str])
            alive = [one for one in before if await self._vault.get(f"session:{one}") is not None]
            if await self._vault.swap(f"sessions:{name}", kept, msgspec.json.encode([*alive, key])):
                return
