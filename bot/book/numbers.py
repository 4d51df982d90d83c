"""Gives each text its number: what is written in the margin of a page finds its text by it.

Texts with the same English and the same translation have one number, wherever they stand; the index at the end of the
book says where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from bot.core.effects import SendMessage
from bot.core.flow import Choose
from bot.core.library import Library, statements_of, texts_of
from bot.i18n.writing import isolate, rtl
from bot.turns.render import filled

_GROUPS: Final = re.compile(r"(?<=\d) (?=\d)")
"""What stands between the groups of a telephone number: no line ends there."""


class Sentence(msgspec.Struct):
    """A text with its number. ``places`` grows while the book is made."""

    number: int
    english: str
    text: str
    """The translation, as it stands in the catalog."""
    sources: tuple[str, ...] = ()
    label: bool = False
    """Whether it stands on a button."""
    places: list[str] = []
    """gettext contexts: ``flow/step``, with ``@BE`` for an overlay."""


class Line(msgspec.Struct, frozen=True):
    """A sentence at one place of the book."""

    sentence: Sentence
    text: str
    """As a contact reads it here."""
    first: bool
    """Whether the book shows it for the first time; only then it is asked about."""


class Numbers:
    """All texts of one locale, numbered in the order in which they are asked for."""

    def __init__(self, library: Library, locale: str) -> None:
        """Look up where each text stands."""
        self.library, self.locale = library, locale
        self.sentences: list[Sentence] = []
        self._known: dict[tuple[str, str, bool], Sentence] = {}
        self._contexts: dict[tuple[str, str], list[str]] = {}
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self._titles = {flow.title: flow.id for flow in library.flows.values() if flow.title}
        for flow in library.flows.values():
            for one in statements_of(flow):
                self._sources[one.context, one.text] = tuple(name for name in one.sources if name != "none")
            for context, msgid in texts_of(flow):
                place = context.partition("@")[0]
                self._contexts.setdefault((place, msgid), []).append(context)

    def said(self, place: str, msgid: str, *, country: str, audience: str) -> Line | None:
        """Return a text that was said in a step, or None where it is not there any more or says nothing here."""
        context = self._context(place, msgid, country)
        return self._line(context, msgid, country, audience) if context else None

    def button(self, place: str, msgid: str) -> Line | None:
        """Return the label of a button below a step: one of its choices, or the title of a flow."""
        flow, _, step = place.partition("/")
        found = self.library.flows.get(flow)
        own = found.steps.get(step) if found else None
        if isinstance(own, Choose) and any(choice.label == msgid for choice in own.choose):
            return self._line(place, msgid, label=True)
        title = self._titles.get(msgid)
        return self._line(title, msgid, label=True) if title else None

    def text(self, context: str, msgid: str, *, label: bool = False) -> Line | None:
        """Return any text of the catalogs by its context; its numbers stay as placeholders."""
        return self._line(context, msgid, label=label)

    def _context(self, place: str, msgid: str, country: str) -> str:
        found = self._contexts.get((place, msgid), [])
        here = (one for one in found if "@" not in one or one.partition("@")[2].startswith((country or "@", "age:")))
        return next(here, found[0] if found else "")

    def _line(
        self, context: str, msgid: str, country: str = "", audience: str = "", *, label: bool = False
    ) -> Line | None:
        text = msgid if self.locale == "en" else self.library.texts[self.locale].get((context, msgid))
        if text is None:
            return None
        shown: str | None = named(text)
        if country:
            flow, _, step = context.partition("/")
            effect = SendMessage(flow, step, (), locale=self.locale, country=country, audience=audience)
            shown = filled(self.library, effect, text, rtl=rtl(self.locale))
        if shown is None:
            return None
        key = (msgid, text, label)
        first = key not in self._known
        sentence = self._known.get(key) or self._new(key, self._sources.get((context, msgid), ()))
        if context not in sentence.places:
            sentence.places.append(context)
        return Line(sentence, isolate(_GROUPS.sub("\u00a0", shown), self.locale), first)

    def _new(self, key: tuple[str, str, bool], sources: Iterable[str]) -> Sentence:
        msgid, text, label = key
        made = Sentence(len(self.sentences) + 1, msgid, text, tuple(sources), label, [])
        self.sentences.append(made)
        self._known[key] = made
        return made


def named(text: str) -> str:
    """Return a text whose telephone numbers are named and not filled in."""
    return text.replace("{tel_", "☎{")
