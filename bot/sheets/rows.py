"""The rows of a sheet: one for each text of a catalog, with all that a translator needs to know."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
from babel.messages.catalog import Message

from bot.flowfiles.checks.buttons import LABEL
from bot.flowfiles.checks.numbers import placeholders
from bot.flowfiles.checks.words import STATEMENT
from bot.flowfiles.extractors import LABEL as LABEL_COMMENT
from bot.i18n import catalogs, glossary, review
from bot.i18n.marking import concerns
from bot.sheets.scenes import Key, Scene, scene_of

Wanted = Literal["todo", "draft", "all"]
MISSING: Final = "missing"
FUZZY: Final = "fuzzy"
LONGER: Final = 1.5
"""How much longer than its English a text may be that is long already."""
_ID: Final = re.compile(r"([bc])([0-9a-f]{12})-([0-9a-f]{8})")
DOMAIN: Final = {"b": catalogs.BOT, "c": catalogs.CONSOLE}


class Row(msgspec.Struct, frozen=True):
    """One text."""

    id: str
    """Tells the text, and which translation it had at the export."""
    where: str
    english: str
    translation: str
    most: int
    """Characters that the translation may have."""
    placeholders: tuple[str, ...]
    terms: tuple[str, ...]
    state: str
    """``missing``, ``fuzzy``, ``draft``, ``back-checked`` or ``reviewed``."""
    checked: str
    """By whom and when; empty for what nobody checked."""
    note: str
    scene: Scene


def text_of(message: Message) -> str:
    """Return the translation of a message; empty: none."""
    return message.string if isinstance(message.string, str) else ""


def name_of(domain: str, message: Message) -> str:
    """Return what stands for a text in an id; it changes with the English."""
    return domain[0] + hashlib.sha256(f"{message.context or ''}\0{message.id}".encode()).hexdigest()[:12]


def id_of(domain: str, message: Message) -> str:
    """Return the id of a row."""
    return f"{name_of(domain, message)}-{review.sign(str(message.id), text_of(message))}"


def split_id(text: str) -> tuple[str, str, str] | None:
    """Return domain, name and sign of an id, or None where it is none of ours."""
    found = _ID.fullmatch(text.strip())
    return (DOMAIN[found[1]], f"{found[1]}{found[2]}", found[3]) if found else None


def most_of(message: Message) -> int:
    """Return how many characters the translation of a message may have."""
    if LABEL_COMMENT in message.auto_comments:
        return LABEL
    return max(STATEMENT, round(LONGER * len(str(message.id))))


def state_of(message: Message, header: review.Mark) -> str:
    """Return the state of a translation in one word."""
    if not text_of(message):
        return MISSING
    return FUZZY if message.fuzzy else review.mark_of(message, header).state


def note_of(message: Message) -> str:
    """Return the comments of translators that are no marks of review."""
    return "\n".join(one for one in message.user_comments if not one.startswith(review.PREFIX))


def is_wanted(state: str, wanted: Wanted) -> bool:
    """Tell whether a text in a state is exported."""
    return wanted == "all" or state in {MISSING, FUZZY} or (wanted == "draft" and state == review.DRAFT)


def singles(catalog: Iterable[Message]) -> Iterator[Message]:
    """Yield the texts of a catalog that have one form; texts with plural forms are translated in the PO file."""
    return (message for message in catalog if message.id and isinstance(message.id, str))


def rows(
    catalog: catalogs.ReviewedCatalog,
    domain: str,
    scenes: Mapping[Key, Scene],
    terms: Sequence[glossary.Term],
    *,
    wanted: Wanted = "all",
    flows: Iterable[str] = (),
) -> Iterator[Row]:
    """Yield the rows of a catalog, in its order.

    Args:
        catalog: The translations.
        domain: ``bot`` or ``console``.
        scenes: Where the texts of flows appear.
        terms: The glossary of the locale.
        wanted: ``todo``: missing and fuzzy; ``draft``: what nobody checked as well; ``all``.
        flows: Only these flows or topics; none: all.
    """
    header = review.from_header(catalog.review)
    named = tuple(flows)
    for message in singles(catalog):
        state = state_of(message, header)
        if not is_wanted(state, wanted) or not concerns(str(message.context or ""), named):
            continue
        english = str(message.id)
        mark = review.mark_of(message, header)
        scene = scene_of(message, scenes)
        yield Row(
            id=id_of(domain, message),
            where=scene.where,
            english=english,
            translation=text_of(message),
            most=most_of(message),
            placeholders=tuple(f"{{{name}}}" for name in placeholders(english)),
            terms=tuple(map(str, glossary.occurring(terms, english))),
            state=state,
            checked=", ".join(part for part in (mark.by, str(mark.on or "")) if part),
            note=note_of(message),
            scene=scene,
        )
