"""The log of a case as the page shows it: days, groups, two clocks, mentions. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from bot.console.filetypes import told
from bot.console.times import Times
from bot.core.acts.speak import MENTION
from bot.desk.views import Entry
from bot.i18n import writing

GROUP_MS = 5 * 60_000
"""Lines of one author within this time stand under one heading; milliseconds."""


FLOWS = frozenset({"flow", "flow_not_sent"})
CLOSED = frozenset({"video", "document"})
"""What is named and never opened: a file can do harm, and what it shows cannot be blurred beforehand."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a note."""

    text: str
    name: str = ""
    """Whom it mentions; empty: nobody."""


class Shown(msgspec.Struct, frozen=True):
    """An entry with what stands around it."""

    entry: Entry
    day: dt.date | None
    """A new day begins with it."""
    first: bool
    """Its author and time are to be said."""
    clock: str
    there: str
    """The hour where the contact is; empty: the same."""
    pieces: Sequence[Piece] = ()
    rtl: bool = False
    title: str = ""
    """Of a flow that was sent."""
    file: str = ""
    """Type and size of a file that is not opened here, as the app tells them."""
    lang: str = ""


def pieces(text: str) -> list[Piece]:
    """Return a note in pieces, each mention (``@name``) one of them."""
    found, at = [], 0
    for mention in MENTION.finditer(text):
        if mention.start() > at:
            found.append(Piece(text[at : mention.start()]))
        name = mention[1].rstrip(".-_")
        found.append(Piece(f"@{name}", name))
        at = mention.start() + len(name) + 1
    return [*found, Piece(text[at:])] if at < len(text) else found


def shown(entries: Sequence[Entry], times: Times, titles: Mapping[str, str], spoken: str) -> list[Shown]:
    """Return the entries as the page shows them.

    Args:
        entries: Oldest first.
        times: The two clocks.
        titles: Flow → title in the caseworker's language.
        spoken: The contact's locale, for lines that do not say theirs.
    """
    found: list[Shown] = []
    day, before = None, None
    for entry in entries:
        today = times.day(entry.at)
        author = (entry.who, entry.by)
        follows = before is not None and (before.who, before.by) == author and entry.at - before.at < GROUP_MS
        locale = entry.locale or (spoken if entry.who in {"contact", "bot"} else "")
        found.append(
            Shown(
                entry=entry,
                day=today if today != day else None,
                first=not follows or today != day or entry.who == "note",
                clock=times.clock(entry.at),
                there=times.there(entry.at),
                pieces=pieces(entry.text) if entry.who == "note" else (),
                rtl=bool(locale) and writing.rtl(locale),
                title=entry.shown or titles.get(entry.text, entry.text) if entry.kind in FLOWS else "",
                file=told(entry.type, entry.size, times.locale) if entry.kind in CLOSED else "",
                lang=locale.replace("_", "-"),
            )
        )
        day, before = today, entry
    return found
