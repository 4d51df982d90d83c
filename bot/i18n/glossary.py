"""The fixed terms of a locale. People read and write them in ``docs/glossary/<locale>.md``; here they are parsed.

A row of the table is ``| English | term | remark |``. Several English words, or several terms, are separated by commas
or semicolons; what stands in brackets is a note. A term may be inflected: it is found by the beginnings of its words,
with or without the Arabic article. An English word in bold is fixed: `ucare flows check` finds translations without it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from bot.config import ROOT

FOLDER: Final = ROOT / "docs" / "glossary"
_ROW: Final = re.compile(r"^\|(.+)\|(.+)\|(.*)\|\s*$")
_PARTS: Final = re.compile("\\s*[,;\u060c\u061b]\\s*|\\s+oder\\s+")
_NOTE: Final = re.compile(r"\([^()]*\)")
_WORD: Final = re.compile(r"[^\W_]+")
_SHORT: Final = 4
"""Letters up to which a word must stand whole."""
_ENDING: Final = 2
"""Letters that the ending of a longer word may change."""


class Term(msgspec.Struct, frozen=True):
    """One row: what it is called in English, and what it must be called."""

    english: tuple[str, ...]
    terms: tuple[str, ...]
    remark: str
    fixed: bool
    """Whether every translation must have it."""
    line: int

    def __str__(self) -> str:
        """Return it as a translator reads it."""
        return f"{', '.join(self.english)} = {', '.join(self.terms)}"


def parse(text: str) -> list[Term]:
    """Return the terms of a glossary, in the order of its rows."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        row = _ROW.match(line)
        if not row or set(row[1].strip()) <= {"-", ":", " "} or row[1].strip() == "English":
            continue
        english, terms = (_parts(row[column].replace("**", "")) for column in (1, 2))
        if english and terms:
            found.append(Term(english, terms, row[3].strip(), "**" in row[1], number))
    return found


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in _PARTS.split(_NOTE.sub("", cell).strip()) if part)


@lru_cache(maxsize=32)
def read(locale: str, folder: Path = FOLDER) -> tuple[Term, ...]:
    """Return the terms of a locale; none where it has no glossary."""
    path = folder / f"{locale}.md"
    return tuple(parse(path.read_text(encoding="utf-8"))) if path.is_file() else ()


def occurring(terms: Sequence[Term], english: str) -> list[Term]:
    """Return the terms whose English stands in a text, singular or plural."""
    folded = english.replace("\u2019", "'").lower()
    return [term for term in terms if any(_english(one).search(folded) for one in term.english)]


@lru_cache(maxsize=4096)
def _english(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(word.replace(chr(0x2019), chr(39)).lower())}(?:s|es|'s)?(?![\w-])")


def uses(term: Term, text: str) -> bool:
    """Tell whether a translation has one of the terms, inflected or not."""
    words = _words(text)
    return any(all(_has(words, part) for part in _words(one)) for one in term.terms)


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text without accents, vowel signs and joiners, in small letters."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u200c", " ").replace("ß", "ss"))
    kept = "".join(one for one in plain if not unicodedata.combining(one) and one != "\u0640")
    return tuple(_WORD.findall(kept.translate(_SAME)))


_ARTICLE: Final = "ال"
_CHANGING: Final = "هء"
"""Last letters that become others when something follows."""
_SAME: Final = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا"})
"""Letters that are one and the same to who reads them."""


def _has(words: Sequence[str], part: str) -> bool:
    bare = part.removeprefix(_ARTICLE) if len(part) > _SHORT else part
    stem = bare if len(bare) <= _SHORT else bare[: max(_SHORT, len(bare) - _ENDING)]
    stem = stem.rstrip(_CHANGING) if len(stem) >= _SHORT else stem
    return any(stem in word for word in words)
