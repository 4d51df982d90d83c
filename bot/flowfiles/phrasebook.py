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

    def __init__(self, phrases: Mapping[str, str], texts: Mapping[str, Mapping[tuple[str, str], str]]) -> None:
        """Keep the English phrases by id, and the texts of the catalogs by locale and (context, msgid)."""
        self._phrases = dict(phrases)
        self._texts = texts

    def _in(self, locale: str, name: str) -> str | None:
        english = self._phrases[name]
        if locale == "en":
            return english
        return self._texts.get(locale, {}).get((phrase_context(name), english))

    def for_contact(self, locale: str, shown_in: str) -> Sequence[Phrase]:
        """Return the phrases that exist in the contact's locale; shown in English where the caseworker's has none."""
        return [
            Phrase(id=name, shown=self._in(shown_in, name) or english, sent=sent)
            for name, english in self._phrases.items()
            if (sent := self._in(locale, name))
        ]


def phrasebook(folder: Path, locales: Path) -> Phrasebook:
    """Return the phrases of a folder of flows.

    Raises:
        FlowError, CatalogError: A file is wrong.
    """
    found = {name: phrase.text for name, phrase in reference.phrases(folder).items()}
    return Phrasebook(found, {locale: read.texts() for locale, read in catalogs.read_all(locales).items()})
