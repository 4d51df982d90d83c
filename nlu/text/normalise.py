"""Folds what people type into one spelling, and only as far as is safe for the script.

=========== ======================================================================================
script      what is folded
=========== ======================================================================================
all         compatibility forms (NFKC), case, invisible and direction marks, null bytes, long runs
            of one letter (``heeeelp`` → ``heelp``), digits of every script
Latin       accents (``é`` → ``e``), ``ß`` → ``ss``, ``ø`` → ``o``, apostrophes
Greek       tonos and dialytika (``ή`` → ``η``), final sigma
Arabic      harakat, tatweel, ``أإآٱ`` → ``ا``, ``ى`` → ``ي``, ``ة`` → ``ه``, ``ؤ`` → ``و``, ``ئ`` → ``ي``,
            Persian and Pashto ``ک`` → ``ك``, ``ی ې ۍ ے`` → ``ي``, ``ګ`` → ``گ``; ``پ چ ژ گ ټ ډ ړ ښ ځ څ`` stay
Cyrillic    nothing: ``й``, ``ї``, ``ѓ`` are letters and not accented ones
=========== ======================================================================================
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_HEAD: Final = 2000
LONGEST_TAIL: Final = 500
"""Of a longer text the first 2,000 and the last 500 characters are read."""

_INVISIBLE: Final = dict.fromkeys(
    [0, *range(1, 9), *range(14, 32), 127, 0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010),
     *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0x064B, 0x0660),
     0x0670, 0x0640, *range(0x06D6, 0x06DD), *range(0x06DF, 0x06E9), *range(0x06EA, 0x06EE), *range(0xFE00, 0xFE10)],
)  # fmt: skip
"""Null and control characters, zero-width and direction marks, harakat, tatweel, variation selectors → gone."""

_LETTERS: Final = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ئ": "ي", "ے": "ي", "ؤ": "و",
    "ة": "ه", "ۀ": "ه", "ک": "ك", "ڪ": "ك", "ګ": "گ", "ہ": "ه", "ھ": "ه",
    "ς": "σ", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe",
    "ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ʻ": "'", "،": ",", "؟": "?", "؛": ";",
    "\u00a0": " ", "\u200c": " ",
})  # fmt: skip

_MARKS: Final = re.compile("[\u0300-\u036f]")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_RUNS: Final = re.compile(r"([^\W\d_])\1{2,}")
_SPACE: Final = re.compile(r"\s+")
_ASCII: Final = re.compile(r"[\x20-\x7e]*")

PLACEHOLDERS: Final = (
    (re.compile(r"https?://\S+|www\.\S+"), " xurl "),
    (re.compile(r"\S+@\S+\.\S+"), " xmail "),
)


def cut(text: str) -> str:
    """Return a text no longer than is read: beginning and end of a very long one."""
    if len(text) <= LONGEST_HEAD + LONGEST_TAIL:
        return text
    return text[:LONGEST_HEAD] + " " + text[-LONGEST_TAIL:]


def normalise(text: str) -> str:
    """Return the folded form of a text, for comparison and learning; never for showing.

    Total: any string is taken, lone surrogates included, and the result of folding twice is that of once.
    """
    text = cut(text).lower()
    if not _ASCII.fullmatch(text):
        text = text.encode("utf-8", "replace").decode("utf-8").replace("\u200c", " ").translate(_INVISIBLE)
        text = unicodedata.normalize("NFKC", text).lower().translate(_INVISIBLE)
        text = text.translate(_LETTERS)
        text = _strip_accents(text)
        text = "".join(_digit(c) if c.isdigit() else c for c in text) if not text.isascii() else text
    else:
        text = text.replace("`", "'")
    for pattern, word in PLACEHOLDERS:
        text = pattern.sub(word, text)
    return _SPACE.sub(" ", _RUNS.sub(r"\1\1", text)).strip()


def _strip_accents(text: str) -> str:
    if not _CYRILLIC.search(text):
        return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text))).translate(_LETTERS)
    return "".join(c if _CYRILLIC.match(c) else _strip_accents(c) for c in text)


def _digit(character: str) -> str:
    return str(unicodedata.digit(character, character))


WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words(text: str) -> list[str]:
    """Return the words of a text that was folded already."""
    return WORD.findall(text)
