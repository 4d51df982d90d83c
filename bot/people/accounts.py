"""People's accounts: invited by a link that works once, then a password and what else they prove themselves with.

The one object that others hold; what belongs to one subject is in the modules beside this one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

import msgspec

from bot.core.people import Viewer
from bot.errors import NotAllowedError
from bot.people import passwords, tokens
from bot.people.account import NAME, Account, Scope, State
from bot.people.book import Book
from bot.people.factors import Factors
from bot.people.joined import parted
from bot.people.noting import Notes, Nowhere
from bot.people.passkeys import Passkeys
from bot.people.pending import Pending
from bot.people.recovery import Recovery
from bot.people.rules import Rules
from bot.people.sessions import Session, Sessions
from bot.ports.desk import Vault

LINK_TTL_S: Final = 72 * 3600
DUTY_TTL_S: Final = 30 * 60
"""Who used the console within this time, in seconds, is on duty."""
NOTE_S: Final = 60.0
"""How often that somebody uses the console is written down, in seconds."""
BAD_NAME: Final = "A name is 1 to 32 small letters, digits, dots, dashes or underscores; not a sign first."

IN_ALREADY: Final = "This person has come in already. Two administrators together can let them start anew."


def wall() -> int:
    """Return the time of this machine, in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Link(msgspec.Struct, frozen=True):
    """An invitation that was not used yet."""

    name: str
    generation: int = 0


