"""getUpdates by long polling, for machines without a public address."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from telegram.error import TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.failures import refusal
from bot.channels.telegram.receiving import Receiver
from bot.errors import PayloadError, UcareError

LONGEST_PAUSE = 30.0
"""Seconds between two tries while nothing works."""

HELP = {
    "conflict": "Another program receives this bot's messages. Stop it, or give this one a bot of its own.",
    "token_refused": "Telegram does not accept TELEGRAM_TOKEN. Copy it again from @BotFather.",
}

log = structlog.get_logger("ucare.telegram")


def pause_after(error: Exception, failures: int) -> float:
    """Return how long to wait after so many failures in a row, in seconds, and log what went wrong.

    Only codes and names of errors are logged: their texts may hold what a contact wrote.
    """
    if isinstance(error, TelegramError):
        refused = refusal(error)
        code, least = refused.code, refused.retry_after
    else:
        code, least = type(error).__name__, 0.0
    pause: float = max(least, min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10)))
    log.warning("telegram_waits", code=code, seconds=pause, help=HELP.get(code, ""))
    return pause


class Poller:
    """Asks for updates again and again; confirms a batch only when the gateway has taken all of it."""

    def __init__(self, client: Client, receiver: Receiver, *, timeout_s: int = 30) -> None:
        """Keep the client; ``timeout_s`` is how long the service may hold one call, in seconds."""
        self._client = client
        self._receiver = receiver
        self._timeout_s = timeout_s
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled; nothing else ends it."""
        offset, failures = 0, 0
        try:
            while True:
                try:
                    updates = await self._client.updates(offset, self._timeout_s)
                    await self._take(updates)
                    offset = _after(updates, offset)
                    failures = 0
                except Exception as error:  # noqa: BLE001 - a channel that stops listening is worse than any error
                    failures += 1
                    await asyncio.sleep(pause_after(error, failures))
        finally:
            for answer in self._answers:
                answer.cancel()
            await asyncio.gather(*self._answers, return_exceptions=True)

    async def _take(self, updates: Sequence[object]) -> None:
        for update in updates:
            try:
                parsed = await self._receiver.take(update)
            except PayloadError as error:
                # Asked for again it would read the same, and hold up all that come after it.
                log.warning("telegram_update_unreadable", reason=str(error))
                continue
            if parsed.query:
                task = asyncio.create_task(self._answer(parsed.query))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    async def _answer(self, query: str) -> None:
        """End the spinner of a button. It is only a courtesy: what fails is left."""
        try:
            await self._client.answer_callback_query(query)
        except TelegramError as error:
            log.info("telegram_query_unanswered", code=refusal(error).code)


def _after(updates: Sequence[object], offset: int) -> int:
    """Return the offset that confirms a batch.

    Raises:
        UcareError: There are updates but none has a number, so that they cannot be confirmed.
    """
    if not updates:
        return offset
    numbers = [update.get("update_id") for update in updates if isinstance(update, dict)]
    known = [number for number in numbers if isinstance(number, int)]
    if not known:
        msg = "No update of the batch has a number."
        raise UcareError(msg)
    return max(known) + 1
