"""How things become bytes: MessagePack, sealed, each under a purpose of its own.

The purpose names the contact or the case as well, so that no sealed value can be put in another's place.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core import codec
from bot.core.conversation import Conversation
from bot.core.events import AnyEvent
from bot.ports.basics import Sealer
from bot.ports.mailbox import ChatMessage
from bot.ports.partitions import Deliver, Line
from bot.ports.programme import Record

_encode: Final = msgspec.msgpack.Encoder().encode
_deliver: Final = msgspec.msgpack.Decoder(Deliver)
_lines: Final = msgspec.msgpack.Decoder(tuple[Line, ...])
_record: Final = msgspec.msgpack.Decoder(Record)
_message: Final = msgspec.msgpack.Decoder(ChatMessage)
DIGITS: Final = 13
"""Milliseconds since 1970 before a sealed line, so that scripts see its age."""


class Records:
    """Seals and opens what the store keeps."""

    def __init__(self, sealer: Sealer) -> None:
        """Take the keys."""
        self.sealer = sealer

    def conversation(self, conversation: Conversation) -> bytes:
        """Return a sealed conversation."""
        return self.sealer.seal(codec.encode(conversation), purpose=f"conversation {conversation.ref}")

    def open_conversation(self, ref: str, sealed: bytes) -> Conversation:
        """Return the conversation."""
        return codec.decode_conversation(self.sealer.open(sealed, purpose=f"conversation {ref}"))

    def event(self, ref: str, event: AnyEvent) -> bytes:
        """Return a sealed event."""
        return self.sealer.seal(codec.encode(event), purpose=f"event {ref}")

    def open_event(self, ref: str, sealed: bytes) -> AnyEvent:
        """Return the event."""
        return codec.decode_event(self.sealer.open(sealed, purpose=f"event {ref}"))

    def address(self, ref: str, address: str) -> bytes:
        """Return a sealed address."""
        return self.sealer.seal(address.encode(), purpose=f"address {ref}")

    def open_address(self, ref: str, sealed: bytes) -> str:
        """Return the address, empty where nothing is kept."""
        return self.sealer.open(sealed, purpose=f"address {ref}").decode() if sealed else ""

    def deliver(self, ref: str, deliver: Deliver) -> bytes:
        """Return what is to be sent, sealed."""
        return self.sealer.seal(_encode(deliver), purpose=f"deliver {ref}")

    def open_deliver(self, ref: str, sealed: bytes) -> Deliver:
        """Return what is to be sent."""
        return _deliver.decode(self.sealer.open(sealed, purpose=f"deliver {ref}"))

    def lines(self, ref: str, lines: tuple[Line, ...]) -> bytes:
        """Return lines, sealed together, behind the time of the last (13 digits)."""
        at = max(line.at for line in lines)
        return f"{at:0{DIGITS}d}".encode() + self.sealer.seal(_encode(lines), purpose=f"lines {ref}")

    def open_lines(self, ref: str, kept: bytes) -> tuple[Line, ...]:
        """Return the lines."""
        return _lines.decode(self.sealer.open(kept[DIGITS:], purpose=f"lines {ref}"))

    def record(self, record: Record) -> bytes:
        """Return what a contact told for the programme, sealed."""
        return self.sealer.seal(_encode(record), purpose=f"record {record.kind} {record.ref}")

    def open_record(self, kind: str, ref: str, sealed: bytes) -> Record:
        """Return what a contact told."""
        return _record.decode(self.sealer.open(sealed, purpose=f"record {kind} {ref}"))

    def message(self, ref: str, message: ChatMessage) -> bytes:
        """Return an entry of a mailbox, sealed."""
        return self.sealer.seal(_encode(message), purpose=f"box {ref}")

    def open_message(self, ref: str, sealed: bytes) -> ChatMessage:
        """Return an entry of a mailbox; its id is that of the stream."""
        return _message.decode(self.sealer.open(sealed, purpose=f"box {ref}"))
