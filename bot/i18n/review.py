"""What people did about each translation. It stands in the PO file, as a comment of the translator.

    # Review: back-checked by NAME on 2026-11-25 (3f9a1c2d)
    # Review: reviewed by NAME on 2026-12-01 (3f9a1c2d)

Rules:

1. A text without such a comment has the state of its catalog, the header ``X-Review``.
2. The sign in brackets belongs to this English and this translation. Where either was changed since, whoever changed it
   and with whatever program, nobody has checked what stands there now: it is a draft.
3. A text that is missing or fuzzy has no state.
4. ``X-Review`` says of the whole catalog what holds for its least checked text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final, Literal

import msgspec
from babel.messages.catalog import Message

from bot.errors import CatalogError

State = Literal["draft", "back-checked", "reviewed"]
DRAFT: Final = "draft"
BACK_CHECKED: Final = "back-checked"
REVIEWED: Final = "reviewed"
STATES: Final[tuple[State, ...]] = (DRAFT, BACK_CHECKED, REVIEWED)
"""From the least checked to the most."""
NAME_MAX: Final = 50
"""A longer name would break the line of the comment."""
PREFIX: Final = "Review: "
_MARK: Final = re.compile(r"Review: (back-checked|reviewed) by (.+) on (\d{4}-\d\d-\d\d) \(([0-9a-f]{8})\)")
_HEADER: Final = re.compile(r"reviewed by (\S.*)")


class Mark(msgspec.Struct, frozen=True):
    """What somebody did about one translation, and when."""

    state: State = DRAFT
    by: str = ""
    """Who; empty for a draft, and where only the header of the catalog tells the state."""
    on: dt.date | None = None
    changed: bool = False
    """Whether the English or the translation is another one since somebody checked it; the state is draft then."""

    def __str__(self) -> str:
        """Return it in words."""
        return " ".join([self.state, *(["by", self.by] if self.by else []), *(["on", str(self.on)] if self.on else [])])


NONE: Final = Mark()


def checked_name(name: str) -> str:
    """Return a name as it may stand in a mark.

    Raises:
        CatalogError: It is empty, too long or holds signs that break a line.
    """
    kept = " ".join(name.split())
    if not kept or len(kept) > NAME_MAX or not kept.isprintable():
        msg = f"The name of who checked it has 1 to {NAME_MAX} letters, without signs that cannot be printed."
        raise CatalogError(msg)
    return kept


def sign(msgid: str, text: str) -> str:
    """Return the sign of an English text with its translation: eight hexadecimal digits."""
    return hashlib.sha256(f"{msgid}\0{text}".encode()).hexdigest()[:8]


def _strings(message: Message) -> tuple[str, str]:
    """Return the English and the translation as one text each; plural forms are joined."""
    english = message.id if isinstance(message.id, str) else "\0".join(message.id)
    text = message.string if isinstance(message.string, str) else "\0".join(message.string or ())
    return english, text


def from_header(review: str) -> Mark:
    """Return what the header of a catalog says of its texts; words that are no state say nothing."""
    if review == BACK_CHECKED:
        return Mark(BACK_CHECKED)
    found = _HEADER.fullmatch(review)
    return Mark(REVIEWED, found[1]) if found else NONE


def mark_of(message: Message, header: Mark = NONE) -> Mark:
    """Return what was done about a translation; one that is missing or fuzzy is a draft.

    Args:
        message: A message of a catalog.
        header: What the header of the catalog says; it holds for a text without a mark of its own.
    """
    english, text = _strings(message)
    if not text.strip("\0") or message.fuzzy:
        return NONE
    for comment in reversed(message.user_comments):
        found = _MARK.fullmatch(comment.strip())
        if found:
            try:
                day = dt.date.fromisoformat(found[3])
            except ValueError:
                return NONE
            if found[4] != sign(english, text):
                return Mark(by=found[2], on=day, changed=True)
            return Mark(REVIEWED if found[1] == REVIEWED else BACK_CHECKED, found[2], day)
        if comment.startswith(PREFIX):  # somebody wrote it by hand, and not so that it can be believed
            return NONE
    return header


def put(message: Message, mark: Mark) -> None:
    """Write a mark above a translation, in place of what stood there; a draft has none.

    A mark of the header, without a day, gets none either: the header goes on telling it.
    """
    kept = [comment for comment in message.user_comments if not comment.startswith(PREFIX)]
    if mark.state != DRAFT and mark.by and mark.on:
        kept.append(f"{PREFIX}{mark.state} by {mark.by} on {mark.on} ({sign(*_strings(message))})")
    message.user_comments = kept


def as_header(marks: Collection[Mark], *, whole: bool) -> str:
    """Return the ``X-Review`` of a catalog: what holds for its least checked text.

    Args:
        marks: One for each translation that may be shown.
        whole: Whether nothing is missing or fuzzy; else it is a draft.
    """
    if not marks or not whole or any(mark.state == DRAFT for mark in marks):
        return DRAFT
    if any(mark.state == BACK_CHECKED for mark in marks):
        return BACK_CHECKED
    return f"reviewed by {', '.join(dict.fromkeys(mark.by for mark in marks))}"


def tally(marks: Iterable[Mark]) -> dict[State, int]:
    """Return how many texts are in each state, the least checked first."""
    counts = Counter(mark.state for mark in marks)
    return {state: counts[state] for state in STATES}


def lowest(marks: Iterable[Mark]) -> State:
    """Return the state of the least checked text; of none at all: reviewed."""
    return min((mark.state for mark in marks), key=STATES.index, default=REVIEWED)
