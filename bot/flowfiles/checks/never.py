"""What must never be said, in flows, phrases, pages and names of numbers, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, Place, check
from bot.flowfiles.wordlists import KINDS, Never, fold

_RULES: Final = "Say it in another way; see flows/never.yml."


@check("never_word", _RULES)
def never_word(book: Book) -> Iterator[Found]:
    """Find promises, secrecy, questions for papers, names, addresses and reasons, and whatever else is listed."""
    rules = {locale: list(_compiled(known)) for locale, known in book.never.items()}
    for locale, text, place in _everything(book):
        folded = fold(text)
        for pattern, kind in rules.get(locale, ()):
            if found := pattern.search(folded):
                yield place, f"{locale}: {found[0]!r}: {KINDS[kind]}"
    for locale, known in book.never.items():
        for one in known:
            if not _compiles(one.pattern):
                yield (f"{book.folder.name}/never.yml", 1), f"{locale}: {one.pattern!r} is no regular expression"


@check(
    "unguarded_locale",
    "Add it in flows/never.yml or flows/hard_words.yml; ask somebody who speaks the language.",
    severity="warning",
)
def unguarded_locale(book: Book) -> Iterator[Found]:
    """Find languages for which nobody wrote down what must never be said, or which words are hard."""
    for locale in ("en", *book.catalogs):
        if book.never:
            known = {one.kind for one in book.never.get(locale, ())}
            if lacking := [kind for kind in KINDS if kind not in known]:
                yield (f"{book.folder.name}/never.yml", 1), f"{locale}: no pattern for {', '.join(lacking)}"
        if book.hard and not book.hard.get(locale):
            yield (f"{book.folder.name}/hard_words.yml", 1), f"{locale}: no hard words"


def _everything(book: Book) -> Iterator[tuple[str, str, Place]]:
    """Yield all that people read, wherever it stands: (locale, text, place)."""
    for text in book.texts():
        yield text.locale, text.text, text.place
    for country, table in book.contacts.items():
        for name, one in table.items():
            place = book.contact_places.get(f"{country}.{name}", (f"{book.folder.name}/contacts.yml", 1))
            for locale in book.never:  # a title is a name: it stands in whatever language the service speaks
                yield locale, one.title, place
    english: set[str] = set()
    for locale, page in book.pages.items():
        for entry in page.entries.values():
            place = (page.file, entry.line)
            if entry.text:
                yield locale, entry.text, place
            if entry.msgid not in english:
                english.add(entry.msgid)
                yield "en", entry.msgid, place


def _compiled(rules: tuple[Never, ...]) -> Iterator[tuple[re.Pattern[str], str]]:
    for one in rules:
        if _compiles(one.pattern):
            yield re.compile(fold(one.pattern), re.IGNORECASE), one.kind


def _compiles(pattern: str) -> bool:
    try:
        re.compile(fold(pattern))
    except re.error:
        return False
    return True
