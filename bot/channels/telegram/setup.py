"""What Telegram is told at the start: where updates go, the commands in each language, the menu button."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import structlog
from telegram import BotCommand, MenuButtonCommands

from bot.channels.telegram.client import ALLOWED_UPDATES, Client
from bot.channels.telegram.failures import refusal
from bot.channels.telegram.polling import pause_after

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""Locale → (command without slash, description)."""

WEBHOOK_PATH = "/webhooks/telegram"
CONNECTIONS = 40
TRIES = 8
LANGUAGE_LETTERS = 2

log = structlog.get_logger("ucare.telegram")


async def tell(client: Client, *, public_url: str, secret: str) -> None:
    """Tell the service where updates go.

    Raises:
        TelegramError: The token is refused, or the service cannot be reached.
    """
    await client.get_me()
    if public_url:
        await client.set_webhook(
            f"{public_url}{WEBHOOK_PATH}",
            secret_token=secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=CONNECTIONS,
        )
    else:
        # While a webhook is set the service refuses getUpdates. What waits is kept.
        await client.delete_webhook(drop_pending_updates=False)


async def offer(client: Client, commands: Commands) -> None:
    """Set the commands of each language and the menu button.

    Messages go through meanwhile: the service limits these calls severely. What it refuses for good is logged and left.
    """
    calls: list[Callable[[], Awaitable[bool]]] = [
        partial(
            client.set_my_commands,
            [BotCommand(name, description) for name, description in listed],
            language_code=language or None,
        )
        for language, listed in by_language(commands).items()
    ]
    if commands:
        calls.append(partial(client.set_chat_menu_button, menu_button=MenuButtonCommands()))
    for call in calls:
        for failures in range(TRIES):
            try:
                await call()
                break
            except Exception as error:  # noqa: BLE001 - a menu is no reason to stop listening
                if not refusal(error).retryable:
                    log.warning("telegram_commands_refused", help="Check the names and lengths of the commands.")
                    break
                await asyncio.sleep(pause_after(error, failures))


def by_language(commands: Commands) -> dict[str, Sequence[tuple[str, str]]]:
    """Return the commands by Telegram's language codes, of two letters; under "" those for all other languages.

    Where two locales share a language the plain one wins (``fa`` before ``fa_AF``), else the first. English, or the
    first locale without it, serves all other languages.
    """
    found: dict[str, Sequence[tuple[str, str]]] = {}
    for locale in sorted(commands, key=lambda name: "_" in name):
        language = locale.partition("_")[0].lower()
        if len(language) == LANGUAGE_LETTERS:
            found.setdefault(language, commands[locale])
    if commands:
        found[""] = found.get("en") or next(iter(commands.values()))
    return found
