"""What was translated in the last minutes, in memory alone: two who read the same case ask the service once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

KEPT_S: Final = 300.0
MOST: Final = 200
SLACK_S: Final = 0.5
"""So much later they are swept away: a timer may be a moment early."""


class Kept:
    """The last translations by a digest of what was asked; nothing stays longer than its time, asked for or not."""

    def __init__(self, *, kept_s: float = KEPT_S, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        """Keep ``most`` translations for ``kept_s`` seconds."""
        self._kept_s, self._most, self._now = kept_s, most, now
        self._key = secrets.token_bytes(32)
        self._found: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def get(self, *asked: str) -> str | None:
        """Return the translation of what is asked (text and languages), if there is one still."""
        digest = self._digest(asked)
        at, text = self._found.get(digest, (0.0, ""))
        if digest not in self._found or self._now() - at >= self._kept_s:
            return None
        self._found.move_to_end(digest)
        return text

    def put(self, translated: str, *asked: str) -> None:
        """Keep a translation; the one that was not asked for longest makes room."""
        self._found[self._digest(asked)] = (self._now(), translated)
        if len(self._found) > self._most:
            self._found.popitem(last=False)
        asyncio.get_running_loop().call_later(self._kept_s + SLACK_S, self.sweep)

    def sweep(self) -> None:
        """Forget what is too old."""
        now = self._now()
        for digest in [one for one, (at, _) in self._found.items() if now - at >= self._kept_s]:
            del self._found[digest]

    def _digest(self, asked: tuple[str, ...]) -> bytes:
        whole = "\0".join(asked).encode("utf-8", "replace")
        return hashlib.blake2b(whole, key=self._key, digest_size=16).digest()
