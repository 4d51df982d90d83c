"""How long things are kept (design, section 7), in milliseconds, and what looks after it."""

from __future__ import annotations

import asyncio
from typing import Final, Self

import msgspec
import structlog

from bot.config import Settings
from bot.core.understood import SERIOUS
from bot.errors import StoreError
from bot.store.client import Client, Word

log = structlog.get_logger("ucare.store")

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
IDS_MS: Final = 48 * HOUR
"""Ids of events that were seen and of messages that were sent: as long as services deliver again."""
LIMIT: Final = 100
REWRITE_MS: Final = 5_000
"""How long after an erasure the append-only file is rewritten; several erasures share one rewrite."""


class Retention(msgspec.Struct, frozen=True):
    """For how many milliseconds each kind of thing is kept."""

    turns: int = DAY
    idle: int = 30 * DAY
    closed: int = 90 * DAY
    closed_risk: int = 365 * DAY
    audit: int = 365 * DAY

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say."""
        return cls(
            turns=settings.keep_turns_hours * HOUR,
            idle=settings.keep_idle_days * DAY,
            closed=settings.keep_closed_days * DAY,
            closed_risk=settings.keep_closed_risk_days * DAY,
            audit=settings.keep_audit_days * DAY,
        )

    def args(self) -> list[Word]:
        """Return the times in the order that ``purge.lua`` takes."""
        return [self.turns, IDS_MS, self.idle, self.closed, self.closed_risk]

    def of_case(self, level: str) -> int:
        """Return how long a closed case of a level is kept."""
        return self.closed_risk if level in SERIOUS else self.closed


async def rewrite(client: Client) -> bool:
    """Rewrite the append-only file, so that what was deleted is gone from it; tell whether it has begun.

    One that runs already may have begun before the deletion: the caller tries again later.
    """
    try:
        if client.cluster:
            nodes = client.redis.get_primaries()  # type: ignore[union-attr]  # only a cluster has them
            await asyncio.gather(*(node.execute_command("BGREWRITEAOF") for node in nodes))
            return True
        info = await client.do("INFO", "persistence")
        if int(info["aof_rewrite_in_progress"]) or int(info.get("aof_rewrite_scheduled", 0)):
            return False
        await client.do("BGREWRITEAOF")
    except StoreError as error:
        log.warning("rewrite_refused", error=type(error).__name__)
        return False
    return True
