"""Which case has which topic, and how far it was brought there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

import msgspec

from bot.ports.desk import Vault

LEASE_MS: Final = 30_000


class Topic(msgspec.Struct, frozen=True):
    """The topic of one case."""

    case: str
    chat: int
    thread: int
    head: int = 0
    """Our first message there, which says how things are."""
    posted: int = 0
    """How many entries of the conversation were brought."""
    revision: int = 0
    """The revision of the case that the head shows."""
    closed: bool = False


class Topics:
    """The topics, over a vault."""

    def __init__(self, vault: Vault, now: Callable[[], int]) -> None:
        """Take where they are kept, and the clock (milliseconds)."""
        self._vault = vault
        self._now = now
        self._token = secrets.token_hex(8)

    async def of_case(self, case: str) -> Topic | None:
        """Return the topic of a case."""
        kept = await self._vault.get(f"group:case:{case}")
        return msgspec.json.decode(kept, type=Topic) if kept else None

    async def of_thread(self, chat: int, thread: int) -> Topic | None:
        """Return the topic that stands at a place."""
        case = await self._vault.get(f"group:thread:{chat}:{thread}")
        return await self.of_case(case.decode()) if case else None

    async def keep(self, topic: Topic) -> None:
        """Keep a topic."""
        await self._vault.put(f"group:case:{topic.case}", msgspec.json.encode(topic))
        await self._vault.put(f"group:thread:{topic.chat}:{topic.thread}", topic.case.encode())

    async def forget(self, topic: Topic) -> None:
        """Forget a topic that was deleted."""
        await self._vault.delete(f"group:thread:{topic.chat}:{topic.thread}")
        await self._vault.delete(f"group:case:{topic.case}")

    async def lead(self) -> bool:
        """Tell whether this process is the one that keeps the topics true; of several, one is at a time."""
        kept = await self._vault.get("group:lease")
        token, until = msgspec.json.decode(kept, type=tuple[str, int]) if kept else ("", 0)
        now = self._now()
        if token != self._token and until > now:
            return False
        return await self._vault.swap("group:lease", kept, msgspec.json.encode((self._token, now + LEASE_MS)))
