"""Tokens of other systems: each has a name, a scope and a few things it may do. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final, Literal, get_args

import msgspec

from bot.core.people import Role, Viewer
from bot.errors import NotAllowedError
from bot.people.account import NAME
from bot.ports import changing
from bot.ports.audit import Audit
from bot.ports.desk import Vault

May = Literal["list", "read", "note", "resolve", "hooks"]
ALL: Final[tuple[May, ...]] = get_args(May)
PREFIX: Final = "uca_"
"""So that a token that leaked into a text is recognised by those who look for such."""
KEY: Final = "api:tokens"
TRIES: Final = 8
BUSY: Final = "The tokens were changed by somebody else at the same time. Try again."
DAY_S: Final = 86_400
CONTENT: Final[frozenset[May]] = frozenset({"read", "note", "resolve"})


class Token(msgspec.Struct, frozen=True):
    """What is kept of a token. Times are seconds since 1970, UTC."""

    name: str
    may: tuple[May, ...]
    countries: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    made_by: str = ""
    made_at: int = 0
    ends_at: int = 0
    digest: str = ""

    @property
    def viewer(self) -> Viewer:
        """Return who acts with this token, as the desk knows people."""
        role: Role = "caseworker" if CONTENT & set(self.may) else "coordinator"
        return Viewer(f"api:{self.name}", frozenset({role}), self.countries, self.teams, machine=True)


def _read(kept: bytes | None) -> tuple[Token, ...]:
    return msgspec.json.decode(kept or b"[]", type=tuple[Token, ...])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Tokens:
    """The tokens, over a vault."""

    def __init__(self, vault: Vault, audit: Audit) -> None:
        """Take where they are kept, and the audit."""
        self._vault = vault
        self._audit = audit

    async def make(
        self,
        name: str,
        may: tuple[May, ...],
        *,
        by: str,
        countries: tuple[str, ...] = (),
        teams: tuple[str, ...] = (),
        days: int = 365,
    ) -> str:
        """Make a token and return its secret, which is shown this once.

        Args:
            name: What it is called; a name that exists gets a new secret, and the old one is void.
            may: What it may do.
            by: Who makes it.
            countries: Whose cases it sees; empty: all.
            teams: Ids of the teams whose cases it sees; empty: all.
            days: For how many days it works, at most 730.

        Raises:
            NotAllowedError: Name, days or what it may do are wrong; says what is expected.
        """
        name = name.strip().lower()
        if not NAME.fullmatch(name):
            msg = "A name is 1 to 32 small letters, digits, dots, dashes or underscores; not a sign first."
            raise NotAllowedError(msg)
        if not may or set(may) - set(ALL):
            msg = f"Choose what the token may do: {', '.join(ALL)}."
            raise NotAllowedError(msg)
        if not 1 <= days <= 730:  # noqa: PLR2004 - two years; a token that nobody renews must end
            msg = "A token works for 1 to 730 days."
            raise NotAllowedError(msg)
        secret, now = PREFIX + secrets.token_urlsafe(32), int(time.time())
        kept = Token(name, may, countries, teams, by, now, now + days * DAY_S, _digest(secret))
        await self._change(lambda others: (*(one for one in others if one.name != name), kept))
        await self._audit.note(by, "token_made", name, " ".join(may))
        return secret

    async def revoke(self, name: str, *, by: str) -> None:
        """Make a token void, at once.

        Raises:
            NotAllowedError: There is none of that name.
        """
        if name not in {one.name for one in await self.all()}:
            msg = "There is no token of that name."
            raise NotAllowedError(msg)
        await self._change(lambda others: tuple(one for one in others if one.name != name))
        await self._audit.note(by, "token_revoked", name)

    async def all(self) -> tuple[Token, ...]:
        """Return all tokens, by name."""
        return _read(await self._vault.get(KEY))

    async def holds(self, token: Token) -> bool:
        """Tell whether a token is still the one of its name, and has not ended."""
        return time.time() < token.ends_at and any(one.digest == token.digest for one in await self.all())

    async def find(self, secret: str) -> Token | None:
        """Return the token of a secret; None where there is none, or it has ended."""
        if not secret.startswith(PREFIX):
            return None
        digest, now = _digest(secret), time.time()
        return next((one for one in await self.all() if one.digest == digest and now < one.ends_at), None)

    async def _change(self, change: Callable[[tuple[Token, ...]], tuple[Token, ...]]) -> None:
        def step(kept: bytes | None) -> bytes:
            return msgspec.json.encode(sorted(change(_read(kept)), key=lambda one: one.name))

        await changing.change(self._vault, KEY, step, tries=TRIES, busy=BUSY)