class Accounts:
    """The accounts, over a vault. Implements ``ports.staff.Staff``."""

    def __init__(
        self, vault: Vault, *, rules: Rules | None = None, audit: Notes | None = None, now: Callable[[], int] = wall
    ) -> None:
        """Take the vault that keeps them, how sign-in is set, the audit and the clock (milliseconds)."""
        self._vault = vault
        self.rules = rules or Rules()
        self.audit: Notes = audit or Nowhere()
        self.now = now
        self.book = Book(vault)
        self.sessions = Sessions(vault, self.book, self.rules, now)
        self.factors = Factors(vault, self.book, now)
        self.passkeys = Passkeys(vault, self.book, now)
        self.pending = Pending(vault, self.book)
        self.recovery = Recovery(vault, self.book, lambda: self.audit, lambda name, by: self.invite(name, by=by))
        self._noted: dict[str, float] = {}

    # Who there is

    async def viewer(self, name: str) -> Viewer | None:
        """Return a person who can sign in; None for others."""
        account = await self.book.get(name)
        return account.viewer if account and account.state == "active" else None

    async def viewers(self) -> list[Viewer]:
        """Return everybody who can sign in, by name."""
        return [one.viewer for one in await self.book.all() if one.state == "active"]

    async def all(self) -> list[Account]:
        """Return all accounts by name, secrets left out."""
        return [bare(one) for one in await self.book.all()]

    async def on_duty(self) -> frozenset[str]:
        """Return who is active, used the console within ``DUTY_TTL_S``, and has not said that they are off duty."""
        now = self.now()
        names = [one.name for one in await self.book.all() if one.state == "active" and one.off_until <= now]
        return frozenset([name for name in names if await self._vault.get(f"duty:{name}") is not None])

    async def switch_duty(self, name: str, *, off: bool) -> None:
        """Take somebody off duty, for as long as a session lasts, though they look at the console; or put them on."""
        until = self.now() + self.rules.absolute_ms if off else 0
        await self.book.change(name, lambda old: msgspec.structs.replace(old, off_until=until))
        await self.audit.note(name, "off_duty" if off else "on_duty", name)

    # Invitations and passwords

    async def invite(self, name: str, scope: Scope | None = None, *, by: str = "") -> str:
        """Create an account, or let a person start anew, and return the token of the link (72 hours).

        Password, second factors and sessions of before are void.

        Raises:
            NotAllowedError: The name is not 1 to 32 of a-z, 0-9, dot, dash and underscore.
            ConflictError: The account was changed by somebody else, again and again.
        """
        name = name.strip().lower()
        if not NAME.fullmatch(name):
            raise NotAllowedError(BAD_NAME)
        wanted = scope or Scope()
        await parted(self._vault, name)
        account = await self.book.change(name, lambda old: wanted.on(_anew(old, "invited")), create=True)
        token = tokens.fresh()
        kept = Link(name=name, generation=account.generation)
        await self._vault.put("link:" + tokens.digest(token), msgspec.json.encode(kept), ttl_s=LINK_TTL_S)
        await self.audit.note(by or "@command-line", "invited", name, " ".join(account.roles))
        return token

    async def invite_again(self, name: str, *, by: str) -> str:
        """Return a new link for somebody who has not come in yet; for others it takes two (``recovery``).

        Raises:
            NotAllowedError: There is no such person, or they have come in.
        """
        account = await self.book.get(name)
        if account is None or account.state != "invited":
            raise NotAllowedError(IN_ALREADY)
        return await self.invite(name, by=by)

    async def invited(self, token: str) -> str:
        """Return whose link this is; empty where it is used, too old or unknown."""
        kept = await self._read_link(token)
        return kept.name if kept else ""

    async def choose_password(self, token: str, password: str) -> str:
        """Use up a link, set the password and return the person's name.

        Raises:
            NotAllowedError: The link does not work (any more), or the password is too short, long or simple.
        """
        kept = await self._read_link(token)
        if kept is None:
            msg = "This link does not work any more. Ask for a new one."
            raise NotAllowedError(msg)
        hashed = await passwords.hashed(password, kept.name)
        if not await self._vault.delete("link:" + tokens.digest(token)):
            msg = "This link was used already. Ask for a new one."
            raise NotAllowedError(msg)
        await self.book.change(kept.name, lambda old: msgspec.structs.replace(_anew(old, "active"), password=hashed))
        await self.audit.note(kept.name, "joined", kept.name)
        return kept.name

    async def verify(self, name: str, password: str) -> bool:
        """Tell whether name and password are right and the account is active."""
        account = await self.book.get(name.strip().lower())
        right = await passwords.fits(password, account.password if account else "")
        return right and account is not None and account.state == "active"

    async def asks(self, name: str) -> frozenset[str]:
        """Return what somebody who knows the password is asked for as well: ``totp``, ``passkey``, both or nothing."""
        account = await self.book.get(name)
        kinds = {"totp": bool(account and account.totp), "passkey": bool(account and account.passkeys)}
        return frozenset(kind for kind, there in kinds.items() if there)

    async def change_password(self, name: str, old: str, new: str) -> None:
        """Set another password; all sessions end, and second factors stay.

        Raises:
            NotAllowedError: The old one is wrong, or the new one is too short or too easy to guess.
        """
        if not await self.verify(name, old):
            msg = "Your password is wrong."
            raise NotAllowedError(msg)
        hashed = await passwords.hashed(new, name)
        await self.book.change(
            name, lambda kept: msgspec.structs.replace(kept, password=hashed, generation=kept.generation + 1)
        )
        await self.audit.note(name, "password_changed", name)

    async def set_scope(self, name: str, scope: Scope, *, by: str) -> None:
        """Change what somebody may do and see.

        Raises:
            NotAllowedError: There is no such person, or nobody would be left who runs the accounts.
        """
        if scope.roles is not None and "administrator" not in scope.roles:
            await self._last(name)
        account = await self.book.change(name, scope.on)
        await self.audit.note(by, "scope_changed", name, " ".join((*account.roles, *account.countries, *account.teams)))

    async def _last(self, name: str) -> None:
        others = [one for one in await self.viewers() if "administrator" in one.roles and one.name != name]
        account = await self.book.get(name)
        if account and "administrator" in account.roles and account.state == "active" and not others:
            msg = "Nobody would be left who runs the accounts. Make somebody else an administrator first."
            raise NotAllowedError(msg)

    async def disable(self, name: str, *, by: str = "") -> None:
        """Shut a person out, at once and everywhere.

        Raises:
            NotAllowedError: There is no such person.
        """
        name = name.strip().lower()
        if by:
            await self._last(name)
        await parted(self._vault, name)
        await self.book.change(name, lambda old: _anew(old, "disabled"))
        await self.audit.note(by or "@command-line", "disabled", name)

    async def withdraw(self, name: str) -> None:
        """Take roles, sessions and every other way in from somebody to whom the organisation gives no role any more."""
        await parted(self._vault, name)
        await self.book.change(
            name, lambda old: msgspec.structs.replace(_anew(old, old.state), subject=old.subject, roles=())
        )
        await self.audit.note("@console", "withdrawn", name)

    async def _read_link(self, token: str) -> Link | None:
        kept = await self._vault.get("link:" + tokens.digest(token))
        if kept is None:
            return None
        link = msgspec.json.decode(kept, type=Link)
        account = await self.book.get(link.name)
        fits = account is not None and account.state == "invited" and account.generation == link.generation
        return link if fits else None

    # Sessions

    async def begin(self, name: str, *, how: str = "password", device: str = "") -> str:
        """Start a session for a person who was verified, and return its token; they are on duty by it."""
        account = await self.book.get(name)
        if account and account.off_until:
            await self.book.change(name, lambda old: msgspec.structs.replace(old, off_until=0))
        return await self.sessions.begin(name, how=how, device=device)

    async def session(self, token: str, *, used: bool = True) -> Session | None:
        """Return the session of a token; None where it ended or the account was changed since.

        Args:
            token: From the cookie.
            used: A person did something; False where a page only renewed itself.
        """
        session = await self.sessions.get(token, used=used)
        if session and used:
            await self._note(session.name)
        return session

    async def end(self, token: str) -> None:
        """End a session; its person is off duty until another of their sessions is used."""
        name = await self.sessions.end(token)
        if name:
            self._noted.pop(name, None)
            await self._vault.delete(f"duty:{name}")

    async def _note(self, name: str) -> None:
        """Write down that somebody uses the console now."""
        now = time.monotonic()
        if now - self._noted.get(name, -math.inf) >= NOTE_S:
            await self._vault.put(f"duty:{name}", b"1", ttl_s=DUTY_TTL_S)
            self._noted[name] = now


def bare(account: Account) -> Account:
    """Return an account without what is secret."""
    passkeys = tuple(msgspec.structs.replace(one, public_key=b"") for one in account.passkeys)
    return msgspec.structs.replace(account, password="", totp="*" if account.totp else "", passkeys=passkeys, codes=())


def _anew(old: Account, state: State) -> Account:
    """Return an account without its secrets; who is shut out stays known at the organisation's sign-in, and out."""
    return msgspec.structs.replace(
        old, state=state, password="", generation=old.generation + 1,
        totp="", totp_step=0, passkeys=(), codes=(), subject=old.subject if state == "disabled" else "",
    )  # fmt: skip
