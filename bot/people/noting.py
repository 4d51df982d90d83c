"""What the accounts ask of the audit."""

from __future__ import annotations

from typing import Protocol


class Notes(Protocol):
    """The part of ``ports.audit.Audit`` that is needed here."""

    async def note(self, by: str, verb: str, what: str = "", detail: str = "") -> None:
        """Write down one act."""


class Nowhere:
    """An audit that keeps nothing, for the first minute of a test or a command before there is a store."""

    async def note(self, by: str, verb: str, what: str = "", detail: str = "") -> None:
        """Keep nothing."""
