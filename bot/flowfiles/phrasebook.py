"""The phrases of ``flows/phrases.yml``, as the console offers them (``bot.ports.desk.Phrases``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.flowfiles import reference
from bot.flowfiles.texts import phrase_context
from bot.i18n import catalogs
from bot.ports.desk import Phrase


class Phrasebook:
    """Phrases with their translations."""

    def __init__(self, phrases: Mapping[str, str], read: Mapping[str, catalogs.Read]) -> None:
        """Keep the English phrases by id, and what the catalogs say of them, by locale."""
        self._phrases = dict(phrases)
        wanted = {(phrase_context(name), english) for name, english in phrases.items()}
        self._entries = {
            locale: {key: entry for key, entry in catalog.entries.items() if key in wanted and entry.good}
            for locale, catalog in read.items()
        }

    def renew(self, other: Phrasebook) -> None:
        """Offer another's phrases from now on: the console keeps this object."""
        self._phrases, self._entries = other._phrases, other._entries

    def _in(self, locale: str, name: str) -> str | None:
        english = self._phrases[name]
        if locale == "en":
            return english
        entry = self._entries.get(locale, {}).get((phrase_context(name), english))
        return entry.text if entry else None

    def _review(self, locale: str, name: str) -> str:
        entry = self._entries.get(locale, {}).get((phrase_context(name), self._phrases[name]))
        return entry.mark.state if entry else ""

    def for_contact(self, locale: str, shown_in: str) -> Sequence[Phrase]:
        """Return the phrases that exist in the contact's locale; shown in English where the caseworker's has none."""
        return [
            Phrase(id=name, shown=self._in(shown_in, name) or english, sent=sent, review=self._review(locale, name))
            for name, english in self._phrases.items()
            if (sent := self._in(locale, name))
        ]


def phrasebook(folder: Path, locales: Path) -> Phrasebook:
    """Return the phrases of a folder of flows.

    Raises:
        FlowError, CatalogError: A file is wrong.
    """
    found = {name: phrase.text for name, phrase in reference.phrases(folder).items()}
    return Phrasebook(found, catalogs.read_all(locales))
