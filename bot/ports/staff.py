"""Who works here, as the desk asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.core.people import Viewer


class Staff(Protocol):
    """The people who have an account."""

    async def viewers(self) -> Sequence[Viewer]:
        """Return everybody who can sign in, by name."""

    async def on_duty(self) -> frozenset[str]:
        """Return the names of those who are there now."""
