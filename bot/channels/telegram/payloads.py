"""An update of Telegram → what the gateway takes. Pure: the time comes in. Times are milliseconds since 1970, UTC.

A child's message is worth more than a tidy payload: where the library cannot read an update (a field of tomorrow,
say), it is read again with nothing but who wrote, where, and what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from babel import Locale, UnknownLocaleError
from telegram import CallbackQuery, Chat, ChatMember, Message, Update, User

from bot.channels.telegram.media import medium_of
from bot.core import cleaning
from bot.core.events import Kind, MessageReceived
from bot.errors import PayloadError
from bot.ports.channels import Incoming

MAX_CHARS: Final = 4096
"""What is kept of one text, in code points; the service takes no longer ones from a contact."""

MAX_ID: Final = 2**53
LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999; there is no datetime after it."""

KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("voice", "voice"),
    ("audio", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),
    ("photo", "picture"),
    ("sticker", "sticker"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
    ("document", "document"),
)
"""Field of a message → kind. The order matters: an animation is a document too."""

SERVICE: Final = (
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "connected_website",
    "chat_background_set", "users_shared", "chat_shared", "web_app_data", "successful_payment", "refunded_payment",
    "passport_data", "proximity_alert_triggered", "boost_added", "delete_chat_photo", "new_chat_title",
    "new_chat_photo", "video_chat_scheduled", "video_chat_started", "video_chat_ended", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "gift", "unique_gift",
)  # fmt: skip
"""What the service itself writes into a private chat: nobody waits for an answer to that."""

BARE_MESSAGE: Final = ("message_id", "date", "edit_date", "chat", "from", "text", "caption")
BARE_QUERY: Final = ("id", "from", "message", "data", "chat_instance")
BARE_CHAT: Final = ("id", "type")
BARE_PERSON: Final = ("id", "is_bot", "first_name", "language_code")

START: Final = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")


class Parsed(msgspec.Struct, frozen=True):
    """What an update comes to. All empty: it is not for us (a group, a service message)."""

    id: str
    """``tg-<update_id>``: the same whether it was polled or came by webhook."""
    incoming: Incoming | None = None
    blocked: str = ""
    """The address of a contact who blocked us."""
    query: str = ""
    """The callback query to answer, so that the contact's button stops turning."""


def decode(body: bytes) -> object:
    """Return the JSON of a webhook call.

    Raises:
        PayloadError: It is none.
    """
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        msg = "The body is no JSON."
        raise PayloadError(msg) from None


def parse(data: object, *, now: int) -> Parsed:
    """Return what an update comes to.

    Args:
        data: The update, decoded from JSON.
        now: Milliseconds; for what carries no time, and instead of times that lie ahead.

    Raises:
        PayloadError: It is no update, or lacks what it needs. The message quotes nothing of it.
    """
    if not isinstance(data, Mapping) or not _is_id(data.get("update_id")):
        msg = "This is no update: update_id is missing or no number."
        raise PayloadError(msg)
    for attempt in (_whole, _bare):
        try:
            return _read(Update.de_json(attempt(data), None), data, now)
        except PayloadError:
            raise
        except Exception:  # noqa: BLE001, S112 - the library checks no types: any error may come out of a strange payload
            continue
    msg = "The update does not have the documented shape."
    raise PayloadError(msg)


def clean(text: str) -> str:
    """Return a text without what cannot be read or stored, cut to ``MAX_CHARS``."""
    return cleaning.clean(text)[:MAX_CHARS]


