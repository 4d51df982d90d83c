"""An update of a group → what somebody wrote or pressed there. Pure. Texts are never logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

GROUPS: Final = frozenset({"supergroup", "group"})
MAX_CHARS: Final = 4000


class Said(msgspec.Struct, frozen=True):
    """A message in a group."""

    key: str
    """The same when the service delivers it twice."""
    chat: int
    thread: int
    """The topic; 0: none."""
    message: int
    person: int
    """Telegram's id of who wrote."""
    text: str
    """Empty: a picture, a sticker or the like."""
    edited: bool = False


class Pressed(msgspec.Struct, frozen=True):
    """A button under one of our messages."""

    key: str
    chat: int
    thread: int
    person: int
    query: str
    data: str


def of_group(update: object) -> bool:
    """Tell whether an update comes from a group, and so is nothing of a contact."""
    return _chat_of(update).get("type") in GROUPS


def read(update: object) -> Said | Pressed | None:
    """Return what happened; None where it is nothing to act on (somebody joined, a bot wrote, a broken payload)."""
    if not isinstance(update, Mapping) or not isinstance(update.get("update_id"), int):
        return None
    key, chat = f"tgd-{update['update_id']}", _number(_chat_of(update).get("id"))
    query = update.get("callback_query")
    if isinstance(query, Mapping):
        message, person = _map(query.get("message")), _map(query.get("from"))
        return Pressed(
            key, chat, _number(message.get("message_thread_id")), _number(person.get("id")), _text(query.get("id")),
            _text(query.get("data"))[:64],
        )  # fmt: skip
    edited = "edited_message" in update
    message = _map(update.get("edited_message") or update.get("message"))
    person = _map(message.get("from"))
    if not message or person.get("is_bot") or _is_service(message):
        return None
    return Said(
        key, chat, _number(message.get("message_thread_id")), _number(message.get("message_id")),
        _number(person.get("id")), _text(message.get("text"))[:MAX_CHARS], edited,
    )  # fmt: skip


def _chat_of(update: object) -> Mapping[str, Any]:
    whole = _map(update)
    inner = whole.get("callback_query")
    message = _map(inner).get("message") if inner else whole.get("message") or whole.get("edited_message")
    return _map(_map(message).get("chat") or _map(whole.get("my_chat_member")).get("chat"))


SERVICE: Final = (
    "forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited", "new_chat_members",
    "left_chat_member", "pinned_message", "general_forum_topic_hidden", "general_forum_topic_unhidden",
)  # fmt: skip


def _is_service(message: Mapping[str, Any]) -> bool:
    return any(field in message for field in SERVICE)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
