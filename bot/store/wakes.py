"""Wakes who waits for something: one subscription for each process, on every kind of Redis.

A message may be lost when the connection is; then everybody is woken, and nobody waits longer than a time-out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import Final

import structlog
from redis import exceptions as rx

from bot.errors import UnavailableError
from bot.store import keys
from bot.store.client import Client

log = structlog.get_logger("ucare.store")

CHANNELS: Final = (keys.WAKE_IN, keys.WAKE_OUT, keys.WAKE_CASE, keys.WAKE_BOX)
POLL_S: Final = 30.0
AGAIN_S: Final = 0.5
Listener = asyncio.Queue[str | None]


class Wakes:
    """Listens on the wake-up channels. A listener gets what was said, or None: anything may have happened."""

    def __init__(self, client: Client) -> None:
        """Take the connection; ``start`` begins to listen."""
        self._client = client
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen; return when the subscription stands.

        Raises:
            UnavailableError: Redis cannot be reached.
        """
        self._task = asyncio.create_task(self._run(), name="store wakes")
        try:
            await asyncio.wait_for(self.connected.wait(), 10)
        except TimeoutError:
            await self.stop()
            msg = "Redis cannot be reached. Is it running, and is REDIS_URL right?"
            raise UnavailableError(msg) from None

    async def stop(self) -> None:
        """End listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def listen(self, channel: str) -> Listener:
        """Return a queue of what is said on a channel from now on; give it back with ``leave``."""
        listener: Listener = asyncio.Queue()
        self._listeners[channel].add(listener)
        return listener

    def leave(self, channel: str, listener: Listener) -> None:
        """Stop listening."""
        self._listeners[channel].discard(listener)

    def _tell(self, channel: str, said: str | None) -> None:
        for listener in self._listeners[channel]:
            listener.put_nowait(said)

    async def _run(self) -> None:
        while True:
            pubsub = self._client.redis.pubsub()
            try:
                await pubsub.subscribe(*CHANNELS)
                while True:
                    message = await pubsub.get_message(timeout=POLL_S)
                    if message is None:
                        await pubsub.ping()
                    elif message["type"] == "subscribe":
                        self.connected.set()
                        self._tell(message["channel"].decode(), None)
                    elif message["type"] == "message":
                        self._tell(message["channel"].decode(), message["data"].decode())
            except (rx.RedisError, OSError, TimeoutError, AttributeError) as error:
                if self.connected.is_set():
                    log.warning("store_away", error=type(error).__name__)
                self.connected.clear()
                for channel in CHANNELS:
                    self._tell(channel, None)
            finally:
                with contextlib.suppress(Exception):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(AGAIN_S)
