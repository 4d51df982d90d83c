"""What the contacts write and press: found by asking the real engine, so that it stays true when flows change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from bench.place import CLOCK
from bot.config import ROOT
from bot.core.events import MessageReceived
from bot.core.library import Library
from bot.ports.channels import Incoming
from bot.turns.direct import DirectConversation
from bot.understanding.reader import Reader

CHANNEL: Final = "telegram"
WELCOME: Final = 3
"""Presses that end the welcome: language, country, audience."""


async def presses(library: Library, reader: Reader, count: int) -> list[str]:
    """Return what a contact presses one after the other, from the first message on; the first button of each."""
    talk = DirectConversation(library, reader)
    await talk.start()
    found: list[str] = []
    while len(found) < count:
        conversation = talk.conversation
        assert conversation is not None
        found.append(conversation.offered[0].payload)
        await talk.press(talk.offered[0])
    return found


def texts() -> list[str]:
    """Return English messages that nobody trained on and that name no risk."""
    lines = (ROOT / "nlu" / "eval" / "en.dev.jsonl").read_text("utf-8").splitlines()
    return [item["text"] for item in map(json.loads, filter(None, lines)) if item["kind"] == "plain"]


class Contacts:
    """Makes events of numbered contacts, each with an id of its own."""

    def __init__(self, count: int) -> None:
        """Name so many contacts."""
        self.addresses = [str(1_000_000 + number) for number in range(count)]
        self._number = 0

    def event(self, address: str, *, text: str = "", button: str = "", start: str = "") -> Incoming:
        """Return what one contact sends."""
        self._number += 1
        made = MessageReceived(
            id=f"bench-{self._number}",
            at=CLOCK.now(),
            text=text,
            kind="button" if button else "text",
            button=button,
            start=start,
        )
        return Incoming(CHANNEL, address, made)

    def welcome(self, pressed: list[str]) -> Iterator[Incoming]:
        """Everybody opens the chat and answers the welcome: then they stand at the menu."""
        for address in self.addresses:
            yield self.event(address, start="bench")
        yield from self.pressing(pressed[:WELCOME])

    def pressing(self, payloads: list[str]) -> Iterator[Incoming]:
        """Everybody presses the same buttons, one after the other."""
        for payload in payloads:
            for address in self.addresses:
                yield self.event(address, button=payload)

    def writing(self, count: int) -> Iterator[Incoming]:
        """Everybody writes in turn, until there are so many messages."""
        lines = texts()
        for number in range(count):
            yield self.event(self.addresses[number % len(self.addresses)], text=lines[number % len(lines)])
