"""Signing in with the organisation's own accounts: who comes back from there, and whether they may come in.

An account is joined by its invitation, or by who is signed in to it: a name there proves nothing here, because people
may change it. Or the organisation gives a role (``OIDC_ROLES_CLAIM``), and a new account is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bot.core.people import ROLES, Role
from bot.errors import NotAllowedError
from bot.people import tokens
from bot.people.account import NAME, Account
from bot.people.accounts import Accounts
from bot.people.provider import REFUSED, Provider
from bot.ports.desk import Vault

TTL_S: Final = 600
LANDED_TTL_S: Final = 60
STRANGER: Final = "You have no account here. Ask an administrator to invite you."
OTHER: Final = "This name belongs to an account here. Open your invitation, or join the two on your account's page."
TAKEN: Final = "This account, or yours at the organisation, is joined with another one already."


class Away(msgspec.Struct, frozen=True):
    """Somebody who was sent to the organisation's sign-in."""

    nonce: str
    verifier: str
    back: str
    after: str = ""
    proof_of: str = ""
    """Who has to prove anew that it is they; empty: a sign-in."""
    joins: str = ""
    """Whose account is to be joined: they opened its invitation, or are signed in; empty: nobody's."""
    generation: int = 0
    """Of that account, when it was asked for."""
    landed: str = ""
    """Who came back; empty: nobody yet."""


class Organisation:
    """The organisation's own sign-in."""

    def __init__(self, vault: Vault, accounts: Accounts, provider: Provider) -> None:
        """Take where it is kept who is away, the accounts and the provider."""
        self._vault = vault
        self._accounts = accounts
        self._provider = provider

    async def begin(self, back: str, after: str, *, proof_of: str = "", joins: str = "") -> tuple[str, str]:
        """Return a state for a cookie, and where the browser goes.

        Args:
            back: Our own address, to which the browser comes back.
            after: Where it goes then.
            proof_of: Who has to prove anew that it is they.
            joins: Whose account is to be joined; the caller has seen that it is they.

        Raises:
            NotAllowedError: The provider cannot be reached.
        """
        state = tokens.fresh()
        account = await self._accounts.book.get(joins) if joins else None
        generation = account.generation if account else -1
        away = Away(tokens.fresh(), secrets.token_urlsafe(48), back, after, proof_of, joins, generation)
        again = bool(proof_of or joins)
        address = await self._provider.address(back, state, away.nonce, away.verifier, again=again)
        await self._keep(state, away, TTL_S)
        return state, address

    async def land(self, state: str, answer: Mapping[str, str]) -> None:
        """Take what the browser brings back; ``landed`` tells then who it is.

        Raises:
            NotAllowedError: It does not hold, or this person may not come in.
        """
        away = await self._taken(state)
        issuer = answer.get("iss", "")
        if away is None or away.landed or not tokens.same(answer.get("state", ""), state):
            raise NotAllowedError(REFUSED)
        if not answer.get("code") or (issuer and issuer != self._provider.client.issuer):
            raise NotAllowedError(REFUSED)
        again = bool(away.proof_of or away.joins)
        claims = await self._provider.claims(answer["code"], away.back, away.nonce, away.verifier, again=again)
        name = await self._known(claims, away)
        if away.proof_of and name != away.proof_of:
            raise NotAllowedError(REFUSED)
        await self._keep(state, msgspec.structs.replace(away, landed=name), LANDED_TTL_S)

    async def landed(self, state: str) -> Away | None:
        """Return who came back with this state, once."""
        away = await self._taken(state)
        return away if away and away.landed else None

    async def _keep(self, state: str, away: Away, ttl_s: int) -> None:
        await self._vault.put("oidc:" + tokens.digest(state), msgspec.json.encode(away), ttl_s=ttl_s)

    async def _taken(self, state: str) -> Away | None:
        key = "oidc:" + tokens.digest(state)
        kept = await self._vault.get(key) if state else None
        return msgspec.json.decode(kept, type=Away) if kept and await self._vault.delete(key) else None

    async def _known(self, claims: Mapping[str, Any], away: Away) -> str:
        """Return the name of the account of somebody, which they join or get by this."""
        client = self._provider.client
        subject = f"{client.issuer} {claims['sub']}"
        given = claims.get(client.roles_claim, []) if client.roles_claim else []
        listed = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
        roles = tuple(role for role in ROLES if role in listed)
        everybody = await self._accounts.book.all()
        bound = next((one for one in everybody if one.subject == subject), None)
        if away.joins:
            return await self._joined(away, bound, subject, roles)
        if bound is None:
            return await self._new(str(claims.get(client.name_claim, "")).strip().lower(), subject, roles)
        if bound.granted and not roles:
            await self._accounts.withdraw(bound.name)
        if bound.state != "active" or (bound.granted and not roles):
            raise NotAllowedError(STRANGER)
        if roles and roles != bound.roles:
            await self._keep_subject(bound.name, subject, roles, bound.generation)
        return bound.name

    async def _joined(self, away: Away, bound: Account | None, subject: str, roles: tuple[Role, ...]) -> str:
        if bound is not None and bound.name != away.joins:
            raise NotAllowedError(TAKEN)
        await self._keep_subject(away.joins, subject, roles, away.generation)
        return away.joins

    async def _new(self, name: str, subject: str, roles: tuple[Role, ...]) -> str:
        if await self._accounts.book.get(name):
            raise NotAllowedError(OTHER)
        if not NAME.fullmatch(name) or not roles:
            raise NotAllowedError(STRANGER)
        await self._keep_subject(name, subject, roles, 0, create=True)
        return name

    async def _keep_subject(
        self, name: str, subject: str, roles: tuple[Role, ...], generation: int, *, create: bool = False
    ) -> None:
        """Bind an account to a subject, if the account is still as it was then."""

        def joined(old: Account) -> Account:
            if old.subject not in {"", subject} or old.state == "disabled" or old.generation != generation:
                raise NotAllowedError(TAKEN)
            given = {"roles": roles, "granted": True} if roles else {}
            fresh = {"state": "active", "generation": old.generation + 1} if old.state != "active" else {}
            return msgspec.structs.replace(old, subject=subject, **fresh, **given)

        account = await self._accounts.book.change(name, joined, create=create)
        await self._accounts.audit.note(name, "joined", name, "oidc " + " ".join(account.roles))
