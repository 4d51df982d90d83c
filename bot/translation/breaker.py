"""Leaves a service alone for a while when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 3
PAUSE_S: Final = 30.0


class Breaker:
    """Counts failures in a row; after three it rests, then one call tries again, until one succeeds."""

    def __init__(self, *, pause_s: float = PAUSE_S, now: Callable[[], float] = time.monotonic) -> None:
        """Rest for ``pause_s`` seconds at a time."""
        self._pause_s, self._now = pause_s, now
        self._failures = 0
        self._until = 0.0
        self._trying = False

    @property
    def resting(self) -> bool:
        """Whether the service is to be left alone now."""
        return self._now() < self._until or (self._failures >= FAILURES and self._trying)

    def trying(self) -> None:
        """Note that a call begins: while the service is on probation, no other may."""
        self._trying = True

    def ended(self) -> None:
        """Note that a call ended, in whatever way."""
        self._trying = False

    def good(self) -> bool:
        """Note a success; return whether the service had been resting before."""
        was, self._failures, self._until = self._failures >= FAILURES, 0, 0.0
        return was

    def bad(self, pause_s: float = 0.0) -> bool:
        """Note a failure; with ``pause_s`` the service itself asks for that rest. Return whether the rest is new."""
        before = self._failures
        self._failures += 1
        if pause_s:
            self._until = self._now() + pause_s
        elif self._failures >= FAILURES:
            self._until = self._now() + self._pause_s
        return before < FAILURES <= self._failures
