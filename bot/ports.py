"""What the rooms ask of each other. Adapters are built in ``bootstrap`` and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bot.core.events import AnyEvent, MessageReceived
from bot.core.understood import Understood


class Incoming(msgspec.Struct, frozen=True):
    """One payload of a channel, normalised: who wrote, and what."""

    channel: str
    address: str
    """The channel's address of the contact (a chat id, ``whatsapp:+32…``, a web chat key). Never stored in clear."""
    event: MessageReceived
    reply_to: str = ""
    """What the channel needs to acknowledge it (a callback query's id); not stored."""


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
    invite: str = ""
    """A text that only invites the contact to write, for a channel whose window is closed."""


class Sent(msgspec.Struct, frozen=True):
    """What the channel answered: its ids of the messages, for deletion and for status callbacks."""

    ids: tuple[str, ...] = ()
    note: str = ""
    """``invited`` when the window was closed and only the approved template went out."""


class Channel(Protocol):
    """One messaging service. Every method raises ``SendError`` with ``retryable`` where the service refuses."""

    name: str
    rate: float
    """Messages a second over all contacts."""
    rate_per_contact: float
    """Messages a second to one contact."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def send(self, address: str, message: Outgoing) -> Sent:
        """Send one message, split where the service's length asks for it."""

    async def typing(self, address: str) -> None:
        """Show that an answer is coming, where the service can; failures are swallowed by the caller."""

    async def delete(self, address: str, ids: Sequence[str]) -> int:
        """Delete what the service lets a bot delete; return how many are gone."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""


class Sealer(Protocol):
    """Seals texts and addresses at rest, and names contacts by keyed hash."""

    def seal(self, clear: bytes, *, purpose: str) -> bytes: ...
    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the clear bytes. Raises SealError when no key at hand opens them."""

    def ref(self, channel: str, address: str) -> str:
        """Return the pseudonymous reference of a contact: a keyed hash with the index key, which stays."""


class Understanding(Protocol):
    """Turns free text into what it means."""

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood: ...


class Gateway(Protocol):
    """Where channels hand in what came; returns only when it is durable (inbox, else spool)."""

    async def accept(self, incoming: Incoming) -> bool:
        """Append to the inbox once; False when it was seen before. Falls back on the spool, and answers T0 itself."""


class EventSink(Protocol):
    """Where the console and the timers put events of a known contact."""

    async def put(self, ref: str, event: AnyEvent) -> None: ...
