"""The lexicon of one language: which concepts a message meets, and where. ``nlu/lexicon/README.md`` tells the format.

``python -m nlu.text.lexicon <locale> …`` checks files against ``en.yml`` and prints what is wrong with file and line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from nlu.text.atoms import Atom, Atoms, fault, parse
from nlu.text.corpus import LOADER
from nlu.text.normalise import normalise
from nlu.text.tokens import tokens

FOLDER: Final = Path(__file__).resolve().parent.parent / "lexicon"
REFERENCE: Final = "en"
GAP: Final = ".."
GAP_WORDS: Final = 3
"""How many other words may stand where an entry has two dots."""
KNOWN_WORDS: Final = 20_000
"""So many different words are remembered with what they match."""


class LexiconError(ValueError):
    """A lexicon file is wrong; the message tells file and line."""


class Hit(NamedTuple):
    """A concept that was met, and the words it was met in (``start`` included, ``end`` not)."""

    concept: str
    start: int
    end: int


class _Phrase(NamedTuple):
    """An entry of several words: the atoms after the first, each with how many words may stand before it."""

    concept: str
    rest: tuple[tuple[int, int], ...]


class Lexicon:
    """All entries of one language, compiled."""

    def __init__(self, locale: str, concepts: dict[str, list[str]]) -> None:
        """Compile entries by concept. Raises LexiconError for one that cannot be read."""
        self.locale = locale
        self.concepts = tuple(concepts)
        self._atoms = Atoms()
        self._single: dict[int, tuple[str, ...]] = {}
        self._pairs: dict[tuple[int, int], list[_Phrase]] = {}
        self._gapped: dict[int, list[_Phrase]] = {}
        self._read: dict[str, list[Atom]] = {}
        for concept, entries in concepts.items():
            for entry in entries:
                self._add(concept, entry)
        self._read.clear()
        self._atoms.freeze()
        self.atoms_of = lru_cache(maxsize=KNOWN_WORDS)(self._atoms.of)

    def _add(self, concept: str, entry: str) -> None:
        parts: list[tuple[int, Atom]] = []
        gap = 0
        for piece in entry.split():
            if piece == GAP:
                gap = GAP_WORDS
                continue
            if piece not in self._read:  # most words stand in many entries
                self._read[piece] = self._parse(concept, entry, piece)
            for atom in self._read[piece]:
                parts.append((gap, atom))
                gap = 0
        if not parts or gap or entry.startswith(GAP):
            self._refuse(concept, entry)
        numbers = [(gap, self._atoms.number(atom)) for gap, atom in parts]
        first = numbers[0][1]
        if len(numbers) == 1:
            known = self._single.get(first, ())
            if concept not in known:
                self._single[first] = (*known, concept)
            return
        phrase = _Phrase(concept, tuple(numbers[1:]))
        if phrase.rest[0][0]:
            self._gapped.setdefault(first, []).append(phrase)
        else:
            self._pairs.setdefault((first, phrase.rest[0][1]), []).append(phrase)

    def _parse(self, concept: str, entry: str, piece: str) -> list[Atom]:
        if fault(piece):
            self._refuse(concept, entry)
        return parse(piece, tokens(normalise(piece.strip("~*="))))

    def _refuse(self, concept: str, entry: str) -> None:
        msg = f"{self.locale}: {concept}: {entry!r}: {fault(entry)}"
        raise LexiconError(msg)

    def match(self, words: Sequence[str]) -> list[Hit]:
        """Return all hits in the words of a folded text, in order of their start."""
        met = [self.atoms_of(word) for word in words]
        hits: dict[Hit, None] = {}
        last = len(words) - 1
        for start, atoms in enumerate(met):
            for atom in atoms:
                for concept in self._single.get(atom, ()):
                    hits[Hit(concept, start, start + 1)] = None
                if start < last:
                    for following in met[start + 1]:
                        for phrase in self._pairs.get((atom, following), ()):
                            self._follow(phrase, met, start, hits)
                    for phrase in self._gapped.get(atom, ()):
                        self._follow(phrase, met, start, hits)
        return sorted(hits, key=lambda hit: (hit.start, hit.end))

    def _follow(self, phrase: _Phrase, met: Sequence[frozenset[int]], start: int, hits: dict[Hit, None]) -> None:
        position = start
        for gap, atom in phrase.rest:
            for ahead in range(position + 1, min(position + 2 + gap, len(met))):
                if atom in met[ahead]:
                    position = ahead
                    break
            else:
                return
        hits[Hit(phrase.concept, start, position + 1)] = None

    def knows(self, word: str) -> bool:
        """Return whether a word, alone, meets any concept."""
        return any(atom in self._single for atom in self.atoms_of(word))


def read(path: Path) -> dict[str, list[str]]:
    """Return the entries of a file by concept.

    Raises:
        LexiconError: It is no YAML, or not of groups with concepts.
    """
    try:
        groups = yaml.load(path.read_text("utf-8"), LOADER)  # noqa: S506 - the base loader makes strings only
    except yaml.YAMLError as error:
        msg = f"{path.name}: {error}"
        raise LexiconError(msg) from None
    concepts: dict[str, list[str]] = {}
    for group, members in (groups or {}).items():
        if members == "":
            continue
        if not isinstance(members, dict):
            msg = f"{path.name}: group {group} holds no concepts"
            raise LexiconError(msg)
        for concept, entries in members.items():
            if not isinstance(entries, str):
                msg = f"{path.name}: {concept}: write the entries on one line, with commas between them"
                raise LexiconError(msg)
            concepts.setdefault(concept, []).extend(e for e in (part.strip() for part in entries.split(",")) if e)
    return concepts


def load(folder: Path = FOLDER) -> dict[str, Lexicon]:
    """Return all lexicons of a folder by locale; a faulty entry is left out, it must not silence the rest."""
    found = {}
    for path in sorted(folder.glob("*.yml")):
        concepts = read(path)
        try:
            found[path.stem] = Lexicon(path.stem, concepts)
        except LexiconError:
            sound = {name: [e for e in entries if not fault(e)] for name, entries in concepts.items()}
            found[path.stem] = Lexicon(path.stem, sound)
    return found


def check(path: Path, reference: Iterable[str]) -> list[str]:
    """Return what is wrong with a file, a line each; ``reference`` are the concepts it should have."""
    try:
        concepts = read(path)
    except LexiconError as error:
        return [str(error)]
    lines = path.read_text("utf-8").splitlines()
    faults = []
    for concept, entries in concepts.items():
        line = next((n for n, text in enumerate(lines, 1) if text.strip().startswith(f"{concept}:")), 0)
        if concept not in set(reference):
            faults.append(f"{path.name}:{line}: {concept} is not in {REFERENCE}.yml")
        faults += [f"{path.name}:{line}: {concept}: {e!r}: {wrong}" for e in entries if (wrong := fault(e))]
    missing = [name for name in reference if not concepts.get(name)]
    if missing:
        faults.append(f"{path.name}: {len(missing)} concepts have no entry: {', '.join(missing)}")
    return faults


def main(locales: Sequence[str]) -> int:
    """Check the files of the named locales (or all), print faults and counts; 1 when there are faults."""
    reference = list(read(FOLDER / f"{REFERENCE}.yml"))
    bad = False
    for locale in locales or [path.stem for path in sorted(FOLDER.glob("*.yml"))]:
        path = FOLDER / f"{locale}.yml"
        faults = check(path, reference)
        bad = bad or bool(faults)
        sys.stdout.write("".join(f"{line}\n" for line in faults))
        try:
            concepts = read(path)
        except LexiconError:
            continue
        count = sum(len(entries) for entries in concepts.values())
        sys.stdout.write(f"{locale}: {len(concepts)} concepts, {count} entries\n")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
