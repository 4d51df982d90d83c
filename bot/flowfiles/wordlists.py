"""The lists of words beside the flows: what no text says, hard words, names, and signposts.

People who speak a language keep them: ``never.yml``, ``hard_words.yml``, ``names.yml`` and ``signposts.yml``. A list
that is not there is empty. Texts and patterns are compared folded (:func:`fold`), so that accents, harakat and
half-spaces do not hide a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from bot.errors import FlowError
from bot.flowfiles.marked import Map, Seq, read
from bot.flowfiles.reference import Strict, mapping, parse, top

KINDS: Final = {
    "promise": "we promise nothing",
    "result": "we promise no result",
    "secrecy": "we promise no secrecy",
    "rescue": "we promise no rescue",
    "why": "we do not ask why",
    "papers": "we ask for no papers and no photos",
    "names": "we ask for no names and no addresses",
    "where": "we never ask where a child is",
    "return": "we advise neither for nor against going back",
    "frighten": "we do not frighten",
    "illegal": "no person is illegal",
    "blame": "it is never the child's fault",
}
"""Kind of what is never said → why not. Each locale has patterns of every kind."""
Kind = Literal[
    "promise",
    "result",
    "secrecy",
    "rescue",
    "why",
    "papers",
    "names",
    "where",
    "return",
    "frighten",
    "illegal",
    "blame",
]
_LETTERS: Final = str.maketrans("يىېۍكة\u200c\u00a0\u2019\u02bc", "ییییکه  ''") | {ord("ß"): "ss", ord("ẞ"): "ss"}
"""Spellings of one letter, half-spaces and apostrophes → one of them."""
_FOLDED: Final = re.compile("[\u0300-\u036f\u0370-\u03ff\u1f00-\u1fff\u0600-\u06ff]")
_PREFIX: Final = {"ar": "[وف]?[بلك]?(?:ال|ل)?"}
"""Locale → what may be written together with the beginning of a word."""


class Never(Strict):
    """A way of speaking that no text may have: a regular expression for one locale."""

    kind: Kind
    pattern: str


class Explained(Strict):
    """Where a hard word that cannot be avoided is explained."""

    explained: str = Field(description="A step of the flow words.child that explains the word.")


class Hard(Strict):
    """A word that children of nine may not know, and what to say instead."""

    word: str
    """As it is written; ``*`` at its beginning or end stands for any letters."""
    say: str = ""
    """Simpler words; empty where the word is explained."""
    explained: str = ""
    """The step of ``words.child`` that explains it."""
    line: int = 1


class Sign(Strict):
    """A picture that says at a glance what a text is about, for those who read little."""

    means: str
    topics: tuple[str, ...] = ()
    """The only topics whose texts it stands before; flows for children about them begin with it."""
    flows: tuple[str, ...] = ()
    """Flows without a topic in which it stands, too."""


def fold(text: str) -> str:
    """Return a text, or a pattern, in one spelling: Greek without accents, Arabic script without marks and variants."""
    if _FOLDED.search(text):
        kept: list[str] = []
        for sign in unicodedata.normalize("NFD", text):
            if unicodedata.category(sign) == "Mn" and kept and "\u0370" <= kept[-1] <= "\u06ff":
                continue
            if sign != "\u0640":  # tatweel only makes a word longer
                kept.append(sign)
        text = unicodedata.normalize("NFC", "".join(kept))
    return text.translate(_LETTERS)


def _list(value: object, what: str, file: str, line: int) -> Seq:
    if not isinstance(value, Seq):
        msg = f"must be a list of {what}"
        raise FlowError(msg, file=file, line=line)
    return value


def _there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.yml").is_file()


def never(folder: Path) -> Mapping[str, tuple[Never, ...]]:
    """Return what no text may say, by locale.

    Raises:
        FlowError: The file is wrong.
    """
    if not _there(folder, "never"):
        return {}
    file, found = top(folder, "never")
    rules = {}
    for locale, value in found.items():
        items = _list(value, "patterns, each with its kind", file, found.lines[locale])
        rules[locale] = tuple(parse(Never, item, file, getattr(item, "line", items.line)) for item in items)
    return rules


def hard_words(folder: Path) -> Mapping[str, tuple[Hard, ...]]:
    """Return the hard words by locale.

    Raises:
        FlowError: The file is wrong.
    """
    if not _there(folder, "hard_words"):
        return {}
    file, found = top(folder, "hard_words")
    return {locale: _hard(mapping(value, file, found.lines[locale]), file) for locale, value in found.items()}


def _hard(words: Map, file: str) -> tuple[Hard, ...]:
    made = []
    for word, value in words.items():
        line = words.lines[word]
        if not word.strip("* "):
            msg = "a hard word has no letters"
            raise FlowError(msg, file=file, line=line)
        if isinstance(value, Map):
            made.append(Hard(word=word, explained=parse(Explained, value, file, line).explained, line=line))
        else:
            made.append(parse(Hard, {"word": word, "say": value, "line": line}, file, line))
    return tuple(made)


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of offices, homes, classes and places: as long and as hard as they are.

    Raises:
        FlowError: The file is wrong.
    """
    if not _there(folder, "names"):
        return ()
    file, found = top_list(folder, "names")
    for one in found:
        if not isinstance(one, str) or not one.strip():
            msg = f"{one!r} is no name"
            raise FlowError(msg, file=file, line=found.line)
    return tuple(found)


def top_list(folder: Path, name: str) -> tuple[str, Seq]:
    """Return the name of a file beside the flows, and the list that it holds under its own name.

    Raises:
        FlowError: The file is wrong.
    """
    file = f"{folder.name}/{name}.yml"
    found = read(folder / f"{name}.yml", file)
    return file, _list(found.get(name), f"{name}, under {name!r}", file, 1)


def signposts(folder: Path) -> Mapping[str, Sign]:
    """Return the signposts by their sign.

    Raises:
        FlowError: The file is wrong.
    """
    if not _there(folder, "signposts"):
        return {}
    file, found = top(folder, "signposts")
    return {sign: parse(Sign, value, file, found.lines[sign]) for sign, value in found.items()}


def names_pattern(known: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds the names in a text; None where there are none."""
    sorts = sorted(known, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorts))})(?!\w)") if sorts else None


def hard_pattern(words: Iterable[Hard], locale: str) -> re.Pattern[str]:
    """Return what finds hard words in a folded text of a locale; its group n is the word n - 1."""
    made = []
    for one in words:
        parts = (re.escape(part) for part in fold(one.word).split("*"))
        made.append("(" + r"\w*".join(parts).replace(r"\ ", " ") + ")")
    prefix = _PREFIX.get(locale.partition("_")[0], "")
    return re.compile(rf"(?<!\w){prefix}(?:{'|'.join(made) or '(?!)'})(?!\w)", re.IGNORECASE)
