"""Turns message ids into the text a contact reads: translated, with the numbers of the contact's country.

Rules:

1. A statement that names a telephone number nobody allows for this country is left out, never shown with a hole.
2. A text without a translation is never shown in English by surprise: it raises.
3. In a script that runs from right to left a number stands between isolation marks, or its parts change places.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from bot.core.conversation import Conversation
from bot.core.effects import SendMessage, SendReply, TextRef
from bot.core.library import Library
from bot.errors import CatalogError
from bot.i18n.writing import rtl as is_rtl
from bot.ports.channels import Outgoing, RenderedButton

LABEL: Final = 20
"""No channel shows more characters of a button's label."""

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_ISOLATE: Final = "\u2066{}\u2069"


@cache
def render(effect: SendMessage, library: Library, *, last_at: int = 0) -> Outgoing | None:
    """Return the message as it is sent, or None where nothing of it may be shown.

    Args:
        effect: What the engine wants to say, in which locale and for which country.
        library: The texts and numbers.
        last_at: When the contact last wrote (ms), for the channel's window.

    Raises:
        CatalogError: A text has no translation, or only buttons would be left.
    """
    rtl = is_rtl(effect.locale)
    said = (filled(library, effect, translated(library, effect.locale, ref), rtl=rtl) for ref in effect.texts)
    text = "\n".join(line for line in said if line)
    buttons = tuple(
        RenderedButton(button.payload, shorten(translated(library, effect.locale, button.label)))
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
        last_at=last_at,
    )


def reply(effect: SendReply, conversation: Conversation) -> Outgoing:
    """Return a caseworker's words as they are sent, unchanged."""
    locale = conversation.locale or "en"
    return Outgoing(text=effect.text, locale=locale, rtl=is_rtl(locale), last_at=conversation.last_at, who="caseworker")


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


def filled(library: Library, effect: SendMessage, text: str, *, rtl: bool) -> str | None:
    """Return a text with its numbers, or None where one of them is not known."""
    numbers: dict[str, str] = {}
    for name in _PLACEHOLDER.findall(text):
        number = library.number(effect.country, name)
        if number is None:
            return None
        numbers[name] = _ISOLATE.format(number) if rtl else number
    return _PLACEHOLDER.sub(lambda found: numbers[found[1]], text)


def shorten(label: str) -> str:
    """Return a label of at most twenty characters; a title that serves as a label may be longer."""
    return label if len(label) <= LABEL else label[: LABEL - 1].rstrip() + "…"
