"""Words for children: short sentences, short words, nothing hidden."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.numbers import PLACEHOLDER
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.wordlists import fold, names_pattern

SENTENCE: Final = {"child": 18, "any": 18, "carer": 26}
"""Audience → words of a sentence."""
WORD: Final = {"en": 13, "nl": 22, "fr": 16, "de": 24, "el": 16, "ar": 12, "fa_AF": 12, "ps": 12}
"""Locale → letters of a word, marks not counted. Dutch and German join words, Arabic joins small ones."""
STATEMENT: Final = 240
"""Characters of one statement: one idea."""
_END: Final = re.compile("(?<=[.!?\u061f\u06d4\u061b…:;·])\\s+|\n+")  # with the marks of Arabic and Urdu
_JOINT: Final = "['\u2019-]"
_WORD: Final = re.compile(rf"[^\W\d_]+(?:{_JOINT}[^\W\d_]+)*")
_ADDRESS: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)+\b")
_HALF_SPACE: Final = "\u200c"
"""Joins the parts of one word in Dari and Pashto."""
_HIDDEN: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff\u2028\u2029")


@check("long_sentence", "Make two sentences of it, each with one idea.", severity="warning", release="warning")
def long_sentence(book: Book) -> Iterator[Found]:
    """Find sentences that are too long to be understood at nine."""
    for text in book.texts():
        most = SENTENCE.get(text.flow.audience, SENTENCE["any"])
        for sentence in _END.split(PLACEHOLDER.sub("x", text.text)):
            count = len(_WORD.findall(fold(sentence.replace(_HALF_SPACE, ""))))
            if count > most:
                yield text.place, f"{text.locale}: a sentence has {count} words (at most {most}): {sentence[:40]!r}…"


@check(
    "long_word",
    "Use an everyday word; the name of an office or a class belongs into flows/names.yml.",
    severity="warning",
    release="warning",
)
def long_word(book: Book) -> Iterator[Found]:
    """Find words that are too long to be everyday words."""
    known = names_pattern(book.names)
    for text in book.texts():
        most = WORD.get(text.locale)
        if most is None:
            continue
        plain = PLACEHOLDER.sub("x", known.sub("x", text.text) if known else text.text)
        for word in _WORD.findall(fold(_ADDRESS.sub("x", plain))):
            if max(map(len, re.split(_JOINT, word))) > most:
                yield text.place, f"{text.locale}: the word {word!r} is long"


@check("long_text", "Make two statements of it, each with one idea.", severity="warning", release="warning")
def long_text(book: Book) -> Iterator[Found]:
    """Find statements that hold too much at once."""
    for text in book.texts():
        if len(text.text) > STATEMENT:
            yield text.place, f"{text.locale}: a text has {len(text.text)} characters (at most {STATEMENT})"


@check("hidden_sign", "Take the sign out; direction is set when the text is shown.")
def hidden_sign(book: Book) -> Iterator[Found]:
    """Find signs nobody sees: control characters, direction marks, broken letters."""
    for text in book.texts():
        for sign in text.text:
            if sign in _HIDDEN or sign == "\ufffd" or (unicodedata.category(sign) == "Cc" and sign != "\n"):
                yield text.place, f"{text.locale}: a text holds the hidden sign U+{ord(sign):04X}"
                break
