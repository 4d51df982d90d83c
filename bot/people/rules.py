"""How sign-in is set for this installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


@dataclass(frozen=True)
class Rules:
    """Times are milliseconds."""

    factor_required: bool = False
    """Who has no second factor must set one up before anything else."""
    idle_ms: int = 30 * MINUTE_MS
    """A session that nobody uses ends after this time."""
    absolute_ms: int = 12 * HOUR_MS
    """A session ends after this time, used or not."""
    proof_ms: int = 10 * MINUTE_MS
    """How long ago somebody may have proved who they are before they do something dangerous."""