@lru_cache(maxsize=256)
def locale_hint(tag: str) -> str:
    """Return Babel's spelling of a language tag (``pt-br`` → ``pt_BR``); empty where there is no such locale."""
    if not LANGUAGE.fullmatch(tag):
        return ""
    try:
        return str(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return ""


def _read(update: Update, data: Mapping[str, Any], now: int) -> Parsed:
    event = f"tg-{update.update_id}"
    if update.my_chat_member is not None:
        member = update.my_chat_member
        gone = member.new_chat_member.status == ChatMember.BANNED and member.chat.type == Chat.PRIVATE
        return Parsed(event, blocked=_address(member.chat) if gone else "")
    if update.callback_query is not None:
        return _read_query(event, update.callback_query, now)
    if update.message is not None:
        return Parsed(event, _read_message(event, update.message, data["message"], now))
    if update.edited_message is not None:
        return Parsed(event, _read_message(event, update.edited_message, data["edited_message"], now, edited=True))
    return Parsed(event)


def _read_message(
    event: str, message: Message, data: Mapping[str, Any], now: int, *, edited: bool = False
) -> Incoming | None:
    """Return what a message says; its kind is told by its fields, also where the library read only part."""
    if message.chat.type != Chat.PRIVATE:
        return None
    address = _address(message.chat)
    text = clean(_text(message.text) or _text(message.caption))
    kind: Kind = next((kind for field, kind in KINDS if data.get(field)), "unknown")
    if message.text is not None and text:
        kind = "text"
    if edited and not text:
        return None  # a picture changed, a live location moved: there is nothing new to read
    if kind == "unknown" and any(data.get(field) for field in SERVICE):
        return None
    start = START.fullmatch(text) if kind == "text" and not edited else None
    return Incoming(
        channel="telegram",
        address=address,
        event=MessageReceived(
            id=event,
            at=_time((message.edit_date if edited else None) or message.date, now),
            text="/start" if start else text,
            kind=kind,
            edited=edited,
            start=start[1] if start else "",
            locale_hint=_hint(message.from_user),
            medium=None if kind == "text" else medium_of(data),
        ),
        message=str(message.message_id) if _is_id(message.message_id) else "",
    )


def _read_query(event: str, query: CallbackQuery, now: int) -> Parsed:
    asked = _text(query.id)
    payload = clean(_text(query.data))
    message = query.message
    if message is None or message.chat.type != Chat.PRIVATE or not payload:
        return Parsed(event, query=asked)
    received = MessageReceived(id=event, at=now, kind="button", button=payload, locale_hint=_hint(query.from_user))
    return Parsed(event, Incoming(channel="telegram", address=_address(message.chat), event=received), query=asked)


def _address(chat: Chat) -> str:
    if not _is_id(chat.id) or chat.id <= 0:
        msg = "The chat's id is no positive number."
        raise PayloadError(msg)
    return str(chat.id)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        msg = "A text of the update is no text."
        raise PayloadError(msg)
    return value


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < MAX_ID


def _time(stamp: datetime | None, now: int) -> int:
    """Return the service's time, which has whole seconds; never one that lies ahead, or timers would wait for it."""
    at = int(stamp.timestamp()) * 1000 if stamp is not None else 0
    return min(at, now) if at > 0 else now


def _hint(person: User | None) -> str:
    tag = person.language_code if person is not None else None
    return locale_hint(tag) if isinstance(tag, str) else ""


def _whole(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data)


def _bare(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an update with nothing but what is needed to answer it."""
    kept: dict[str, Any] = {"update_id": data["update_id"]}
    for field in ("message", "edited_message"):
        if isinstance(data.get(field), Mapping):
            kept[field] = _bare_message(data[field])
    query = data.get("callback_query")
    if isinstance(query, Mapping):
        kept["callback_query"] = _only(query, BARE_QUERY)
        kept["callback_query"].setdefault("chat_instance", "")
        if isinstance(query.get("from"), Mapping):
            kept["callback_query"]["from"] = _only(query["from"], BARE_PERSON)
        if isinstance(query.get("message"), Mapping):
            kept["callback_query"]["message"] = _bare_message(query["message"])
    if len(kept) == 1:
        msg = "The update holds nothing that can be read."
        raise PayloadError(msg)
    return kept


def _bare_message(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(message, BARE_MESSAGE)
    kept.setdefault("message_id", 0)
    for field in ("date", "edit_date"):
        if not (_is_id(kept.get(field)) and 0 <= kept[field] <= LAST_SECOND):
            kept.pop(field, None)
    kept.setdefault("date", 0)
    for field, fields in (("chat", BARE_CHAT), ("from", BARE_PERSON)):
        if isinstance(kept.get(field), Mapping):
            kept[field] = _only(kept[field], fields)
    person = kept.get("from")
    if not (isinstance(person, Mapping) and {"id", "is_bot", "first_name"} <= person.keys()):
        kept.pop("from", None)
    return kept


def _only(data: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: data[field] for field in fields if field in data}
