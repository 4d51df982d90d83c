"""The web ports in memory, for tests alone."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence

from bot.core.events import MessageReceived
from bot.errors import UnavailableError
from bot.ports import Outgoing, RenderedButton
from bot.ports.mailbox import ChatMessage, Who

ARABIC = {
    "Ask here": "اسأل هنا",
    "A bot answers. People help too.": "روبوت يجيب. وهناك أشخاص يساعدون أيضًا.",
    "Leave quickly": "اخرج بسرعة",
    "Hello.": "مرحبًا.",
    "Write what you want to know, in your language.": "اكتب ما تريد أن تعرفه، بلغتك.",
    "I am a bot: a computer program. You can ask for a person at any time.": (
        "أنا روبوت: برنامج كمبيوتر. يمكنك أن تطلب شخصًا في أي وقت."
    ),
    "In danger now? Call 112. It is free.": "هل أنت في خطر الآن؟ اتصل بـ 112. مجانًا.",
    "Start": "ابدأ",
    "Write here…": "اكتب هنا…",
    "Send": "أرسل",
    "Sent": "أُرسلت",
    "Bot": "روبوت",
    "A person": "شخص",
    "Messages": "الرسائل",
}


class MemoryTexts:
    locales = ("en", "nl", "ar", "fa_AF")

    def gettext(self, locale: str, msgid: str) -> str:
        return ARABIC.get(msgid, msgid) if locale == "ar" else msgid

    def rtl(self, locale: str) -> bool:
        return locale in {"ar", "fa_AF"}


class WallClock:
    def now(self) -> int:
        return int(time.time() * 1000)


class MemoryWebChat:
    """Mailboxes in dictionaries; ``answers`` plays the bot, ``away`` refuses like a store that is down."""

    def __init__(self) -> None:
        self.boxes: dict[str, list[ChatMessage]] = defaultdict(list)
        self.events: list[MessageReceived] = []
        self.away = False
        self.answers: dict[str, Outgoing] = {}
        self._seen: set[str] = set()
        self._changed = asyncio.Condition()

    def _next(self, address: str) -> str:
        return f"{len(self.boxes[address]) + 1:08d}-0"

    async def _put(self, address: str, entry: ChatMessage) -> str:
        async with self._changed:
            self.boxes[address].append(entry)
            self._changed.notify_all()
        return entry.id

    async def append(self, address: str, message: Outgoing, *, who: Who = "bot") -> str:
        entry = ChatMessage(
            id=self._next(address), at=WallClock().now(), who=who, text=message.text, buttons=message.buttons,
            locale=message.locale, rtl=message.rtl,
        )  # fmt: skip
        return await self._put(address, entry)

    async def remove(self, address: str, ids: Sequence[str]) -> int:
        kept = [one for one in self.boxes[address] if one.id not in set(ids)]
        gone = ChatMessage(id=self._next(address), at=WallClock().now(), who="bot", removed=tuple(ids))
        self.boxes[address] = kept
        await self._put(address, gone)
        return len(ids)

    async def since(self, address: str, last_id: str) -> list[ChatMessage]:
        if self.away:
            raise UnavailableError
        return [one for one in self.boxes[address] if one.id > last_id]

    async def wait(self, address: str, last_id: str, timeout_s: float) -> bool:
        async def there() -> None:
            async with self._changed:
                await self._changed.wait_for(lambda: any(one.id > last_id for one in self.boxes[address]))

        try:
            await asyncio.wait_for(there(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def accept(self, address: str, event: MessageReceived) -> bool:
        if self.away:
            raise UnavailableError
        if event.id in self._seen:
            return False
        self._seen.add(event.id)
        self.events.append(event)
        await self._put(
            address,
            ChatMessage(
                id=self._next(address),
                at=event.at,
                who="contact",
                text=event.text,
                event=event.id,
                button=event.button,
            ),
        )
        for word, answer in self.answers.items():
            if word in (event.text, event.button, event.start):
                await self.append(address, answer)
        return True


def outgoing(text: str, *labels: str, locale: str = "en", rtl: bool = False) -> Outgoing:
    buttons = tuple(RenderedButton(payload=f"p:{label}", label=label) for label in labels)
    return Outgoing(text=text, buttons=buttons, locale=locale, rtl=rtl)
