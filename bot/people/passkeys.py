"""Passkeys (WebAuthn): a key pair whose private half stays with a device; asked beside a password or instead of it.

They belong to a host name, so there are none where the console is opened under a bare number (``127.0.0.1``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.errors import NotAllowedError
from bot.people import tokens
from bot.people.account import Account, Passkey
from bot.people.book import Book
from bot.ports.desk import Vault

TTL_S: Final = 300
MOST: Final = 10
MAX_CREDENTIAL: Final = 20_000
REFUSED: Final = "This passkey does not fit. Try again."
NAME: Final = "ucare"
VERIFIED: Final = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Place:
    """Where the console is opened: passkeys are bound to it."""

    host: str
    origin: str


class Challenge(msgspec.Struct, frozen=True):
    """What a passkey has to sign, once, within five minutes."""

    challenge: str
    name: str
    """Whose passkey it must be; empty: anybody's, at sign-in."""
    new: bool = False


class Passkeys:
    """Passkeys of people, over their accounts."""

    def __init__(self, vault: Vault, book: Book, now: Callable[[], int]) -> None:
        """Take where challenges are kept, the accounts and the clock (milliseconds)."""
        self._vault = vault
        self._book = book
        self._now = now

    async def offer(self, name: str, place: Place) -> tuple[str, str]:
        """Begin a new passkey for a person; return a token, and as JSON what the browser is asked for."""
        account = await self._book.get(name) or Account(name)
        made = generate_registration_options(
            rp_id=place.host,
            rp_name=NAME,
            user_name=name,
            user_id=handle(name),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(one.id)) for one in account.passkeys],
        )
        token = await self._keep(Challenge(bytes_to_base64url(made.challenge), name, new=True))
        return token, options_to_json(made)

    async def add(self, name: str, token: str, credential: str, called: str, place: Place) -> None:
        """Keep the passkey that a browser made.

        Raises:
            NotAllowedError: It does not fit, it took too long, or there are too many.
        """
        asked = await self._used_up(token)
        if not asked.new or asked.name != name:
            raise NotAllowedError(REFUSED)
        try:
            made = verify_registration_response(
                credential=credential[:MAX_CREDENTIAL],
                expected_challenge=base64url_to_bytes(asked.challenge),
                expected_rp_id=place.host,
                expected_origin=place.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise NotAllowedError(REFUSED) from None
        new = Passkey(
            id=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            count=made.sign_count,
            name=" ".join(called.split())[:40],
            added_at=self._now(),
        )

        def put(old: Account) -> Account:
            if len(old.passkeys) >= MOST:
                msg = "These are too many passkeys. Remove one first."
                raise NotAllowedError(msg)
            return msgspec.structs.replace(old, passkeys=(*old.passkeys, new))

        if await self._owner(new.id):
            raise NotAllowedError(REFUSED)
        await self._book.change(name, put)

    async def ask(self, name: str, place: Place) -> tuple[str, str]:
        """Ask for a passkey of a person, or where the name is empty for anybody's; return as ``offer`` does."""
        account = await self._book.get(name) if name else None
        allowed = (
            [PublicKeyCredentialDescriptor(base64url_to_bytes(one.id)) for one in account.passkeys] if account else []
        )
        made = generate_authentication_options(rp_id=place.host, allow_credentials=allowed, user_verification=VERIFIED)
        token = await self._keep(Challenge(bytes_to_base64url(made.challenge), name))
        return token, options_to_json(made)

    async def check(self, token: str, credential: str, place: Place, *, name: str = "") -> str:
        """Return whose passkey signed what was asked; empty where it does not fit.

        Args:
            token: As ``ask`` returned it; it is used up.
            credential: JSON from the browser.
            place: Where the console is opened.
            name: Whose it must be; empty: whoever it was asked of.
        """
        try:
            asked = await self._used_up(token)
            found = json.loads(credential[:MAX_CREDENTIAL])
            id_ = str(found["id"])
        except (NotAllowedError, ValueError, KeyError, TypeError):
            return ""
        account = await self._owner(id_)
        wrong = account is None or asked.new or account.state != "active" or asked.name != name
        if wrong or account is None or (name and account.name != name):
            return ""
        kept = next(one for one in account.passkeys if one.id == id_)
        try:
            done = verify_authentication_response(
                credential=found,
                expected_challenge=base64url_to_bytes(asked.challenge),
                expected_rp_id=place.host,
                expected_origin=place.origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=kept.count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return ""
        await self._book.change(account.name, lambda old: self._counted(old, id_, done.new_sign_count))
        return account.name

    async def remove(self, name: str, id: str) -> None:  # noqa: A002 - the field's name
        """Remove a passkey; the last second factor takes the codes on paper along."""

        def without(old: Account) -> Account:
            left = tuple(one for one in old.passkeys if one.id != id)
            codes = old.codes if left or old.totp else ()
            return msgspec.structs.replace(old, passkeys=left, codes=codes)

        await self._book.change(name, without)

    def _counted(self, old: Account, id: str, count: int) -> Account:  # noqa: A002
        used = [
            msgspec.structs.replace(one, count=count, used_at=self._now()) if one.id == id else one
            for one in old.passkeys
        ]
        return msgspec.structs.replace(old, passkeys=tuple(used))

    async def _owner(self, id: str) -> Account | None:  # noqa: A002
        everybody = await self._book.all()
        return next((one for one in everybody if any(each.id == id for each in one.passkeys)), None)

    async def _keep(self, challenge: Challenge) -> str:
        token = tokens.fresh()
        await self._vault.put("passkey:" + tokens.digest(token), msgspec.json.encode(challenge), ttl_s=TTL_S)
        return token

    async def _used_up(self, token: str) -> Challenge:
        key = "passkey:" + tokens.digest(token)
        kept = await self._vault.get(key)
        if kept is None or not await self._vault.delete(key):
            raise NotAllowedError(REFUSED)
        return msgspec.json.decode(kept, type=Challenge)


def handle(name: str) -> bytes:
    """Return what an authenticator knows a person by; not the name."""
    return hashlib.sha256(b"ucare passkey " + name.encode()).digest()
