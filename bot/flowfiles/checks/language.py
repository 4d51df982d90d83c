"""How a locale writes: its own quotation marks, and its fixed terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check
from bot.i18n import glossary
from bot.i18n.quotes import quotes, wrong

_EXPLAINED: Final = re.compile(r"[^:\uff1a\n]{1,40}:")
EXPLAINING: Final = "words."
"""Flows that explain words: what follows the colon may say anything."""


@check(
    "quotation_marks",
    "Write the quotation marks of the language, as the message shows them.",
    severity="warning",
    release="warning",
)
def quotation_marks(book: Book) -> Iterator[Found]:
    """Find quotation marks of another language, and such as do not open and close."""
    for text in book.texts():
        if sign := wrong(text.text, text.locale):
            opening, closing = quotes(text.locale)[0]
            yield text.place, f"{text.locale}: {sign} instead of {opening}…{closing}: {text.text[:40]!r}"


@check(
    "term",
    "Use the fixed term, inflected as it must be; or correct docs/glossary/LOCALE.md.",
    severity="warning",
    release="warning",
)
def term(book: Book) -> Iterator[Found]:
    """Find translations that call something otherwise than the glossary says, so that a guardian is always one."""
    folder = book.folder.parent / "docs" / "glossary"
    terms = {name: [one for one in glossary.read(name, folder) if one.fixed] for name in book.catalogs}
    for text in book.texts():
        entry = book.catalogs[text.locale].entries.get((text.context, text.msgid)) if text.locale != "en" else None
        if entry is None or entry.fuzzy:
            continue
        english = text.msgid
        if text.flow.id.startswith(EXPLAINING) and (named := _EXPLAINED.match(english)):
            english = named[0]
        for one in glossary.occurring(terms.get(text.locale, ()), english):
            if not glossary.uses(one, text.text):
                yield text.place, f"{text.locale}: {' or '.join(one.english)} is {' or '.join(one.terms)} here"
