"""Quick replies and lists through Twilio's Content API: each distinct message of ours is created there once.

The whole text stands in the content and not in variables: Twilio restricts what a variable may hold (length, line
breaks), and a content then never carries anything but checked texts; the words of a caseworker or contact never become
one. Contents are named by a hash of all they hold, so that those of an earlier start are found again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from bot.channels.whatsapp.client import refusals
from bot.channels.whatsapp.text import units
from bot.errors import SendError
from bot.ports.channels import RenderedButton

MAX_CONTENT: Final = 1024
MAX_QUICK: Final = 3
"""More need an approved template."""
MAX_LIST: Final = 10
MAX_QUICK_LABEL: Final = 20
MAX_LIST_LABEL: Final = 24
MAX_ID: Final = 200
NAME: Final = "ucare-"
MOST_FOUND: Final = 10_000
LOOK_S: Final = 10.0
LIST_LABEL: Final = "☰"
"""On the button that opens a list, where the locale has no word for it: a sign that needs no translation."""


class Content(msgspec.Struct, frozen=True):
    """A text with its choices, as the Content API takes it."""

    text: str
    buttons: tuple[RenderedButton, ...]
    locale: str
    list_label: str = LIST_LABEL

    @property
    def name(self) -> str:
        """Its name at Twilio: the same for the same content, and telling nothing."""
        return NAME + hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]

    def request(self) -> ContentList.ContentCreateRequest:
        """Return what Twilio is asked to create."""
        kind: dict[str, Any]
        if len(self.buttons) <= MAX_QUICK:
            actions = [{"type": "QUICK_REPLY", "title": b.label, "id": b.payload} for b in self.buttons]
            kind = {"twilio/quick-reply": {"body": self.text, "actions": actions}}
        else:
            items = [{"item": b.label, "id": b.payload} for b in self.buttons]
            kind = {"twilio/list-picker": {"body": self.text, "button": self.list_label, "items": items}}
        language = self.locale.partition("_")[0]
        return ContentList.ContentCreateRequest({"friendly_name": self.name, "language": language, "types": kind})


def presentable(buttons: Sequence[RenderedButton]) -> bool:
    """Tell whether WhatsApp can show choices as buttons or as a list."""
    longest = MAX_QUICK_LABEL if len(buttons) <= MAX_QUICK else MAX_LIST_LABEL
    return (
        0 < len(buttons) <= MAX_LIST
        and all(0 < units(b.label.strip()) <= longest for b in buttons)
        and all(0 < units(b.payload) <= MAX_ID for b in buttons)
        and len({b.label for b in buttons}) == len({b.payload for b in buttons}) == len(buttons)
        and not any("{{" in b.label + b.payload for b in buttons)  # would be read as a variable
    )


class Contents:
    """The contents that exist at Twilio."""

    def __init__(self, client: Client) -> None:
        """Take the open client."""
        self._client = client
        self._sids: dict[str, str] = {}
        self._refused: set[str] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._looked = False

    def known(self, content: Content) -> str:
        """Return the id of a content that exists, as far as we know, or an empty text. Asks nobody."""
        return self._sids.get(content.name, "")

    async def make(self, content: Content) -> str:
        """Return the id of a content, created if need be, or an empty text where Twilio does not take it now."""
        name = content.name
        if name in self._refused or "{{" in content.text or units(content.text) > MAX_CONTENT:
            return ""
        async with self._locks.setdefault("", asyncio.Lock()):
            if not self._looked:
                await self._look()
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._sids and name not in self._refused:
                await self._create(name, content)
        self._locks.pop(name, None)
        return self._sids.get(name, "")

    def forget(self, content: Content) -> None:
        """Forget a content that Twilio did not send, and do not make it again before the next start."""
        self._sids.pop(content.name, None)
        self._refused.add(content.name)

    async def _look(self) -> None:
        """Find the contents of earlier starts; where that fails they are made again, which costs only a little."""
        self._looked = True
        try:
            with refusals():
                async with asyncio.timeout(LOOK_S):
                    async for found in await self._client.content.v1.contents.stream_async(
                        limit=MOST_FOUND, page_size=500
                    ):
                        if isinstance(found.friendly_name, str) and found.friendly_name.startswith(NAME):
                            self._sids.setdefault(found.friendly_name, found.sid)
        except (SendError, TimeoutError):
            return

    async def _create(self, name: str, content: Content) -> None:
        try:
            with refusals():
                made = await self._client.content.v1.contents.create_async(content.request())
                self._sids[name] = _checked(made.sid)
        except SendError as error:
            if not error.retryable:
                self._refused.add(name)


def _checked(given: object) -> str:
    if not (isinstance(given, str) and given):
        raise TypeError
    return given


def labels(words: Mapping[str, str], locale: str) -> str:
    """Return the label of the button that opens a list: the locale's word where it fits, else a sign."""
    word = words.get(locale, "").strip()
    return word if 0 < units(word) <= MAX_QUICK_LABEL else LIST_LABEL
