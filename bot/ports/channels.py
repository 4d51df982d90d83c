"""The services that carry messages, and the gateway they hand them to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from bot.core.events import Medium, MessageReceived

MAX_MEDIUM: Final = 10_000_000
"""Bytes of a picture or voice message that are fetched at most."""


class Incoming(msgspec.Struct, frozen=True):
    """One payload of a channel, normalised: who wrote, and what."""

    channel: str
    address: str
    """The channel's address of the contact (a chat id, ``whatsapp:+32…``, a web chat key). Never stored in clear."""
    event: MessageReceived
    message: str = ""
    """The channel's id of the contact's own message, so that ``hide`` can delete it where the service lets a bot."""


class RenderedButton(msgspec.Struct, frozen=True):
    """A button as it is shown; the label has at most 20 characters."""

    payload: str
    label: str


class Outgoing(msgspec.Struct, frozen=True):
    """One message ready to be sent, in the contact's language."""

    text: str
    buttons: tuple[RenderedButton, ...] = ()
    locale: str = "en"
    rtl: bool = False
    flow: str = ""
    step: str = ""
    urgent: bool = False
    last_at: int = 0
    """When the contact last wrote (ms), for windows such as WhatsApp's 24 hours."""
    who: Literal["bot", "caseworker"] = "bot"


class Sent(msgspec.Struct, frozen=True):
    """What the channel answered: its ids of the messages, for deletion and for status callbacks."""

    ids: tuple[str, ...] = ()
    note: str = ""
    """``invited`` when the window was closed and only the approved template went out: the message itself waits."""


class DeliveryStatus(msgspec.Struct, frozen=True):
    """What a service tells later of a message that it took."""

    channel: str
    address: str
    message: str
    """The service's id of the message (one of ``Sent.ids``)."""
    status: Literal["sent", "delivered", "read", "failed"]
    code: str = ""


class Channel(Protocol):
    """One messaging service. Every method raises ``SendError`` with ``retryable`` where the service refuses."""

    name: str
    rate: float
    """Messages a second over all contacts."""
    rate_per_contact: float
    """Messages a second to one contact."""

    async def start(self) -> None:
        """Open the client; begin to receive where the channel polls."""

    async def stop(self) -> None:
        """Close what ``start`` opened."""

    async def send(self, address: str, message: Outgoing) -> Sent:
        """Send one message, split where the service's length asks for it."""

    async def typing(self, address: str) -> None:
        """Show that an answer is coming, where the service can; failures are swallowed by the caller."""

    async def delete(self, address: str, ids: Sequence[str]) -> int:
        """Delete what the service lets a bot delete; return how many are gone."""


class MediaSource(Protocol):
    """Where what contacts sent beside text can be fetched; one for each channel that has such a thing."""

    async def fetch(self, medium: Medium) -> bytes:
        """Return a medium as it lies at the service, at most ``MAX_MEDIUM`` bytes; nothing is written to a disk.

        Raises:
            SendError: It is too large (``too_large``) or gone (``gone``), or the service refuses or cannot be reached;
                with ``retryable``.
        """

    async def looked_at(self, medium: Medium) -> None:
        """Note that a person looked at a medium clearly; where the settings want it, it is deleted at the service now.

        Raises:
            SendError: It cannot be deleted now.
        """


class Gateway(Protocol):
    """Where channels hand in what came; returns only when it is durable (inbox, else spool)."""

    async def accept(self, incoming: Incoming) -> bool:
        """Append to the inbox once; False when it was seen before. Falls back on the spool, and answers T0 itself.

        Raises:
            UnavailableError: It could be kept nowhere; the service has to deliver it again.
        """

    async def blocked(self, channel: str, address: str, *, id: str) -> None:  # noqa: A002 - the event's field
        """Note that the contact blocked us; ``id`` names the fact, so that a repeated delivery has no second effect."""

    async def delivered(self, status: DeliveryStatus) -> None:
        """Note the delivery status of something we sent; unknown messages change nothing."""
