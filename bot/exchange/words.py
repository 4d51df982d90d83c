"""A text in English and in every locale that has it, and what was written about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from bot.core.library import Texts


class Words(msgspec.Struct, frozen=True):
    """A text; ``others`` are its translations by locale."""

    english: str
    others: dict[str, str] = {}

    def each(self, change: Callable[[str, str], str]) -> Words:
        """Return the text with every language changed by ``change(text, locale)``."""
        return Words(change(self.english, "en"), {locale: change(text, locale) for locale, text in self.others.items()})

    def as_map(self) -> dict[str, str]:
        """Return the text by locale, English among them, as it is kept in a note."""
        return {"en": self.english, **self.others}


class Line(msgspec.Struct, frozen=True):
    """A statement with its translations, what it rests on, and what is said while its number is closed."""

    words: Words
    sources: tuple[str, ...] = ()
    closed: Words | None = None
    at: int | None = None
    """Its place among the statements of a step; None: it stands in an overlay."""


def words_of(texts: Mapping[str, Texts], context: str, english: str) -> Words:
    """Return a text of ours with all its translations."""
    found = ((locale, table.get((context, english))) for locale, table in sorted(texts.items()))
    return Words(english, {locale: text for locale, text in found if text and locale != "en"})


def from_map(found: Mapping[str, str]) -> Words:
    """Return a text that ``Words.as_map`` wrote."""
    return Words(found.get("en", ""), {locale: text for locale, text in found.items() if locale != "en"})


def joined(parts: Iterable[Words]) -> Words | None:
    """Return several texts as one, a line each; None where that could not be taken apart again.

    That is where a text has several lines, or a locale has some of the texts and not the others.
    """
    found = list(parts)
    locales = {locale for one in found for locale in one.others}
    whole = all(one.others.keys() == locales for one in found)
    if not found or not whole or any("\n" in text for one in found for text in one.as_map().values()):
        return None
    return Words(
        "\n".join(one.english for one in found),
        {locale: "\n".join(one.others[locale] for one in found) for locale in sorted(locales)},
    )
