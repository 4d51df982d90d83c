"""A voice message while somebody listens: players ask for it in pieces, and that is one look, not many."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Hashable
from typing import Final

from bot.media.pictures import Clean

HELD_S: Final = 60.0
MOST: Final = 8
SLACK_S: Final = 0.5
"""So much later it is let go: a timer may be a moment early."""
RANGE: Final = re.compile(r"bytes=([0-9]{1,9})-([0-9]{0,9})")


class Held:
    """The last few voice messages, cleaned, in memory alone and for a minute."""

    def __init__(self, *, held_s: float = HELD_S) -> None:
        """Hold each for ``held_s`` seconds."""
        self._held_s = held_s
        self._held: dict[Hashable, tuple[float, Clean]] = {}

    def get(self, key: Hashable) -> Clean | None:
        """Return what is held under a key."""
        self.sweep()
        found = self._held.get(key)
        return found[1] if found else None

    def put(self, key: Hashable, clean: Clean) -> None:
        """Hold something; the oldest makes room."""
        self._held.pop(key, None)
        self._held[key] = (time.monotonic(), clean)
        if len(self._held) > MOST:
            del self._held[next(iter(self._held))]
        asyncio.get_running_loop().call_later(self._held_s + SLACK_S, self.sweep)

    def sweep(self) -> None:
        """Let go of what was held long enough."""
        now = time.monotonic()
        for key in [key for key, (at, _) in self._held.items() if now - at >= self._held_s]:
            del self._held[key]


def part(header: str, length: int) -> tuple[int, int] | None:
    """Return the first byte and the byte after the last that a ``Range`` asks for; None: the whole is to be sent.

    One range from a beginning on is understood, as players ask for it; everything else may be answered by the whole.
    """
    found = RANGE.fullmatch(header.strip())
    if not found:
        return None
    begin, last = int(found[1]), int(found[2]) if found[2] else length - 1
    return (begin, min(last + 1, length)) if begin <= last and begin < length else None
