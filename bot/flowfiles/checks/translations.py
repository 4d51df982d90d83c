"""Translations: missing, stale, fuzzy, with other placeholders than the English, and what people did about them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.library import texts_of
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.numbers import PLACEHOLDER, placeholders
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.texts import group_context, phrase_context
from bot.flowfiles.wordlists import names_pattern
from bot.i18n import catalogs, review


def _wanted(book: Book) -> dict[str, list[tuple[str, str]]]:
    """Return what is to be translated: flow (or ``phrases``) → (context, msgid)."""
    wanted = {flow.id: list(dict.fromkeys(texts_of(flow))) for flow in book.flows.values()}
    wanted["phrases"] = [
        *((phrase_context(name), one.text) for name, one in book.phrases.items()),
        *((group_context(name), one.title) for name, one in book.phrase_groups.items()),
    ]
    return wanted


@check(
    "missing_translation", "Translate it in the catalog (`ucare i18n update` puts new texts there).", severity="warning"
)
def missing_translation(book: Book) -> Iterator[Found]:
    """Find flows that a locale does not have whole; the contact is offered another language or a person."""
    for locale, catalog in book.catalogs.items():
        for flow, keys in _wanted(book).items():
            entries = [catalog.entries.get(key) for key in keys]
            count = sum(entry is None or not entry.text for entry in entries)
            if count:
                place = book.at(flow) if flow != "phrases" else (f"{book.folder.name}/phrases.yml", 1)
                yield place, f"{locale}: {count} of {len(keys)} texts of {flow} are not translated"


@check("fuzzy_translation", "Compare it with the English, mend it, and take out the mark `fuzzy`.", severity="warning")
def fuzzy_translation(book: Book) -> Iterator[Found]:
    """Find translations of an older English text; they are not shown."""
    for locale, catalog in book.catalogs.items():
        for entry in catalog.entries.values():
            if entry.fuzzy:
                yield (catalog.file, entry.line), f"{locale}: a translation is marked fuzzy"


@check(
    "stale_translation", "Run `ucare i18n update`; it keeps the old text aside.", severity="warning", release="warning"
)
def stale_translation(book: Book) -> Iterator[Found]:
    """Find translations of texts that are gone."""
    known = {key for keys in _wanted(book).values() for key in keys}
    for locale, catalog in book.catalogs.items():
        for key, entry in catalog.entries.items():
            if key not in known:
                yield (catalog.file, entry.line), f"{locale}: the English text of {entry.context} is gone"


@check("other_placeholders", "Keep each {name} of the English text just as it is, once.")
def other_placeholders(book: Book) -> Iterator[Found]:
    """Find translations that name other numbers than the English text."""
    for text in book.texts():
        if text.locale != "en" and placeholders(text.text) != placeholders(text.msgid):
            lost = sorted(set(placeholders(text.msgid)) ^ set(placeholders(text.text)))
            yield text.place, f"{text.locale}: the placeholders differ ({', '.join(lost) or 'not as often'})"


@check(
    "draft_catalog",
    "Let a native speaker read it, then `ucare i18n mark LOCALE reviewed --by NAME`.",
    severity="warning",
)
def draft_catalog(book: Book) -> Iterator[Found]:
    """Find catalogs with texts that no native speaker has reviewed; say how many of which flows."""
    for locale, catalog in book.catalogs.items():
        if catalog.draft:
            counts = review.tally(catalog.marks)
            told = ", ".join(f"{count} {state}" for state, count in counts.items() if count) or catalog.review
            yield (catalog.file, 1), f"{locale}: not every text is reviewed by a native speaker ({told})"


@check(
    "changed_since_review",
    "Let somebody check it again, then `ucare i18n mark`; until then it is a draft.",
    severity="warning",
)
def changed_since_review(book: Book) -> Iterator[Found]:
    """Find translations that are not any more what somebody checked."""
    for locale, catalog in book.catalogs.items():
        for entry in catalog.entries.values():
            if entry.mark.changed:
                message = f"{locale}: it was changed after {entry.mark.by} checked it on {entry.mark.on}"
                yield (catalog.file, entry.line), message


@check("unknown_review", "Write `draft`, `back-checked` or `reviewed by NAME`.")
def unknown_review(book: Book) -> Iterator[Found]:
    """Find review states that say nothing."""
    for locale, catalog in book.catalogs.items():
        if not catalogs.is_state(catalog.review):
            yield (catalog.file, 1), f"{locale}: X-Review is {catalog.review!r}"


@check(
    "same_text",
    "Translate it; where it is only a name, put the name into flows/names.yml.",
    severity="warning",
    release="warning",
)
def same_text(book: Book) -> Iterator[Found]:
    """Find translations that are the English text; often they were forgotten. Names and numbers may agree."""
    known = names_pattern(book.names)
    for locale, catalog in book.catalogs.items():
        for entry in catalog.entries.values():
            if entry.text == entry.msgid and len(entry.msgid.split()) > 2:  # noqa: PLR2004 - short words may agree
                plain = PLACEHOLDER.sub("", entry.msgid)
                if any(map(str.isalpha, known.sub("", plain) if known else plain)):
                    yield (catalog.file, entry.line), f"{locale}: the translation is the English text"
