"""The mailbox that the chat page reads (``bot.ports.mailbox.WebChat``): one conversation, in memory, for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.core.events import MessageReceived
from bot.ports.channels import Outgoing
from bot.ports.mailbox import ChatMessage, Who
from bot.preview.talk import AHEAD, Said, Turn

Play = Callable[[MessageReceived], Awaitable[None]]


class Mailbox:
    """Shows turns. Turns that were played anew take the place of the old ones."""

    def __init__(self, play: Play) -> None:
        """Take what is done with a message of the page: it plays it, and calls ``show``."""
        self._play = play
        self._entries: list[ChatMessage] = []
        self._count = 0
        self._seen: set[str] = set()
        self._changed = asyncio.Condition()
        self.ids: list[list[str]] = []
        """For each turn the ids of its entries: the contact's, then ours."""

    def _id(self) -> str:
        self._count += 1
        return f"{self._count:08d}"

    async def show(self, turn: Turn, *, known: bool) -> list[tuple[str, Said]]:
        """Show a turn at the end, and return the ids of our entries with what they show.

        Args:
            turn: The turn.
            known: The page shows what the contact wrote already, and knows it by the event.
        """
        event = turn.event
        gone_to = f"→ {turn.event.button.removeprefix(AHEAD)}" if turn.entered else ""
        own = ChatMessage(
            id=self._id(), at=event.at, who="contact", text=event.text or gone_to, event=event.id if known else "",
            button=event.button,
        )  # fmt: skip
        ours = [(self._id(), one) for one in turn.said if one.outgoing]
        self.ids.append([own.id, *(name for name, _ in ours)])
        self._entries.append(own)
        self._entries += [entry(name, event.at, one.outgoing) for name, one in ours if one.outgoing]
        await self._tell()
        return ours

    async def forget(self, turns: int) -> None:
        """Take away all turns but the first so many."""
        gone = {name for one in self.ids[turns:] for name in one}
        if not gone:
            return
        del self.ids[turns:]
        self._entries = [one for one in self._entries if one.id not in gone]
        self._entries.append(ChatMessage(id=self._id(), at=0, who="bot", removed=tuple(sorted(gone))))
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def append(self, address: str, message: Outgoing, *, who: Who = "bot") -> str:  # noqa: ARG002 - one for all
        """Show a message that belongs to no turn."""
        made = entry(self._id(), 0, message)
        self._entries.append(made)
        await self._tell()
        return made.id

    async def remove(self, address: str, ids: Sequence[str]) -> int:  # noqa: ARG002 - one for all
        """Take entries away."""
        found = [one for one in self._entries if one.id in ids]
        self._entries = [one for one in self._entries if one.id not in ids]
        self._entries.append(ChatMessage(id=self._id(), at=0, who="bot", removed=tuple(ids)))
        await self._tell()
        return len(found)

    async def since(self, address: str, last_id: str) -> Sequence[ChatMessage]:  # noqa: ARG002 - one for all
        """Return the entries after an id."""
        return [one for one in self._entries if one.id > last_id]

    async def wait(self, address: str, last_id: str, timeout_s: float) -> bool:  # noqa: ARG002 - one for all
        """Wait for an entry after an id."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: bool(self._entries and self._entries[-1].id > last_id))
        except TimeoutError:
            return False
        return True

    async def accept(self, address: str, event: MessageReceived) -> bool:  # noqa: ARG002 - one for all
        """Play a message of the page; False when its id was seen before."""
        if event.id in self._seen:
            return False
        self._seen.add(event.id)
        await self._play(event)
        return True


def entry(name: str, at: int, message: Outgoing) -> ChatMessage:
    """Return a message as the page shows it."""
    return ChatMessage(
        id=name, at=at, who="caseworker" if message.who == "caseworker" else "bot", text=message.text,
        buttons=message.buttons, locale=message.locale, rtl=message.rtl,
    )  # fmt: skip
