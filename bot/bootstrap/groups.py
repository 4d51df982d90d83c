"""Telegram groups in which caseworkers work, where TELEGRAM_DESK_CHATS names them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.base import Base
from bot.bootstrap.desk import accounts_of, desk_of
from bot.bootstrap.presence import PresenceReader
from bot.channels.telegram.client import Client
from bot.config import Settings, require
from bot.core.escalation import Escalation
from bot.errors import SettingError
from bot.flowfiles.phrasebook import Phrasebook
from bot.groupdesk.board import Board, chat_of
from bot.groupdesk.hands import Hands
from bot.groupdesk.linking import Links
from bot.groupdesk.topics import Topics
from bot.people.account import listed


def chats(settings: Settings) -> list[int]:
    """Return the ids of the groups.

    Raises:
        SettingError: One is no id of a group; says what is expected.
    """
    found = listed(settings.telegram_desk_chats)
    if not all(part.startswith("-") and part[1:].isdecimal() for part in found):
        msg = "TELEGRAM_DESK_CHATS holds ids of groups, with commas; each begins with a minus: -1001234567890."
        raise SettingError(msg)
    return [int(part) for part in found]


@asynccontextmanager
async def open_board(base: Base, presence: PresenceReader, book: Phrasebook) -> AsyncIterator[Board]:
    """Open the board, over a client of its own.

    Raises:
        SettingError: TELEGRAM_TOKEN is missing, or TELEGRAM_DESK_CHATS is wrong.
    """
    settings = base.settings
    require(settings, "telegram_token")
    switched_on, locale = chats(settings), settings.telegram_desk_locale
    accounts = accounts_of(base)
    desk = desk_of(base, accounts, book)
    links = Links(base.store.vault, accounts, base.store.audit)
    topics = Topics(base.store.vault, base.clock.now)

    def say(text: str) -> str:
        return base.texts.gettext(locale, text)

    def group(case: Escalation) -> str:
        book = presence().book
        team = book.team(case.team)
        return (team.announce if team else book.everybody).telegram

    client = Client(settings.telegram_token, api_url=settings.telegram_api_url)
    await client.open()
    try:
        yield Board(
            client, escalations=base.store.escalations, desk=desk, staff=accounts, topics=topics,
            hands=Hands(desk, links, topics, say), chat_of=chat_of(switched_on, group), say=say, locale=locale,
            clock=base.clock,
        )  # fmt: skip
    finally:
        await client.close_all()
