"""Keeps the topics true: opens one for each case, says how things are, brings what was written, closes it.

Rules:

1. Before somebody takes a case its topic holds no word of the contact: everybody in the group would read it.
2. What is written is brought in the name of who has the case, and the audit says so.
3. A case in which somebody is accused is never in a group: who is in a group cannot be kept from reading there.
4. One process at a time does this (a lease); what it brought is kept after each message, so that nothing is lost and
   at most one message comes twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.core.escalation import Escalation
from bot.core.people import Viewer
from bot.desk.desk import Desk
from bot.desk.show import entries
from bot.desk.show import row as row_of
from bot.errors import UcareError
from bot.groupdesk import showing
from bot.groupdesk.hands import Hands
from bot.groupdesk.reading import Said, of_group, read
from bot.groupdesk.showing import Buttons, Say
from bot.groupdesk.topics import Topic, Topics
from bot.ports.basics import Clock
from bot.ports.desk import Escalations
from bot.ports.staff import Staff

log = structlog.get_logger("ucare.groupdesk")

EVERY_S: Final = 10.0
PAUSE_S: Final = 3.0
"""Between two messages into one group: the service takes about 20 a minute."""

ChatOf = Callable[[Escalation], int]
"""The group of a case; 0: none."""


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Return the buttons as the library wants them."""
    rows = [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


class Board:
    """The topics of all groups."""

    def __init__(  # noqa: PLR0913 - each is a part of its own, named at the call
        self,
        client: Any,  # noqa: ANN401 - python-telegram-bot's Bot, whose methods are all that is used
        *,
        escalations: Escalations,
        desk: Desk,
        staff: Staff,
        topics: Topics,
        hands: Hands,
        chat_of: ChatOf,
        say: Say,
        locale: str,
        clock: Clock,
        pause_s: float = PAUSE_S,
    ) -> None:
        """Take the client of the service and what the desk is made of."""
        self._client = client
        self._escalations = escalations
        self._desk = desk
        self._staff = staff
        self._topics = topics
        self._hands = hands
        self._chat_of = chat_of
        self._say = say
        self._locale = locale
        self._clock = clock
        self._pause_s = pause_s

    async def take(self, update: object) -> bool:
        """Take an update, where it comes from a group; tell whether it did.

        Raises:
            UnavailableError: The store is away; the service delivers it again.
        """
        if not of_group(update):
            return False
        what = read(update)
        if what is None:
            return True
        text, buttons = await self._hands.take(what)
        try:
            if not isinstance(what, Said):
                await self._client.answer_callback_query(what.query, text=text[:180] if not buttons else None)
            elif what.text.startswith("/link"):
                await self._client.delete_message(what.chat, what.message)
            if text and (isinstance(what, Said) or buttons):
                await self._post(what.chat, what.thread, text, buttons)
        except TelegramError as error:  # what was meant is done; only the word about it was not said
            log.warning("group_not_answered", error=type(error).__name__)
        return True

    async def run(self) -> None:
        """Keep the topics true, until cancelled."""
        while True:
            try:
                if await self._topics.lead():
                    await self.once()
                async with asyncio.timeout(EVERY_S):
                    await anext(self._escalations.changes())
            except TimeoutError:
                continue
            except RetryAfter as wait:
                after = wait.retry_after
                await asyncio.sleep(after.total_seconds() if isinstance(after, timedelta) else after)
            except (UcareError, TelegramError) as error:
                log.warning("groups_wait", error=type(error).__name__)
                await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        """Bring every topic up to date."""
        people = {one.name: one for one in await self._staff.viewers()}
        for case in sorted(await self._escalations.all(), key=lambda one: (one.level, one.due_at)):
            chat = self._chat_of(case)
            topic = await self._topics.of_case(case.id)
            if case.excluded or not chat:
                if topic:
                    await self._delete(topic)
                continue
            over = case.state == "resolved" and (topic is None or (topic.closed and topic.revision == case.revision))
            if over:
                continue
            try:
                await self._bring(case, topic or await self._open(case, chat), people.get(case.assignee))
            except RetryAfter:
                raise
            except TelegramError as error:  # of one group or topic, which must not stop the others
                log.warning("group_case_waits", error=type(error).__name__)

    async def _open(self, case: Escalation, chat: int) -> Topic:
        row = row_of(case, self._clock.now())
        made = await self._client.create_forum_topic(chat, showing.title(row, self._say))
        topic = Topic(case.id, chat, made.message_thread_id)
        await self._topics.keep(topic)
        return topic

    async def _bring(self, case: Escalation, topic: Topic, owner: Viewer | None) -> None:
        row = row_of(case, self._clock.now())
        if topic.revision < case.revision:
            topic = await self._head(
                topic, showing.head(row, self._say), showing.buttons(row, self._say), case.revision
            )
        more = owner and await self._written(case) > topic.posted
        whole = await self._desk.case(owner, case.id, self._locale) if owner and more else None
        for entry in showing.new_entries(whole, topic.posted) if whole else ():
            if not (entry.who == "caseworker" and entry.status):  # who wrote it here has seen it
                await self._post(topic.chat, topic.thread, showing.entry(entry, row, self._say), [])
            topic = msgspec.structs.replace(topic, posted=topic.posted + 1)
            await self._topics.keep(topic)
        if (case.state == "resolved") != topic.closed:
            await self._shut(topic, shut=case.state == "resolved")

    async def _written(self, case: Escalation) -> int:
        """Return how many entries a case has, without reading them in anybody's name."""
        kept = await self._escalations.file(case.id)
        return len(entries(kept.lines, kept.notes, {}, lambda _line: None, "")) if kept else 0

    async def _head(self, topic: Topic, text: str, buttons: Buttons, revision: int) -> Topic:
        if topic.head:
            try:
                await self._client.edit_message_text(
                    text, chat_id=topic.chat, message_id=topic.head, reply_markup=keyboard(buttons)
                )
            except BadRequest as error:  # the same text again
                log.info("group_head_kept", error=type(error).__name__)
            made = topic.head
        else:
            made = await self._post(topic.chat, topic.thread, text, buttons)
        topic = msgspec.structs.replace(topic, head=made, revision=revision)
        await self._topics.keep(topic)
        return topic

    async def _shut(self, topic: Topic, *, shut: bool) -> None:
        act = self._client.close_forum_topic if shut else self._client.reopen_forum_topic
        try:
            await act(topic.chat, topic.thread)
        except BadRequest as error:  # somebody did it by hand
            log.info("group_topic_kept", error=type(error).__name__)
        await self._topics.keep(msgspec.structs.replace(topic, closed=shut))

    async def _delete(self, topic: Topic) -> None:
        try:
            await self._client.delete_forum_topic(topic.chat, topic.thread)
        except BadRequest as error:
            log.warning("group_topic_gone", error=type(error).__name__)
        await self._topics.forget(topic)

    async def _post(self, chat: int, thread: int, text: str, buttons: Buttons) -> int:
        sent = await self._client.send_message(
            chat, text[:4096], message_thread_id=thread or None, reply_markup=keyboard(buttons), protect_content=True
        )
        await asyncio.sleep(self._pause_s)
        return int(sent.message_id)


def chat_of(chats: Sequence[int], group: Callable[[Escalation], str]) -> ChatOf:
    """Return what names the group of a case: that of its team, where it is among those that are switched on."""

    def found(case: Escalation) -> int:
        text = group(case)
        chat = int(text) if text.lstrip("-").isdecimal() else 0
        return chat if chat in chats else 0

    return found
