"""From an update to the gateway: the same for polling and webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.channels.telegram.payloads import Parsed, parse
from bot.ports.basics import Clock
from bot.ports.channels import Gateway

Groups = Callable[[object], Awaitable[bool]]
"""Takes an update that comes from a group of caseworkers; tells whether it does."""


class Receiver:
    """Hands updates to the gateway."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        """Keep the gateway and the clock."""
        self._gateway = gateway
        self._clock = clock
        self.groups: Groups | None = None

    async def take(self, update: object) -> Parsed:
        """Return what an update came to, once the gateway has made it durable.

        Raises:
            PayloadError: The update cannot be understood.
            UnavailableError: The gateway could keep it nowhere; it has to come again.
        """
        if self.groups is not None and await self.groups(update):
            return Parsed("")
        parsed = parse(update, now=self._clock.now())
        if parsed.incoming is not None:
            await self._gateway.accept(parsed.incoming)
        elif parsed.blocked:
            await self._gateway.blocked("telegram", parsed.blocked, id=parsed.id)
        return parsed
