"""Takes from a sheet what is valid, and says of every other row why not. What is not in the sheet is not touched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from babel.messages.catalog import Message

from bot.flowfiles.checks.numbers import placeholders
from bot.i18n import catalogs, review
from bot.sheets import cells, rows
from bot.sheets.cells import Line

JOINERS: Final = "\u200c\u200d"
"""Signs that are not seen and belong to the scripts of Dari and Pashto, and to emojis."""
TAG: Final = re.compile(
    r"</?[a-z!][^<>]*>|&(?:[a-z]+|#\w+);|\*\*|__|```|\]\(|\[/?(?:b|i|u|url|img)\b[^\]]*\]", re.IGNORECASE
)


class Refused(msgspec.Struct, frozen=True):
    """A row that was not taken."""

    row: int
    reason: str


class Taken(msgspec.Struct):
    """What came of a sheet."""

    changed: dict[str, int] = {}
    """Domain → how many of its texts were changed."""
    unchanged: int = 0
    refused: list[Refused] = []


def markup(text: str) -> str:
    """Return the first sign of markup, or an empty text."""
    found = TAG.search(text)
    return found[0] if found else ""


def hidden(text: str) -> str:
    """Return the first sign that nobody sees, as U+200E; empty: there is none."""
    for sign in text:
        category = unicodedata.category(sign)
        if category in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} and sign not in JOINERS and sign != "\n":
            return f"U+{ord(sign):04X}"
        if sign == "\ufffd":
            return "U+FFFD"
    return ""


def fault(message: Message, text: str) -> str:
    """Return why a translation may not be taken; empty: it may."""
    english = str(message.id)
    if placeholders(text) != placeholders(english) or text.count("{") != english.count("{"):
        return (
            f"the placeholders differ: {' '.join(f'{{{name}}}' for name in placeholders(english)) or 'there are none'}"
        )
    most = rows.most_of(message)
    if len(text) > most:
        return f"it has {len(text)} characters; at most {most}"
    if (sign := markup(text)) and sign not in english:
        return f"it holds markup: {sign}"
    if sign := hidden(text):
        return f"it holds the hidden sign {sign}"
    if "\n" in text and "\n" not in english:
        return "it has several lines; the English has one"
    return ""


class _RefusalError(Exception):
    """Why a row is not taken."""


class _Taker:
    """Takes row by row; a row changes its own text alone."""

    def __init__(self, found: Mapping[str, catalogs.ReviewedCatalog], mark: review.Mark) -> None:
        self.mark = mark
        self.texts = {
            domain: {rows.name_of(domain, one): one for one in rows.singles(catalog)}
            for domain, catalog in found.items()
        }
        self.seen: dict[str, int] = {}

    def take(self, line: Line) -> str:
        """Return the domain whose text was changed; empty: the row says what is there already."""
        parts = rows.split_id(line.cells.get(cells.ID, ""))
        if line.wrong or not parts:
            raise _RefusalError(line.wrong or "the id is none of ours")
        domain, name, base = parts
        if name in self.seen:
            msg = f"row {self.seen[name]} is about the same text"
            raise _RefusalError(msg)
        self.seen[name] = line.number
        message = self.texts.get(domain, {}).get(name)
        if message is None:
            msg = "the English text has changed or is gone since the export; export again"
            raise _RefusalError(msg)
        if line.cells.get(cells.ENGLISH, "") != message.id:
            msg = "the English was changed here; it must stay as it is"
            raise _RefusalError(msg)
        text = _new_text(line, message, base)
        mark = self._new_mark(line, message, new=text is not None)
        note = _new_note(line, message)
        _apply(message, text, mark, note)
        return domain if (text, mark, note) != (None, None, None) else ""

    def _new_mark(self, line: Line, message: Message, *, new: bool) -> review.Mark | None:
        """Return the mark that a row asks for; None: none. A state never becomes lower but by a new text."""
        asked = line.cells.get(cells.STATE, "").strip().lower()
        before = rows.state_of(message, review.NONE)
        if asked in {"", before, rows.MISSING, rows.FUZZY} or (new and asked == review.DRAFT):
            return None
        if asked not in review.STATES:
            msg = f"the state {asked[:20]!r} is none of {', '.join(review.STATES)}"
            raise _RefusalError(msg)
        if before == rows.MISSING and not new:
            msg = "there is no translation that could be checked"
            raise _RefusalError(msg)
        if not new and before in review.STATES and review.STATES.index(asked) < review.STATES.index(before):
            return None
        if asked == review.DRAFT:
            return review.NONE  # the old translation of an English text that changed is right as it is
        if not self.mark.by:
            msg = f"the state {asked!r} wants a name: `ucare i18n import --by NAME`"
            raise _RefusalError(msg)
        return msgspec.structs.replace(self.mark, state=asked)


def _new_text(line: Line, message: Message, base: str) -> str | None:
    """Return the translation that a row brings; None: none."""
    english, old = str(message.id), rows.text_of(message)
    text = line.cells.get(cells.TRANSLATION, "")
    if text == old or review.sign(english, text) == base:
        return None
    text = text.strip(" \u00a0\t\n")
    if text == old:
        return None
    if review.sign(english, old) != base:
        msg = "the translation was changed in the catalog since the export; export again"
        raise _RefusalError(msg)
    if reason := fault(message, text) if text else "it is empty; the translation that is there stays":
        raise _RefusalError(reason)
    return text


def _new_note(line: Line, message: Message) -> list[str] | None:
    """Return the comments that a row brings; None: none."""
    note = line.cells.get(cells.NOTE)
    if note is None or note.strip() == rows.note_of(message).strip():
        return None
    parts = [part.strip() for part in note.splitlines() if part.strip()]
    if any(part.startswith(review.PREFIX.strip()) for part in parts):
        msg = "a note may not begin like a mark of review"
        raise _RefusalError(msg)
    if sign := hidden(note):
        msg = f"the note holds the hidden sign {sign}"
        raise _RefusalError(msg)
    return parts


def _apply(message: Message, text: str | None, mark: review.Mark | None, note: list[str] | None) -> None:
    if note is not None:
        marks = [one for one in message.user_comments if one.startswith(review.PREFIX)]
        message.user_comments = [*note, *marks]
    if text is not None:
        message.string = text
        review.put(message, review.NONE)
    if text is not None or mark:
        message.flags.discard("fuzzy")
        message.previous_id = []
    if mark:
        review.put(message, mark)


def take(lines: Iterable[Line], found: Mapping[str, catalogs.ReviewedCatalog], mark: review.Mark) -> Taken:
    """Bring the catalogs of a locale to what the rows say.

    Args:
        lines: The rows of a sheet.
        found: The catalogs by domain; only texts of rows that are taken change, and the header where it must.
        mark: By whom and when a row with another state was checked; without a name such rows are refused.
    """
    for catalog in found.values():
        catalogs.spread(catalog)
    taker = _Taker(found, mark)
    done = Taken()
    for line in lines:
        try:
            domain = taker.take(line)
        except _RefusalError as error:
            done.refused.append(Refused(line.number, str(error)))
            continue
        if domain:
            done.changed[domain] = done.changed.get(domain, 0) + 1
        else:
            done.unchanged += 1
    for catalog in found.values():
        catalogs.settle(catalog)
    return done
