"""What is kept of one person. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from bot.core.people import Role, Viewer

State = Literal["invited", "active", "disabled"]

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
FIRST_ROLES: Final[tuple[Role, ...]] = ("caseworker", "lead", "coordinator", "auditor", "administrator")
"""Of the first person on a machine, who is alone there."""


def listed(text: str) -> tuple[str, ...]:
    """Return what somebody wrote with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


class Passkey(msgspec.Struct, frozen=True):
    """A passkey: a key pair whose private half stays with a device or a password manager."""

    id: str
    """The credential's id, base64url."""
    public_key: bytes
    count: int = 0
    """The authenticator's own counter at its last use; 0 where it has none."""
    name: str = ""
    """What the person calls it."""
    added_at: int = 0
    used_at: int = 0


class Account(msgspec.Struct, frozen=True):
    """A person who may sign in, or was invited to."""

    name: str
    password: str = ""
    """Argon2id hash; empty until it was chosen."""
    state: State = "invited"
    generation: int = 0
    """Higher after each new password or disabling; links and sessions of an older one are void."""
    roles: tuple[Role, ...] = ("caseworker",)
    countries: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    locale: str = ""
    """The language of the console for this person; empty: as the browser asks."""
    totp: str = ""
    """The secret shared with an authenticator app, base32; empty: none."""
    totp_step: int = 0
    """The half minute whose code was used last."""
    passkeys: tuple[Passkey, ...] = ()
    codes: tuple[str, ...] = ()
    """Hashes of the recovery codes that were not used yet."""
    subject: str = ""
    """Issuer and subject at the organisation's own sign-in, once it was used."""
    granted: bool = False
    """The roles come from the organisation's own sign-in, and end with it."""

    off_until: int = 0
    """Until when they are off duty, as they said, though they look at the console; 0: they did not say so."""

    @property
    def has_factor(self) -> bool:
        """Tell whether something beside a password is asked for."""
        return bool(self.totp or self.passkeys)

    @property
    def viewer(self) -> Viewer:
        """Return the person as the rules see them."""
        return Viewer(self.name, frozenset(self.roles), self.countries, self.teams, self.languages)


class Scope(msgspec.Struct, frozen=True):
    """What an administrator gives a person. None: as it was, or for a new person what ``Account`` says."""

    roles: tuple[Role, ...] | None = None
    countries: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None

    def on(self, account: Account) -> Account:
        """Return the account with this scope."""
        given = {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name) is not None}
        return msgspec.structs.replace(account, **given)
