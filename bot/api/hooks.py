"""Webhooks out: other systems are told that a case changed, signed, without content.

They are told the state of things and not each step to it: for each receiver it is kept which revision of each case
it knows, and whatever is newer is sent, again and again until it answers 2xx. So nothing is lost when we, or they,
are away, and what comes twice is known by its revision.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from bot.api.tokens import Token
from bot.core.escalation import Escalation
from bot.desk import policy
from bot.errors import NotAllowedError, UcareError
from bot.ports import changing
from bot.ports.basics import Clock
from bot.ports.desk import Escalations, Vault
from bot.sealing.signing import HEADER, fresh_secret, signature

log = structlog.get_logger("ucare.hooks")

KEY: Final = "api:hooks"
TRIES: Final = 8
BUSY: Final = "The webhooks were changed by somebody else at the same time. Try again."
MAX_HOOKS: Final = 20
TIMEOUT_S: Final = 10.0
EVERY_S: Final = 30.0
"""How often it is looked for changes that no wake told of, in seconds."""
PAUSES_S: Final = (5.0, 30.0, 120.0, 600.0)
"""How long a receiver that fails is left alone, in seconds, longer each time."""


class Hook(msgspec.Struct, frozen=True):
    """One receiver. Its secret is sealed with everything else in the vault."""

    id: str
    url: str
    secret: str
    token: Token
    """Whose scope decides what it is told of."""


class Told(msgspec.Struct):
    """What a receiver knows."""

    revisions: dict[str, int] = {}
    failed_at: int = 0
    failures: int = 0


def message(case: Escalation) -> bytes:
    """Return what is sent of a case: no text, no pseudonym, nothing of the contact but country and language."""
    return msgspec.json.encode({
        "type": "case.changed", "id": case.id, "revision": case.revision, "state": case.state, "level": case.level,
        "topic": case.topic, "country": case.country, "language": case.locale, "team": case.team,
        "assignee": case.assignee, "outcome": case.outcome, "opened_at": case.opened_at, "due_at": case.due_at,
    })  # fmt: skip


async def public(url: str) -> bool:
    """Tell whether an address leads out of our own network: a receiver must not be a way to our own servers."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        return False
    return all(ipaddress.ip_address(str(one[4][0])).is_global for one in found)


def _read(kept: bytes | None) -> tuple[Hook, ...]:
    return msgspec.json.decode(kept or b"[]", type=tuple[Hook, ...])


class Hooks:
    """The receivers, over a vault."""

    def __init__(self, vault: Vault, *, allowed: Callable[[str], Awaitable[bool]] = public) -> None:
        """Take where they are kept, and what tells whether an address may be called now: names can be moved later."""
        self._vault = vault
        self.allowed = allowed

    async def all(self) -> tuple[Hook, ...]:
        """Return all receivers."""
        return _read(await self._vault.get(KEY))

    async def add(self, url: str, token: Token) -> Hook:
        """Add a receiver.

        Raises:
            NotAllowedError: The address is not a public https one, or there are too many.
        """
        if not await self.allowed(url):
            msg = "The address must be a public https one that can be found."
            raise NotAllowedError(msg)
        hook = Hook(secrets.token_hex(8), url, fresh_secret(), token)

        def added(before: tuple[Hook, ...]) -> tuple[Hook, ...]:
            if len(before) >= MAX_HOOKS:
                msg = f"There are {MAX_HOOKS} webhooks already. Remove one first."
                raise NotAllowedError(msg)
            return (*before, hook)

        await self._change(added)
        return hook

    async def remove(self, id: str, token: Token) -> bool:  # noqa: A002 - the field's name
        """Remove a receiver of a token; tell whether there was one."""
        found = [one for one in await self.all() if one.id == id and one.token.name == token.name]
        if found:
            await self._change(lambda before: tuple(one for one in before if one.id != id))
            await self._vault.delete(f"api:told:{id}")
        return bool(found)

    async def told(self, hook: Hook) -> Told:
        """Return what a receiver knows."""
        kept = await self._vault.get(f"api:told:{hook.id}")
        return msgspec.json.decode(kept, type=Told) if kept else Told()

    async def keep(self, hook: Hook, told: Told) -> None:
        """Keep what a receiver knows."""
        await self._vault.put(f"api:told:{hook.id}", msgspec.json.encode(told))

    async def _change(self, change: Callable[[tuple[Hook, ...]], tuple[Hook, ...]]) -> None:
        def step(kept: bytes | None) -> bytes:
            return msgspec.json.encode(change(_read(kept)))

        await changing.change(self._vault, KEY, step, tries=TRIES, busy=BUSY)


class Dispatcher:
    """Tells the receivers. Of several that run, each tells; a receiver knows a repetition by its revision."""

    def __init__(
        self,
        hooks: Hooks,
        escalations: Escalations,
        valid: Callable[[Token], Awaitable[bool]],
        clock: Clock,
        *,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        """Take the receivers, the cases, what tells whether a token still holds, and the clock."""
        self._hooks = hooks
        self._escalations = escalations
        self._valid = valid
        self._clock = clock
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)

    async def run(self) -> None:
        """Tell of changes, until cancelled."""
        while True:
            try:
                await self.once()
                async with asyncio.timeout(EVERY_S):
                    await anext(self._escalations.changes())
            except TimeoutError:
                continue
            except UcareError as error:
                log.warning("hooks_wait", error=type(error).__name__)
                await asyncio.sleep(1)

    async def once(self) -> int:
        """Tell every receiver what it does not know yet; return how many messages were taken."""
        hooks = await self._hooks.all()
        if not hooks:
            return 0
        cases = await self._escalations.all()
        return sum(await asyncio.gather(*(self._tell(hook, cases) for hook in hooks)))

    async def _tell(self, hook: Hook, cases: Sequence[Escalation]) -> int:
        told, now = await self._hooks.told(hook), self._clock.now()
        pause = PAUSES_S[min(told.failures, len(PAUSES_S)) - 1] if told.failures else 0.0
        if told.failed_at and now - told.failed_at < pause * 1000:
            return 0
        if not await self._valid(hook.token):
            return 0
        seen = {one.id: one for one in cases if policy.lists(hook.token.viewer, one)}
        known = {id_: revision for id_, revision in told.revisions.items() if id_ in seen}
        taken = 0
        for case in sorted(seen.values(), key=lambda one: (one.opened_at, one.id)):
            if case.revision <= known.get(case.id, 0):
                continue
            if not await self._send(hook, message(case), now):
                told.failures, told.failed_at = told.failures + 1, now
                break
            known[case.id] = case.revision
            told.failures = told.failed_at = 0
            taken += 1
        if taken or known != told.revisions or told.failed_at:
            told.revisions = known
            await self._hooks.keep(hook, told)
        return taken

    async def _send(self, hook: Hook, body: bytes, now: int) -> bool:
        if not await self._hooks.allowed(hook.url):
            return False
        name = hashlib.blake2b(body, digest_size=8).hexdigest()
        headers = {
            "content-type": "application/json",
            "ucare-delivery": name,
            HEADER: signature(hook.secret, body, now // 1000),
        }
        try:
            answer = await self._client.post(hook.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("hook_failed", hook=hook.id, error=type(error).__name__)
            return False
        if not answer.is_success:
            log.warning("hook_refused", hook=hook.id, status=answer.status_code)
        return answer.is_success
