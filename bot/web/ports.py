"""What the public app asks of the rooms below it; built in ``bootstrap``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from bot.core.events import MessageReceived
from bot.ports import Outgoing, RenderedButton

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

    async def since(self, address: str, last_id: str) -> Sequence[ChatMessage]:
        """Return the entries after an id, in order; all of them for an empty, unknown or malformed id."""

    async def wait(self, address: str, last_id: str, timeout_s: float) -> bool:
        """Return True as soon as there is something after the id, False after the time-out in seconds."""

    async def accept(self, address: str, event: MessageReceived) -> bool:
        """Make a message durable and show it in the mailbox; False when its id was seen before.

        Raises:
            UnavailableError: It could be kept nowhere; the page keeps it and tries again.
        """


class WebhookRequest(msgspec.Struct, frozen=True):
    """One call of a service, free of any web framework."""

    url: str
    """The public address that the service called, as its signature covers it, not the one behind a proxy."""
    headers: Mapping[str, str]
    """Header names in lower case."""
    body: bytes


class WebhookAnswer(msgspec.Struct, frozen=True):
    """What the service is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


Webhook = Callable[[WebhookRequest], Awaitable[WebhookAnswer]]
"""Handles one call. Raises SignatureError (answered 403), PayloadError (400) or UnavailableError (503)."""

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
"""Tells for each part (``store``, ``nlu`` …) whether it answers."""
