"""What everybody needs: the time, sealing at rest, and what a text means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.core.understood import RiskFinding, Understood


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""


class Sealer(Protocol):
    """Seals texts and addresses at rest, and names contacts by keyed hash."""

    def seal(self, clear: bytes, *, purpose: str) -> bytes:
        """Return the sealed bytes; the purpose is bound to them (additional data)."""

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the clear bytes. Raises SealError when no key at hand opens them."""

    def sign(self, message: bytes, *, purpose: str, key: str = "") -> tuple[str, bytes]:
        """Return a keyed hash (HMAC-SHA-256, 32 bytes) and the id of the key: the newest, or the one that is named.

        Raises SealError when that key is not at hand.
        """

    def ref(self, channel: str, address: str) -> str:
        """Return the pseudonymous reference of a contact: a keyed hash with the index key, which stays."""


class Understanding(Protocol):
    """Turns free text into what it means."""

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood:
        """Return language, risk and topic of a text; ``recent`` are the contact's texts of the last two minutes.

        Never raises for a text: without the NLU server the answer has ``nlu=False`` and what the rules saw.
        """


class RiskReader(Protocol):
    """The risk rules alone: no server, no IO; they work when nothing else does."""

    def read(self, text: str, *, locale: str | None, recent: Sequence[str] = ()) -> RiskFinding | None:
        """Return the worst finding in a text, alone and joined with the recent ones, or None."""
