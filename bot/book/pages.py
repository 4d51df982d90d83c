"""The book as one HTML document: made for paper, read on a screen as well, and in need of nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from babel import UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.book.making import Book, spans
from bot.book.numbers import named
from bot.book.words import words
from bot.i18n.writing import date, isolate, known, number, rtl

TEMPLATES: Final = Path(__file__).parent / "templates"
PLACES: Final = 3
"""Places of a number that the index names; of more it says how many."""


def html(book: Book, *, english: str = "below", today: dt.date | None = None) -> str:
    """Return the book as a document.

    Args:
        book: What is in it.
        english: Where the English stands at first: below, beside or none; on a screen it can be switched.
        today: The day that the title page tells; none: today.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    locale = book.locale
    right = rtl(locale)
    return environment.get_template("book.html").render(
        book=book,
        words=words(locale),
        english=english if locale != "en" else "below",
        lang=locale.replace("_", "-"),
        direction="rtl" if right else "ltr",
        rtl=right,
        counter={"ar": "arabic-indic", "fa_AF": "persian", "ps": "persian"}.get(locale, "decimal"),
        language=language(locale),
        language_in_english=language(locale, "en"),
        day=date(today or dt.datetime.now(tz=dt.UTC).date(), locale),
        written=lambda day: date(day, locale),
        figure=lambda value: number(value, locale),
        country=lambda code: known(locale).territories.get(code, code),
        english_country=lambda code: known("en").territories.get(code, code),
        apart=lambda text: isolate(text, locale),
        named=named,
        spans=spans(book.chapters),
        places=PLACES,
        css=(TEMPLATES / "book.css").read_text(encoding="utf-8"),
    )


def language(locale: str, shown_in: str = "") -> str:
    """Return the name of a language in itself or in another; where Babel knows none, its code."""
    try:
        one = known(shown_in or locale)
        return str(one.languages.get(locale) or one.languages.get(known(locale).language) or locale)
    except (UnknownLocaleError, ValueError):
        return locale
