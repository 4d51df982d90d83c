"""python-telegram-bot's ``Application`` with an echo handler, fed through its update queue; nothing is kept."""

from __future__ import annotations

import asyncio
import logging
import time

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.channels.doubles.telegram import TOKEN


def update(number: int, chat: int, text: str) -> dict[str, object]:
    """Return an update as the service sends it."""
    person = {"id": chat, "is_bot": False, "first_name": "Somebody", "language_code": "en"}
    message = {
        "message_id": number,
        "date": 1_800_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
        "from": person,
        "text": text,
    }
    return {"update_id": number, "message": message}


async def echo(url: str, count: int, *, concurrent: bool) -> float:
    """Answer so many messages and return the seconds from the first to the last send.

    Args:
        url: Where the Bot API is.
        count: How many messages, each of another contact.
        concurrent: Handle updates side by side; the default of the library is one after the other.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    finished, left = asyncio.Event(), count

    async def answer(given: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        nonlocal left
        assert given.message is not None
        await given.message.reply_text(given.message.text or "")
        left -= 1
        if not left:
            finished.set()

    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot")
    application = builder.concurrent_updates(concurrent).build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    async with application:
        await application.start()
        begun = time.perf_counter()
        for number in range(1, count + 1):
            made = Update.de_json(update(number, 1_000_000 + number, "Where can I go to school?"), application.bot)
            await application.update_queue.put(made)
        await finished.wait()
        took = time.perf_counter() - begun
        await application.stop()
    return took
