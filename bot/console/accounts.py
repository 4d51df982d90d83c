"""Caseworkers' accounts: invited by a link that works once, then a password; sessions end by themselves.

Tokens are kept as hashes: who reads the store cannot sign in with what is found there.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import ConflictError, NotAllowedError
from bot.ports.desk import Vault

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
LINK_TTL_S = 72 * 3600
SESSION_TTL_S = 12 * 3600
DUTY_TTL_S = 30 * 60
"""Who used the console within this time, in seconds, is on duty."""
NOTE_S = 60.0
"""How often that somebody uses the console is written down, in seconds."""
MIN_PASSWORD = 12
MAX_PASSWORD = 256
TRIES = 5
SHORT = 3

HASHER = PasswordHasher()
# Verified where there is no such name, so that both refusals take the same time.
NOBODY = HASHER.hash(secrets.token_hex(16))


class Account(msgspec.Struct, frozen=True):
    """What is kept of a caseworker."""

    name: str
    password: str = ""
    """Argon2id hash; empty until it was chosen."""
    state: Literal["invited", "active", "disabled"] = "invited"
    generation: int = 0
    """Higher after each new password or disabling; links and sessions of an older one are void."""


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, and the token that each of their forms carries."""

    name: str
    csrf: str
    generation: int = 0


class Link(msgspec.Struct, frozen=True):
    """A sign-in link that was not used yet."""

    name: str
    generation: int = 0


def _link(token: str) -> str:
    return "link:" + hashlib.sha256(token.encode()).hexdigest()


