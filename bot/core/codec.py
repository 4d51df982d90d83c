"""Conversations and events as bytes, and the upgrade of what an older version stored.

The stored state carries its version. An upgrade turns the plain form of one version into that of the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from bot.core.conversation import VERSION, Conversation
from bot.core.escalation import Escalation
from bot.core.events import AnyEvent
from bot.errors import StoreError

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Final[dict[int, Upgrade]] = {}
"""Version → what turns its plain form into the next version's. Empty until version 2."""


class Versioned(msgspec.Struct):
    """The one field that every version has."""

    version: int


_encode: Final = msgspec.msgpack.Encoder().encode
_conversation: Final = msgspec.msgpack.Decoder(Conversation)
_event: Final = msgspec.msgpack.Decoder(AnyEvent)
_escalation: Final = msgspec.json.Decoder(Escalation)
_version: Final = msgspec.msgpack.Decoder(Versioned)


def encode(value: Conversation | AnyEvent) -> bytes:
    """Return a conversation or an event as bytes (MessagePack)."""
    return _encode(value)


def decode_conversation(data: bytes) -> Conversation:
    """Return a stored conversation, upgraded where an older version wrote it.

    Raises:
        StoreError: It was written by a newer version of ucare, or it is damaged.
    """
    try:
        version = _version.decode(data).version
        if version == VERSION:
            return _conversation.decode(data)
        if version > VERSION:
            msg = f"A conversation was stored by a newer version ({version}) of ucare. Start that version."
            raise StoreError(msg)
        return msgspec.convert(upgrade(msgspec.msgpack.decode(data)), Conversation)
    except msgspec.MsgspecError as error:
        msg = f"A stored conversation cannot be read: {type(error).__name__}."
        raise StoreError(msg) from None


def upgrade(plain: dict[str, Any], upgrades: dict[int, Upgrade] | None = None, to: int = VERSION) -> dict[str, Any]:
    """Return the plain form of an old conversation as the version ``to`` would write it.

    Raises:
        StoreError: There is no way from that version to this one.
    """
    table = UPGRADES if upgrades is None else upgrades
    while (version := int(plain.get("version", 0))) < to:
        if version not in table:
            msg = f"There is no upgrade for conversations of version {version}."
            raise StoreError(msg)
        plain = {**table[version](plain), "version": version + 1}
    return plain


def decode_event(data: bytes) -> AnyEvent:
    """Return a stored event.

    Raises:
        StoreError: It is damaged.
    """
    try:
        event: AnyEvent = _event.decode(data)
    except msgspec.MsgspecError as error:
        msg = f"A stored event cannot be read: {type(error).__name__}."
        raise StoreError(msg) from None
    return event


def encode_escalation(escalation: Escalation) -> bytes:
    """Return an escalation as JSON, which the scripts in the store can read."""
    return msgspec.json.encode(escalation)


def decode_escalation(data: bytes) -> Escalation:
    """Return a stored escalation.

    Raises:
        StoreError: It is damaged.
    """
    try:
        return _escalation.decode(data)
    except msgspec.MsgspecError as error:
        msg = f"A stored escalation cannot be read: {type(error).__name__}."
        raise StoreError(msg) from None
