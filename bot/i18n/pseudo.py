"""Locales that nobody speaks, made on the spot from the English: what is not in them was never made translatable.

``en_XA`` has an accent on every letter, is longer by a third, and stands in brackets: a letter without an accent is
text that somebody wrote into the code, and a missing bracket is text that was cut. ``ar_XB`` is the same in Arabic
letters: it shows what happens from right to left. Telephone numbers and placeholders stay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from bot.i18n.writing import PSEUDO, isolate, rtl

LONGER: Final = 1 / 3
LABEL: Final = 20
"""A text of at most so many characters may be a button, and is not made longer than that."""
_PLAIN: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTS: Final = str.maketrans(_PLAIN, "áƀçðéƒĝĥíĵķľɱñóþʠŕšţúṽŵẋýžÁƁÇÐÉƑĜĤÍĴĶĽṀÑÓÞǪŔŠŢÚṼŴẊÝŽ")
_LETTERS: Final = str.maketrans(_PLAIN, "ابجدهفغحيژكلمنوپقرستوڤشخىزابجدهفغحيژكلمنوپقرستوڤشخىز")
_PIECE: Final = re.compile(r"(\{[^{}]*\})")
_PAD: Final = "~"


def pseudo(text: str, locale: str) -> str:
    """Return an English text as a pseudo-locale has it.

    Args:
        text: The English.
        locale: ``en_XA`` or ``ar_XB``.
    """
    table = _LETTERS if rtl(locale) else _ACCENTS
    said = "".join(piece if piece.startswith("{") else piece.translate(table) for piece in _PIECE.split(text))
    room = LABEL - len(text) - 2 if len(text) <= LABEL else len(text)
    if room < 0:
        return said
    return f"[{said}{_PAD * min(room, math.ceil(len(text) * LONGER))}]"


def tables(keys: Iterable[tuple[str, str]]) -> dict[str, dict[tuple[str, str], str]]:
    """Return the texts of every pseudo-locale, by (context, msgid)."""
    wanted = list(keys)
    return {locale: {(context, msgid): pseudo(msgid, locale) for context, msgid in wanted} for locale in PSEUDO}


def page_tables(msgids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the texts of pages of every pseudo-locale, by msgid."""
    wanted = list(msgids)
    return {locale: {msgid: isolate(pseudo(msgid, locale), locale) for msgid in wanted} for locale in PSEUDO}


def untranslated(text: str) -> list[str]:
    """Return the words of a text in ``en_XA`` that were never made translatable; ``{name}`` is none."""
    return [word for word in re.findall(r"\w+", _PIECE.sub(" ", text)) if any(letter in _PLAIN for letter in word)]