def _session(token: str) -> str:
    return "session:" + hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """The accounts, over a vault."""

    def __init__(self, vault: Vault) -> None:
        """Take the vault that keeps them."""
        self._vault = vault
        self._noted: dict[str, float] = {}

    async def invite(self, name: str) -> str:
        """Create a caseworker, or let one choose a new password, and return the token of the link (72 hours).

        Raises:
            NotAllowedError: The name is not 1 to 32 of a-z, 0-9, dot, dash and underscore.
            ConflictError: The account was changed by somebody else, again and again.
        """
        name = name.strip().lower()
        if not NAME.fullmatch(name):
            msg = "A name is 1 to 32 small letters, digits, dots, dashes or underscores; not a sign first."
            raise NotAllowedError(msg)
        account = await self._change(name, state="invited", create=True)
        token = secrets.token_urlsafe(32)
        kept = Link(name=name, generation=account.generation)
        await self._vault.put(_link(token), msgspec.json.encode(kept), ttl_s=LINK_TTL_S)
        return token

    async def invited(self, token: str) -> str:
        """Return whose link this is; empty where it is used, too old or unknown."""
        kept = await self._read_link(token)
        return kept.name if kept else ""

    async def choose_password(self, token: str, password: str) -> str:
        """Use up a link, set the password and return the caseworker's name.

        Raises:
            NotAllowedError: The link does not work (any more), or the password is too short, long or simple.
        """
        kept = await self._read_link(token)
        if kept is None:
            msg = "This link does not work any more. Ask for a new one."
            raise NotAllowedError(msg)
        password = _checked(password, kept.name)
        hashed = await asyncio.to_thread(HASHER.hash, password)
        if not await self._vault.delete(_link(token)):
            msg = "This link was used already. Ask for a new one."
            raise NotAllowedError(msg)
        await self._change(kept.name, state="active", password=hashed)
        return kept.name

    async def verify(self, name: str, password: str) -> bool:
        """Tell whether name and password are right and the account is active."""
        name = name.strip().lower()
        account = await self._account(name) if NAME.fullmatch(name) else None
        hashed = account.password if account and account.password else NOBODY
        normal = unicodedata.normalize("NFKC", password)[:MAX_PASSWORD]
        try:
            right = await asyncio.to_thread(HASHER.verify, hashed, normal)
        except (VerificationError, InvalidHashError):
            return False
        return right and account is not None and account.state == "active"

    async def begin(self, name: str) -> str:
        """Start a session for a caseworker who was verified, and return its token (12 hours)."""
        account = await self._account(name)
        token = secrets.token_urlsafe(32)
        session = Session(name, secrets.token_urlsafe(24), account.generation if account else -1)
        await self._vault.put(_session(token), msgspec.json.encode(session), ttl_s=SESSION_TTL_S)
        return token

    async def session(self, token: str) -> Session | None:
        """Return the session of a token; None where it ended or the account was changed since."""
        kept = await self._vault.get(_session(token)) if token else None
        if kept is None:
            return None
        session = msgspec.json.decode(kept, type=Session)
        account = await self._account(session.name)
        if account is None or account.state != "active" or account.generation != session.generation:
            return None
        await self._note(session.name)
        return session

    async def _note(self, name: str) -> None:
        """Write down that somebody uses the console now."""
        now = time.monotonic()
        if now - self._noted.get(name, now - NOTE_S) >= NOTE_S:
            await self._vault.put(f"duty:{name}", b"1", ttl_s=DUTY_TTL_S)
            self._noted[name] = now

    async def on_duty(self) -> frozenset[str]:
        """Return who is active and used the console within ``DUTY_TTL_S``."""
        names = [one.name for one in await self.all() if one.state == "active"]
        return frozenset([name for name in names if await self._vault.get(f"duty:{name}") is not None])

    async def end(self, token: str) -> None:
        """End a session; its caseworker is off duty until another of their sessions is used."""
        kept = await self._vault.get(_session(token))
        if kept is not None:
            name = msgspec.json.decode(kept, type=Session).name
            self._noted.pop(name, None)
            await self._vault.delete(f"duty:{name}")
        await self._vault.delete(_session(token))

    async def disable(self, name: str) -> None:
        """Shut a caseworker out, at once and everywhere.

        Raises:
            NotAllowedError: There is no such caseworker.
        """
        await self._change(name.strip().lower(), state="disabled")

    async def all(self) -> list[Account]:
        """Return all caseworkers by name, their password hashes left out."""
        names: list[str] = msgspec.json.decode(await self._vault.get("names") or b"[]")
        found = [await self._account(name) for name in names]
        return [msgspec.structs.replace(one, password="") for one in found if one]

    async def _account(self, name: str) -> Account | None:
        kept = await self._vault.get(f"account:{name}")
        return msgspec.json.decode(kept, type=Account) if kept else None

    async def _read_link(self, token: str) -> Link | None:
        kept = await self._vault.get(_link(token))
        if kept is None:
            return None
        link = msgspec.json.decode(kept, type=Link)
        account = await self._account(link.name)
        fits = account is not None and account.state == "invited" and account.generation == link.generation
        return link if fits else None

    async def _change(
        self,
        name: str,
        *,
        state: Literal["invited", "active", "disabled"],
        password: str = "",
        create: bool = False,
    ) -> Account:
        for _ in range(TRIES):
            kept = await self._vault.get(f"account:{name}")
            if kept is None and not create:
                msg = "There is no such caseworker."
                raise NotAllowedError(msg)
            old = msgspec.json.decode(kept, type=Account) if kept else Account(name)
            new = Account(name, password, state, old.generation + 1)
            if await self._vault.swap(f"account:{name}", kept, msgspec.json.encode(new)):
                await self._list(name)
                return new
        msg = "The account was changed by somebody else at the same time."
        raise ConflictError(msg)

    async def _list(self, name: str) -> None:
        for _ in range(TRIES):
            kept = await self._vault.get("names")
            names = set(msgspec.json.decode(kept or b"[]", type=list[str]))
            if name in names:
                return
            if await self._vault.swap("names", kept, msgspec.json.encode(sorted(names | {name}))):
                return
        msg = "The list of caseworkers was changed by somebody else at the same time."
        raise ConflictError(msg)


def same(given: str, expected: str) -> bool:
    """Compare two tokens without telling by the time how much of them fits."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _checked(password: str, name: str) -> str:
    password = unicodedata.normalize("NFKC", password)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        msg = f"Choose a password of {MIN_PASSWORD} to {MAX_PASSWORD} characters. Several words are fine."
        raise NotAllowedError(msg)
    if (len(name) >= SHORT and name in password.lower()) or len(set(password)) < MIN_PASSWORD // 2:
        msg = "This password is too easy to guess. Leave your name out and use more different characters."
        raise NotAllowedError(msg)
    return password
