"""``sends``: our Telegram transport beside python-telegram-bot's stock one, each through the library's own ``Bot``."""

from __future__ import annotations

import asyncio
import logging
import time

from telegram import Bot

from bench.place import telegram_double
from bench.tables import Size, Table, middle, number, ratio
from bot.channels.telegram.client import Client
from tests.channels.doubles.telegram import TOKEN

AT_ONCE = 32
TEXT = "Everybody under 18 can go to school here. We can help you to find one."


async def rate(bot: Bot, count: int) -> float:
    """Return sends a second."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(chat: int) -> None:
        async with room:
            await bot.send_message(chat, TEXT)

    await bot.send_message(1, TEXT)
    begun = time.perf_counter()
    await asyncio.gather(*(one(1000 + number) for number in range(count)))
    return count / (time.perf_counter() - begun)


async def ours(url: str, count: int) -> float:
    """Return the sends a second of our client."""
    client = Client(TOKEN, api_url=url)
    await client.open()
    try:
        return await rate(client, count)
    finally:
        await client.close_all()


async def stock(url: str, count: int) -> float:
    """Return the sends a second of the library as it comes."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
        return await rate(bot, count)


async def run(size: Size) -> Table:
    """Measure both in turn, some rounds, and return the table."""
    count, rounds = size.pick(200, 600, 2000), size.pick(1, 3, 5)
    mine, theirs = [], []
    async with telegram_double() as url:
        for _ in range(rounds):
            mine.append(await ours(url, count))
            theirs.append(await stock(url, count))
    one, other = middle(mine), middle(theirs)
    return Table(
        "sends",
        ("", "a second", "of the stock one"),
        (
            ("ucare's transport (aiohttp)", number(one), ratio(one, other)),
            ("python-telegram-bot's own (httpx)", number(other), ratio(other, other)),
        ),
        (f"{AT_ONCE} at once, to the local Telegram double in a process of its own; the middle of {rounds}.",),
    )
