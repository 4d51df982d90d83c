"""Finds what is wrong with flows, numbers, sources and catalogs, each fault with file, line and how to mend it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from bot.errors import FlowError
from bot.flowfiles.checks import (
    buttons,
    desk,
    facts,
    hard,
    hours,
    language,
    later,
    names,
    never,
    numbers,
    paths,
    reading,
    signposts,
    translations,
    words,
)
from bot.flowfiles.checks.book import TOPICS, Book, Fault, open_book
from bot.flowfiles.checks.registry import CHECKS, Check

__all__ = ["CHECKS", "UNREAD", "Book", "Check", "Fault", "check", "check_book"]

_MODULES = (
    *(paths, names, facts, buttons, numbers, hours, later),
    desk,
    *(words, hard, reading, signposts, never, translations, language),
)
"""Importing them registers their checks, in this order."""

UNREAD = {
    "yaml": "Correct the file; an editor shows more with flows/schema.json.",
    "catalog": "Correct the file, or let `ucare i18n update` write it anew.",
}
"""Faults that leave nothing to check: code → how to mend it."""


def check_book(book: Book, *, release: bool = False) -> list[Fault]:
    """Return every fault of a book, in order of file and line."""
    faults = set()
    for code, error in book.unread:
        if isinstance(error, FlowError):
            file, line, message = error.file, error.line, str(error).removeprefix(f"{error.file}:{error.line}: ")
        else:
            file, number, message = str(error).split(":", 2)
            line, message = int(number), message.strip()
        faults.add(Fault(file, line, code, "error", message, UNREAD[code]))
    for one in CHECKS.values():
        severity = one.release if release else one.severity
        for (file, line), message in one.find(book):
            faults.add(Fault(file, line, one.code, severity, message, one.mend))
    return sorted(faults)


def check(
    folder: Path,
    locales: Path,
    *,
    release: bool = False,
    topics: Path = TOPICS,
    today: dt.date | None = None,
) -> list[Fault]:
    """Return every fault of a folder of flows and its catalogs; bad files are faults as well, never an exception.

    Args:
        folder: The flows, with contacts.yml, sources.yml, phrases.yml and never.yml.
        locales: The catalogs.
        release: Whether unreviewed, expired and uncalled is an error.
        topics: The contract of topics.
        today: The day to judge reviews by; None: today, UTC.
    """
    return check_book(open_book(folder, locales, topics_file=topics, today=today), release=release)
