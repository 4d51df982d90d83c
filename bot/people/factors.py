"""The second factor: codes of an authenticator app (RFC 6238), each good once, and codes on paper beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import pyotp

from bot.errors import NotAllowedError
from bot.people import paper
from bot.people.account import Account
from bot.people.book import Book
from bot.people.tokens import same
from bot.ports.desk import Vault

STEP_S: Final = 30
NEW_TTL_S: Final = 600
WRONG: Final = "This code does not fit. Wait for the next one and try again."
ISSUER: Final = "ucare"


def step_of(secret: str, code: str, now_ms: int) -> int:
    """Return the half minute whose code this is, one before and one after counted in; 0 where it is none of them."""
    typed = "".join(code.split())
    totp, here = pyotp.TOTP(secret), now_ms // 1000 // STEP_S
    return next((step for step in (here - 1, here, here + 1) if same(typed, totp.at(step * STEP_S))), 0)


class Factors:
    """Second factors of people, over their accounts."""

    def __init__(self, vault: Vault, book: Book, now: Callable[[], int]) -> None:
        """Take where they are kept, and the clock (milliseconds)."""
        self._vault = vault
        self._book = book
        self._now = now

    async def begin(self, name: str) -> str:
        """Return a new secret for an authenticator app; it counts once a code of it was shown, within ten minutes."""
        secret = pyotp.random_base32()
        await self._vault.put(f"totp:{name}", secret.encode(), ttl_s=NEW_TTL_S)
        return secret

    async def begun(self, name: str) -> str:
        """Return the secret that waits for its first code; empty where none does."""
        kept = await self._vault.get(f"totp:{name}")
        return kept.decode() if kept else ""

    async def confirm(self, name: str, code: str) -> list[str]:
        """Take a secret into use and return ten codes to be kept on paper; older ones are void.

        Raises:
            NotAllowedError: The code does not fit, or it took too long.
        """
        secret = await self.begun(name)
        step = step_of(secret, code, self._now()) if secret else 0
        if not step:
            raise NotAllowedError(WRONG)
        codes, kept = await paper.fresh()
        await self._book.change(name, lambda old: msgspec.structs.replace(old, totp=secret, totp_step=step, codes=kept))
        await self._vault.delete(f"totp:{name}")
        return codes

    async def paper(self, name: str) -> list[str]:
        """Return ten new codes to be kept on paper; older ones are void."""
        codes, kept = await paper.fresh()
        await self._book.change(name, lambda old: msgspec.structs.replace(old, codes=kept))
        return codes

    async def check(self, name: str, code: str) -> str:
        """Use up a code; return ``totp`` or ``code``, or an empty text where it does not fit or was used."""
        account = await self._book.get(name)
        typed = await paper.of(code, account.codes) if account else ""
        used = ""

        def step(old: Account) -> Account:
            nonlocal used
            used = ""
            at = step_of(old.totp, code, self._now()) if old.totp else 0
            if at > old.totp_step:
                used = "totp"
                return msgspec.structs.replace(old, totp_step=at)
            if typed and any(same(typed, one) for one in old.codes):
                used = "code"
                return msgspec.structs.replace(old, codes=tuple(one for one in old.codes if one != typed))
            raise NotAllowedError(WRONG)

        try:
            await self._book.change(name, step)
        except NotAllowedError:
            return ""
        return used

    async def remove(self, name: str) -> None:
        """Take the app off; the last second factor takes the codes on paper along."""

        def without(old: Account) -> Account:
            return msgspec.structs.replace(old, totp="", totp_step=0, codes=old.codes if old.passkeys else ())

        await self._book.change(name, without)


def address(name: str, secret: str) -> str:
    """Return what an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
