"""The phrases of ``flows/phrases.yml``, as the console offers them (``bot.ports.desk.Phrases``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bot.core.numbers import Number
from bot.errors import NotAllowedError
from bot.flowfiles import reference
from bot.flowfiles.checks.numbers import PLACEHOLDER, placeholders
from bot.flowfiles.fields import FIELDS, gaps, put_in, written
from bot.flowfiles.finding import Entry, ranked, words_of
from bot.flowfiles.texts import group_context, phrase_context
from bot.i18n import catalogs
from bot.ports.desk import Phrase

GONE: Final = "This phrase does not exist in the language of the contact. Choose another one."
TEXT, KEYWORD, ENGLISH = 1.0, 0.9, 0.5
TITLE, GROUP = 0.3, 0.2
"""How much a word that is found counts, by where it stands; what the group is about counts beside the text."""

Numbers = Mapping[str, Mapping[str, Number]]


class Phrasebook:
    """Phrases with their translations."""

    def __init__(
        self,
        phrases: Mapping[str, reference.Phrase],
        groups: Mapping[str, reference.PhraseGroup],
        read: Mapping[str, catalogs.Read],
        numbers: Numbers,
    ) -> None:
        """Keep the English phrases and groups by id, and what the catalogs say of them, by locale."""
        order = {name: place for place, name in enumerate(groups)}
        last = len(order)
        self._phrases = dict(sorted(phrases.items(), key=lambda one: order.get(_group(one[0]), last)))
        self._groups = dict(groups)
        self._numbers = numbers
        wanted = {(phrase_context(name), one.text) for name, one in phrases.items()}
        wanted |= {(group_context(name), one.title) for name, one in groups.items()}
        self._entries = {
            locale: {key: entry for key, entry in catalog.entries.items() if key in wanted and entry.good}
            for locale, catalog in read.items()
        }
        self._found: dict[str, dict[str, Entry]] = {}

    def renew(self, other: Phrasebook) -> None:
        """Offer another's phrases from now on: the console keeps this object."""
        self._phrases, self._groups, self._entries = other._phrases, other._groups, other._entries
        self._numbers, self._found = other._numbers, {}

    def for_contact(self, locale: str, shown_in: str, country: str = "", audience: str = "") -> Sequence[Phrase]:
        """Return the phrases that exist in the contact's locale; shown in English where the caseworker's has none."""
        every = (self._phrase(name, locale, shown_in, country, audience) for name in self._phrases)
        return [phrase for phrase in every if phrase]

    def search(self, query: str, locale: str, shown_in: str, country: str = "", audience: str = "") -> Sequence[Phrase]:
        """Return the phrases that fit a few words in the caseworker's language, best first."""
        offered = {one.id: one for one in self.for_contact(locale, shown_in, country, audience)}
        if not words_of(query):
            return list(offered.values())
        index = self._index(shown_in)
        return [offered[name] for name in ranked(query, {name: index[name] for name in offered})]

    def fill(
        self,
        id: str,  # noqa: A002 - the port's name
        values: Mapping[str, str],
        locale: str,
        shown_in: str,
        country: str = "",
        audience: str = "",
    ) -> Phrase:
        """Return a phrase with its gaps filled in, in both languages."""
        phrase = self._phrase(id, locale, shown_in, country, audience) if id in self._phrases else None
        if phrase is None:
            raise NotAllowedError(GONE)

        def whole(text: str, language: str) -> str:
            return put_in(text, {f.name: written(f, values.get(f.name, ""), language) for f in phrase.fields})

        told = shown_in if self._in(shown_in, id) else "en"
        return msgspec.structs.replace(
            phrase, shown=whole(phrase.shown, told), sent=whole(phrase.sent, locale), fields=()
        )

    def shown(self, id: str, locale: str) -> str | None:  # noqa: A002
        """Return a phrase without gaps in a locale, for the log; None where it is not there or was filled in."""
        text = self._in(locale, id) if id in self._phrases else None
        return text if text and not placeholders(text) else None

    def _in(self, locale: str, name: str) -> str | None:
        return self._said(locale, phrase_context(name), self._phrases[name].text)

    def _said(self, locale: str, context: str, english: str) -> str | None:
        if locale == "en":
            return english
        entry = self._entries.get(locale, {}).get((context, english))
        return entry.text if entry else None

    def _phrase(self, name: str, locale: str, shown_in: str, country: str, audience: str) -> Phrase | None:
        sent = self._in(locale, name)
        if not sent:
            return None
        named = placeholders(self._phrases[name].text)
        numbers = {one: self._number(country, audience, one) for one in named if one not in FIELDS}
        known = {one: number for one, number in numbers.items() if number}
        if len(known) < len(numbers):
            return None
        group = _group(name)
        entry = self._entries.get(locale, {}).get((phrase_context(name), self._phrases[name].text))
        return Phrase(
            id=name,
            shown=put_in(self._in(shown_in, name) or self._phrases[name].text, known),
            sent=put_in(sent, known),
            review=entry.mark.state if entry and locale != "en" else "",
            group=group,
            group_title=self._title(group, shown_in),
            fields=gaps(named),
        )

    def _title(self, group: str, locale: str) -> str:
        if group not in self._groups:
            return ""
        english = self._groups[group].title
        return self._said(locale, group_context(group), english) or english

    def _number(self, country: str, audience: str, name: str) -> str | None:
        for where in (country, "EU"):
            found = self._numbers.get(where, {}).get(name)
            if found and found.serves(audience):
                return found.number
        return None

    def _index(self, locale: str) -> dict[str, Entry]:
        """Return what each phrase is found by in a language, made once."""
        if locale not in self._found:
            self._found[locale] = {name: tuple(self._words(name, locale)) for name in self._phrases}
        return self._found[locale]

    def _words(self, name: str, locale: str) -> list[tuple[str, float]]:
        phrase, group = self._phrases[name], self._groups.get(_group(name))
        best: dict[str, float] = {}
        for text, weight in ((self._in(locale, name) or "", TEXT), (phrase.keywords, KEYWORD), (phrase.text, ENGLISH)):
            for word in words_of(PLACEHOLDER.sub(" ", text)):
                best[word] = max(weight, best.get(word, 0.0))
        if group:
            titles = words_of(f"{self._title(_group(name), locale)} {group.title}")
            for word in dict.fromkeys(
                (*titles, *words_of(f"{group.keywords.get(locale, '')} {group.keywords.get('en', '')}"))
            ):
                more = TITLE if word in titles else GROUP
                best[word] = best[word] + more if word in best else GROUP + more
        return list(best.items())


def _group(name: str) -> str:
    return name.partition(".")[0]


def phrasebook(folder: Path, locales: Path, *, release: bool = False) -> Phrasebook:
    """Return the phrases of a folder of flows.

    Args:
        folder: The flows.
        locales: The catalogs.
        release: Whether children use it: then numbers that nobody has called are left out, with their phrases.

    Raises:
        FlowError, CatalogError: A file is wrong.
    """
    return Phrasebook(
        reference.phrases(folder),
        reference.phrase_groups(folder),
        catalogs.read_all(locales),
        reference.numbers(folder, release=release),
    )
