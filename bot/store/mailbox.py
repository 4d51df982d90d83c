"""The mailboxes of the web chat."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from bot.core.events import MessageReceived
from bot.errors import SealError
from bot.ports.basics import Clock
from bot.ports.channels import Outgoing
from bot.ports.mailbox import ChatMessage, Who
from bot.store.client import Client, Word
from bot.store.inbox import RedisInbox
from bot.store.keys import WAKE_BOX, key, partition_of
from bot.store.records import Records
from bot.store.retention import Retention
from bot.store.wakes import Wakes

ID: Final = re.compile(r"\d{1,15}-\d{1,10}", re.ASCII)
PAGE: Final = 500
LOOK_S: Final = 5.0
"""A waiting page looks at least this often, should a wake-up be lost."""


class RedisWebChat:
    """Implements ``ports.mailbox.WebChat``, and ``remove`` for the channel."""

    def __init__(
        self, client: Client, records: Records, clock: Clock, wakes: Wakes, inbox: RedisInbox, keep: Retention
    ) -> None:
        """Take what a mailbox stands on."""
        self._client = client
        self._records = records
        self._clock = clock
        self._wakes = wakes
        self._inbox = inbox
        self._keep = keep
        self.count = 1
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    def _place(self, address: str) -> tuple[str, int]:
        ref = self._records.sealer.ref("webchat", address)
        return ref, partition_of(ref, self.count)

    async def start(self) -> None:
        """Begin to hear what comes into the mailboxes."""
        self._task = asyncio.create_task(self._listen(), name="store mailboxes")

    async def stop(self) -> None:
        """End it."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _listen(self) -> None:
        listener = self._wakes.listen(WAKE_BOX)
        try:
            while True:
                ref = await listener.get()
                for events in list(self._waiting.values()) if ref is None else [self._waiting.get(ref, set())]:
                    for event in events:
                        event.set()
        finally:
            self._wakes.leave(WAKE_BOX, listener)

    async def _put(self, address: str, message: ChatMessage, remove: Sequence[str] = ()) -> tuple[str, int]:
        ref, number = self._place(address)
        keys = [key(number, "box", ref), key(number, "purge"), key(number, "c", ref)]
        args: list[Word] = [ref, self._records.message(ref, message), self._clock.now() + self._keep.turns, *remove]
        id_, gone = await self._client.script("box", keys, args, durable=True)
        return id_.decode(), int(gone)

    async def append(self, address: str, message: Outgoing, *, who: Who = "bot") -> str:
        """Put what we say into a mailbox and return its id."""
        entry = ChatMessage(
            id="", at=self._clock.now(), who=who, text=message.text, buttons=message.buttons,
            locale=message.locale, rtl=message.rtl,
        )  # fmt: skip
        return (await self._put(address, entry))[0]

    async def remove(self, address: str, ids: Sequence[str]) -> int:
        """Take entries out of a mailbox, and tell the page to take them away; return how many were there."""
        known = [each for each in ids if ID.fullmatch(each)]
        if not known:
            return 0
        entry = ChatMessage(id="", at=self._clock.now(), who="bot", removed=tuple(known))
        return (await self._put(address, entry, known))[1]

    async def since(self, address: str, last_id: str) -> Sequence[ChatMessage]:
        """Return the entries after an id, in order; all of them for an empty, unknown or malformed id."""
        ref, number = self._place(address)
        start = f"({last_id}" if ID.fullmatch(last_id) else "-"
        found: list[ChatMessage] = []
        while True:
            got = await self._client.do("XRANGE", key(number, "box", ref), start, "+", "COUNT", PAGE)
            for id_, fields in got:
                sealed = fields[b"m"] if isinstance(fields, dict) else fields[1]
                with contextlib.suppress(SealError):  # one damaged entry must not hide the others
                    message = self._records.open_message(ref, sealed)
                    found.append(msgspec.structs.replace(message, id=id_.decode()))
            if len(got) < PAGE:
                return found
            start = f"({got[-1][0].decode()}"

    async def wait(self, address: str, last_id: str, timeout_s: float) -> bool:
        """Return True as soon as there is something after the id, False after the time-out in seconds."""
        ref, number = self._place(address)
        start = f"({last_id}" if ID.fullmatch(last_id) else "-"
        end, event = time.monotonic() + timeout_s, asyncio.Event()
        self._waiting.setdefault(ref, set()).add(event)
        try:
            while True:
                event.clear()
                if await self._client.do("XRANGE", key(number, "box", ref), start, "+", "COUNT", 1):
                    return True
                left = end - time.monotonic()
                if left <= 0:
                    return False
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), min(left, LOOK_S))
        finally:
            waiting = self._waiting[ref]
            waiting.discard(event)
            if not waiting:
                del self._waiting[ref]

    async def accept(self, address: str, event: MessageReceived) -> bool:
        """Make a message durable and show it in the mailbox; False when its id was seen before.

        Raises:
            UnavailableError: It could be kept nowhere; the page keeps it and tries again.
        """
        shown = ChatMessage(
            id="", at=event.at, who="contact", text=event.text, event=event.id, button=event.button
        )  # fmt: skip
        return await self._inbox.show(address, event, shown)
