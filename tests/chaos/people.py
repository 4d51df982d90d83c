"""Contacts who write on WhatsApp while things break, and what each of them must have in the end."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress

import aiohttp

from bot.errors import StoreError
from bot.store.client import Client
from bot.store.records import Records
from tests.channels.doubles.twilio import TwilioDouble
from tests.e2e.installation import PUBLIC, Installation, eventually

HOOK = "/webhooks/whatsapp"
KEPT = 10
"""So many of the last texts stand in the state of a conversation."""


def person(number: int) -> str:
    return f"whatsapp:+3247{number:07d}"


class World:
    """Contacts, what they wrote and was accepted with 200, and the installation they wrote to."""

    def __init__(self, installation: Installation, double: TwilioDouble) -> None:
        self.installation = installation
        self.double = double
        self.accepted: dict[str, list[str]] = {}

    async def post(self, form: dict[str, str]) -> int:
        """Post a webhook; 0 where nothing answered."""
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            return await self.double.deliver(self.installation.gateway + HOOK, form, public=PUBLIC + HOOK)
        return 0

    async def write(self, who: str, text: str) -> None:
        """Write until the gateway takes it, as the service delivers again what was not acknowledged."""
        form = self.double.incoming(text, from_=who)
        await eventually(lambda: self._taken(form), timeout_s=30, what="the acceptance of a message")
        self.accepted.setdefault(who, []).append(text)

    async def _taken(self, form: dict[str, str]) -> bool:
        return await self.post(form) == 200

    async def load(self, people: int, each: int, pause_s: float = 0.05) -> None:
        """Let contacts write side by side, each one message after the other."""

        async def one(who: str) -> None:
            chance = random.Random(who)
            for number in range(each):
                await self.write(who, f"/menu {number}")
                await asyncio.sleep(pause_s * chance.uniform(0.5, 1.5))

        await asyncio.gather(*(one(person(number)) for number in range(people)))

    async def recent(self) -> dict[str, list[str]]:
        """Return the last texts that each conversation has taken, in order, from the state itself."""
        sealer = self.installation.sealer()
        records, client = Records(sealer), Client(self.installation.server.url)
        found: dict[str, list[str]] = {}
        try:
            for who in self.accepted:
                ref = sealer.ref("whatsapp", who)
                for partition in range(8):
                    with suppress(StoreError):
                        sealed = await client.do("HGET", f"{{p{partition}}}:c:{ref}", "conv")
                        if sealed:
                            found[who] = [kept.text for kept in records.open_conversation(ref, sealed).recent]
        finally:
            await client.close()
        return found

    def answers(self, piece: str = "What do you want to know about?") -> Counter[str]:
        return Counter(one.to for one in self.double.sent if piece in one.text)

    async def settled(self, timeout_s: float = 40) -> None:
        await eventually(self._spool_empty, timeout_s=timeout_s, what="the replay of the spool")
        await self.installation.drained(timeout_s)

    async def _spool_empty(self) -> bool:
        return await self.installation.metric("gateway", "ucare_spooled") == 0

    async def check(self, *, most_twice: int) -> int:
        """Check that every accepted message is one turn, in order, and was answered; return the number of repeats."""
        assert await self.recent() == {who: texts[-KEPT:] for who, texts in self.accepted.items()}
        answers = self.answers()
        short = {who: (answers[who], len(texts)) for who, texts in self.accepted.items() if answers[who] < len(texts)}
        assert not short, "an answer was lost"
        twice = sum(answers.values()) - sum(len(texts) for texts in self.accepted.values())
        assert twice <= most_twice, f"{twice} answers were sent twice"
        return twice
