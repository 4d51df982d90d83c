"""What all processes know of the announcements: by which ways they go out now, and what failed last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from bot.ports.desk import Vault
from bot.teams.telling import Channel

READY: Final = "notices:ready"
FAILED: Final = "notices:failed:"
READY_S: Final = 60
"""Who announces says so again before this time is over, in seconds; else nobody does."""
KEPT_S: Final = 7 * 86_400
WAYS: Final[tuple[Channel, ...]] = get_args(Channel)


class Failed(msgspec.Struct, frozen=True):
    """The last announcement of a way, where it did not go out."""

    way: Channel
    at: int
    """When, ms since 1970, UTC."""
    code: str
    """What went wrong, in a word; it holds no address."""


class State:
    """Kept in the vault, so that it ends by itself."""

    def __init__(self, vault: Vault) -> None:
        """Take the vault."""
        self._vault = vault

    async def say_ready(self, ways: Iterable[Channel]) -> None:
        """Say by which ways announcements go out now. Raises UnavailableError."""
        await self._vault.put(READY, msgspec.json.encode(sorted(ways)), ttl_s=READY_S)

    async def ready(self) -> frozenset[Channel]:
        """Return by which ways announcements go out now; none where nobody announces. Raises UnavailableError."""
        kept = await self._vault.get(READY)
        said = msgspec.json.decode(kept, type=list[str]) if kept else []
        return frozenset(way for way in WAYS if way in said)

    async def failed(self, failed: Failed) -> None:
        """Keep what went wrong, until the next success. Raises UnavailableError."""
        await self._vault.put(FAILED + failed.way, msgspec.json.encode(failed), ttl_s=KEPT_S)

    async def worked(self, way: Channel) -> None:
        """Note that a way works (again). Raises UnavailableError."""
        await self._vault.delete(FAILED + way)

    async def failures(self) -> list[Failed]:
        """Return which ways failed last, and why. Raises UnavailableError."""
        kept = [await self._vault.get(FAILED + way) for way in WAYS]
        return [msgspec.json.decode(one, type=Failed) for one in kept if one]
