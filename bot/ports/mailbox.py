"""The mailboxes of the web chat, between the page, its channel and the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from bot.core.events import MessageReceived
from bot.ports.channels import Outgoing, RenderedButton

Who = Literal["contact", "bot", "caseworker"]


class ChatMessage(msgspec.Struct, frozen=True):
    """One entry of a contact's mailbox, as the page shows it."""

    id: str
    """Grows within a mailbox; the page asks for all that came after the last it saw (``Last-Event-ID``)."""
    at: int
    who: Who
    text: str = ""
    buttons: tuple[RenderedButton, ...] = ()
    locale: str = ""
    rtl: bool = False
    event: str = ""
    """For what the contact wrote: the id of the event, by which the page knows its own message again."""
    button: str = ""
    """For a button that the contact pressed: its payload, whose label the page has shown before."""
    removed: tuple[str, ...] = ()
    """Ids of entries that are gone: the page takes them away (the entry itself shows nothing)."""


class WebChat(Protocol):
    """The mailboxes of the web chat. An address is the random key in the contact's session cookie."""

    async def append(self, address: str, message: Outgoing, *, who: Who = "bot") -> str:
        """Put what we say into a mailbox and return its id. The channel calls it, the page only reads."""

    async def remove(self, address: str, ids: Sequence[str]) -> int:
        """Take entries out of a mailbox, and tell the page (``removed``); return how many were there."""

    async def since(self, address: str, last_id: str) -> Sequence[ChatMessage]:
        """Return the entries after an id, in order; all of them for an empty, unknown or malformed id."""

    async def wait(self, address: str, last_id: str, timeout_s: float) -> bool:
        """Return True as soon as there is something after the id, False after the time-out in seconds."""

    async def accept(self, address: str, event: MessageReceived) -> bool:
        """Make a message durable and show it in the mailbox; False when its id was seen before.

        Raises:
            UnavailableError: It could be kept nowhere; the page keeps it and tries again.
        """
