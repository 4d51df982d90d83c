"""A machine that translates single texts for caseworkers. What comes back is never shown without its original."""

from __future__ import annotations

from typing import Protocol


class Translator(Protocol):
    """One translation service. No text is logged or written to a disk."""

    def offers(self, source: str, target: str) -> bool:
        """Tell, without asking the service, whether it translates between two locales; True while that is not known."""

    async def languages(self) -> frozenset[tuple[str, str]]:
        """Return what it translates, as pairs of the service's own language codes: from, to.

        Raises:
            UnavailableError: The service cannot be reached.
        """

    async def translate(self, text: str, source: str, target: str) -> str:
        """Return a text in another locale (Babel's spelling, ``fa_AF``), within a few seconds.

        Raises:
            NotAllowedError: It is too long, or the service does not know the languages or take the text.
            UnavailableError: The service cannot be reached, is too slow, or answers nonsense.
        """
