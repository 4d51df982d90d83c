"""What the double of Telegram's Bot API is made of: records, faults, and what the service checks."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BOT = {"id": 4242, "is_bot": True, "first_name": "Double", "username": "double_bot"}


@dataclass(frozen=True)
class Key:
    label: str
    data: str


@dataclass
class SentMessage:
    """One message that we sent, as the contact sees it."""

    chat: int
    id: int
    text: str
    rows: list[list[Key]] = field(default_factory=list)
    deleted: bool = False
    at: float = 0.0

    @property
    def buttons(self) -> list[Key]:
        return [key for row in self.rows for key in row]


@dataclass
class Fault:
    """How to misbehave: for one method or chat or all, so many times (None: until cleared)."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    delay_s: float = 0.0
    body: bytes | None = None
    method: str = ""
    chat: int = 0
    times: int | None = None
    after: bool = False
    """Carry the call out before misbehaving: the answer is lost, not the message."""

    def fits(self, method: str, chat: int) -> bool:
        wanted = self.method in {"", method} and self.chat in {0, chat}
        return wanted and (self.times is None or self.times > 0)


class RefusalError(Exception):
    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class Updates:
    """What waits for the bot. ``put`` takes an update with or without ``update_id``, and returns its id."""

    def __init__(self) -> None:
        self._ids = itertools.count(1001)
        self.waiting: dict[int, dict[str, Any]] = {}
        self.confirmed: list[int] = []
        self.changed = asyncio.Event()

    def put(self, update: dict[str, Any]) -> int:
        number = update.get("update_id") or next(self._ids)
        self.waiting[number] = {"update_id": number, **update}
        self.changed.set()
        return number

    def confirm(self, offset: int) -> None:
        for number in [number for number in self.waiting if number < offset]:
            del self.waiting[number]
            self.confirmed.append(number)


async def parameters_of(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(request.query) | dict(await request.post())


def number_of(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def chat_of(parameters: dict[str, Any]) -> int:
    chat = number_of(parameters.get("chat_id"))
    if not chat:
        raise RefusalError(400, "Bad Request: chat not found")
    return chat


def rows_of(markup: Any) -> list[list[Key]]:
    if not markup:
        return []
    found = json.loads(markup) if isinstance(markup, str) else markup
    rows = [[Key(key["text"], key["callback_data"]) for key in row] for row in found.get("inline_keyboard", [])]
    for key in (key for row in rows for key in row):
        if not 1 <= len(key.data.encode()) <= 64:
            raise RefusalError(400, "Bad Request: BUTTON_DATA_INVALID")
        if not key.label.strip():
            raise RefusalError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    return rows


def refused(refusal: RefusalError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)


def shown(sent: SentMessage) -> dict[str, Any]:
    """Return a message of ours as the service answers it."""
    made: dict[str, Any] = {
        "message_id": sent.id,
        "from": BOT,
        "date": int(time.time()),
        "chat": {"id": sent.chat, "type": "private", "first_name": "Somebody"},
        "text": sent.text,
    }
    if sent.rows:
        keys = [[{"text": key.label, "callback_data": key.data} for key in row] for row in sent.rows]
        made["reply_markup"] = {"inline_keyboard": keys}
    return made
