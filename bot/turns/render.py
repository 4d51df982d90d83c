"""Turns message ids into the text a contact reads: translated, with the numbers that serve this contact now.

Rules:

1. A statement that names a telephone number which is not there for this country or audience is left out, never shown
   with a hole.
2. While nobody answers a number, what the statement has for that time is said instead; without it, it is left out.
   Where that text is not translated yet, the statement is said: it is better than silence.
3. A text without a translation is never shown in English by surprise: it raises.
4. In a script that runs from right to left numbers and Latin names stand between isolation marks, or their parts change
   places. A label gets them only where it still has at most twenty characters.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from bot.core.conversation import Conversation
from bot.core.effects import SendMessage, SendReply, TextRef
from bot.core.library import Library
from bot.errors import CatalogError
from bot.i18n.isolates import FSI, PDI
from bot.i18n.writing import date, isolate
from bot.i18n.writing import rtl as is_rtl
from bot.ports.channels import Outgoing, RenderedButton
from bot.turns.local import local

LABEL: Final = 20
"""No channel shows more characters of a button's label."""
KEPT: Final = 4096
"""Messages kept as they were rendered; most turns say what was said before."""

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_ISOLATE: Final = "\u2066{}\u2069"


def render(
    effect: SendMessage, library: Library, *, last_at: int = 0, values: tuple[tuple[str, str], ...] = ()
) -> Outgoing | None:
    """Return the message as it is sent, or None where nothing of it may be shown.

    Args:
        effect: What the engine wants to say, in which locale and for which country.
        library: The texts and numbers.
        last_at: When the contact last wrote (ms), for the channel's window.
        values: Placeholders that are no numbers, and what stands in their place; without one a statement is left out.

    Raises:
        CatalogError: A text has no translation, or only buttons would be left.
    """
    here = local(effect.country, effect.at)
    values = (*values, *answers(effect, library))
    closed = library.closed(effect.country, effect.audience, here) if here else frozenset()
    plain = msgspec.structs.replace(effect, at=0, reply="", escalation="", said=())
    rendered = _rendered.__wrapped__ if values else _rendered  # what one person told is kept for nobody
    made = rendered(plain, library, closed, values)
    return msgspec.structs.replace(made, last_at=last_at) if made else None


@lru_cache(maxsize=KEPT)
def _rendered(
    effect: SendMessage, library: Library, closed: frozenset[str], values: tuple[tuple[str, str], ...]
) -> Outgoing | None:
    """Return the message while some numbers are closed."""
    rtl = is_rtl(effect.locale)
    said = (_said(library, effect, ref, closed, dict(values), rtl=rtl) for ref in effect.texts)
    text = isolate("\n".join(line for line in said if line), effect.locale)
    buttons = tuple(
        RenderedButton(button.payload, labelled(translated(library, effect.locale, button.label), effect.locale))
        for button in effect.buttons
    )
    if not text and buttons:
        msg = f"{effect.flow}/{effect.step} has nothing to say above its buttons in {effect.country or 'any country'}."
        raise CatalogError(msg)
    if not text:
        return None
    return Outgoing(
        text=text,
        buttons=buttons,
        locale=effect.locale,
        rtl=rtl,
        flow=effect.flow,
        step=effect.step,
        urgent=effect.urgent,
    )


def answers(effect: SendMessage, library: Library) -> tuple[tuple[str, str], ...]:
    """Return placeholder → what the contact answered before, as their locale writes it.

    Raises:
        CatalogError: The label of a choice has no translation.
    """
    return tuple(
        (name, _written(value, effect.locale) if isinstance(value, str) else translated(library, effect.locale, value))
        for name, value in effect.said
    )


def _written(value: str, locale: str) -> str:
    """Return an answer as a locale writes it; what somebody typed keeps its own direction."""
    try:
        return date(dt.date.fromisoformat(value), locale)
    except ValueError:
        return f"{FSI}{value}{PDI}" if is_rtl(locale) else value


def forget() -> None:
    """Forget what was rendered: after a reload it only keeps the old library in memory."""
    _rendered.cache_clear()


def _said(
    library: Library, effect: SendMessage, ref: TextRef, closed: frozenset[str], values: dict[str, str], *, rtl: bool
) -> str | None:
    """Return one text as it is said now, or None where it is left out."""
    text = translated(library, effect.locale, ref)
    if not closed.isdisjoint(_PLACEHOLDER.findall(text)):
        if not ref.closed:
            return None
        text = library.text(effect.locale, TextRef(ref.context, ref.closed)) or text
    return filled(library, effect, text, rtl=rtl, values=values)


def reply(effect: SendReply, conversation: Conversation) -> Outgoing:
    """Return a caseworker's words as they are sent: none changed, their numbers and Latin names kept in order."""
    locale = conversation.locale or "en"
    return Outgoing(
        text=isolate(effect.text, locale),
        locale=locale,
        rtl=is_rtl(locale),
        last_at=conversation.last_at,
        who="caseworker",
    )


def translated(library: Library, locale: str, ref: TextRef) -> str:
    """Return a text in a locale.

    Raises:
        CatalogError: There is no translation.
    """
    text = library.text(locale, ref)
    if text is None:
        msg = f"{ref.context} has no translation in {locale}."
        raise CatalogError(msg)
    return text


def filled(
    library: Library, effect: SendMessage, text: str, *, rtl: bool, values: Mapping[str, str] | None = None
) -> str | None:
    """Return a text with its numbers and values, or None where one of them is not known."""
    numbers: dict[str, str] = {}
    for name in _PLACEHOLDER.findall(text):
        if values and name in values:
            numbers[name] = values[name]
            continue
        number = library.number(effect.country, name, effect.audience)
        if number is None:
            return None
        numbers[name] = _ISOLATE.format(number) if rtl else number
    return _PLACEHOLDER.sub(lambda found: numbers[found[1]], text)


def labelled(label: str, locale: str) -> str:
    """Return a label as a button shows it in a locale."""
    marked = isolate(label, locale)
    return marked if len(marked) <= LABEL else shorten(label)


def shorten(label: str) -> str:
    """Return a label of at most twenty characters; a title that serves as a label may be longer."""
    return label if len(label) <= LABEL else label[: LABEL - 1].rstrip() + "…"
