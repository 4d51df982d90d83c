"""The rows of the queue as HTML: each is rendered once for all who see it alike."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from markupsafe import Markup

from bot.console.pages import Pages, waited
from bot.core.understood import Level
from bot.desk.views import Row

SOON_MS: Final[dict[Level, int]] = {"T0": 120_000, "T1": 300_000, "T2": 3_600_000, "T3": 4 * 3_600_000}
"""How long before it is due a case turns amber; milliseconds."""
MAX_ROWS: Final = 4000
"""Rendered rows that are kept."""
SLOT: Final = Markup("⟨due⟩")
"""Where a row has its time: the only thing of it that changes by itself."""


class Piece(msgspec.Struct, frozen=True):
    """A row as HTML, its time left out, and a mark that changes when it does."""

    html: str
    mark: str


class Rows:
    """Renders rows, each once."""

    def __init__(self, pages: Pages) -> None:
        """Take what renders."""
        self._pages = pages
        self._template = pages.template("_row.html")
        self._macros = {
            "words": pages.template("_words.html").module,
            "says": pages.template("_case_words.html").module,
            "icons": pages.template("_icons.html").module,
        }
        self._kept: dict[tuple[object, ...], Piece] = {}

    def piece(self, row: Row, name: str, locale: str, *, writes: bool, team: str = "") -> Piece:
        """Return a row as somebody sees it, with the name of its team."""
        own = row.owner == name
        still = msgspec.structs.replace(row, waiting_ms=0, overdue=False, revision=0)
        key = (still, own, writes, locale, team)
        if (found := self._kept.get(key)) is None:
            html = self._template.render(
                row=row, own=own, takes=writes and row.state == "waiting", soon=SOON_MS[row.level],
                team=team, slot=SLOT,
                **self._macros, **self._pages.words(locale),
            )  # fmt: skip
            found = Piece(html, hashlib.blake2b(html.encode(), digest_size=8).hexdigest())
            if len(self._kept) >= MAX_ROWS:
                self._kept.clear()
            self._kept[key] = found
        return found


def time_of(row: Row, now: int, locale: str) -> str:
    """Return the time of a row in words, for those without the script."""
    if row.state == "waiting":
        return waited(abs(row.due_at - now), locale)
    return waited(now - row.at, locale) if row.state == "assigned" else ""
