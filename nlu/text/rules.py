"""Risk rules over concepts: read from ``nlu/rules.yml``, judged on a reading, every finding with the name of its rule.

A rule's line ``A|B & C & !D`` asks for a hit of A or B with one of C near by, and none of D anywhere in the message.
Idioms (``covers``) take their words out of the reading first; contexts (``softens``) and a "not" close by weaken a
finding by a step: alarm → check → nothing. What is uncertain stays a finding: failing upward means towards a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from nlu.text.lexicon import Hit
from nlu.text.reading import Reading
from nlu.text.topics import RISKS

FILE: Final = Path(__file__).resolve().parent.parent / "rules.yml"
WITHIN: Final = 8
NOT_BEFORE: Final = 2
NOT_AFTER: Final = 2
"""A "not" weakens what stands so many words after it, or before it where it ends the clause ("schlägt mich nicht")."""
CARES: Final = ("none", "check", "alarm")
LEVELS: Final = ("T1", "T0")


class RuleError(ValueError):
    """A rule cannot be read; the message names it."""


class Finding(NamedTuple):
    """What a rule saw: a risk, how bad, and in which words (numbers of words: start included, end not)."""

    risk: str
    level: str
    care: str
    rule: str
    concepts: tuple[str, ...]
    start: int
    end: int
    weakened: tuple[str, ...] = ()
    """The contexts that made less of it."""


class _Line(NamedTuple):
    wanted: tuple[frozenset[str], ...]
    absent: frozenset[str]


class _Rule(NamedTuple):
    name: str
    risk: str
    level: str
    care: str
    within: int
    firm: bool
    lines: tuple[_Line, ...]


class Rules:
    """All rules, ready to judge readings."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Compile the document of ``rules.yml``. Raises RuleError."""
        self.covers = frozenset(document.get("covers") or ())
        self.softens = frozenset(document.get("softens") or ())
        self.negation = str(document.get("negation") or "NEG")
        self.rules = tuple(_rule(entry) for entry in document["rules"])
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            msg = f"two rules share a name: {min(name for name in names if names.count(name) > 1)}"
            raise RuleError(msg)

    @property
    def concepts(self) -> frozenset[str]:
        """Return all concepts that any rule speaks of."""
        lines = [line for rule in self.rules for line in rule.lines]
        used = {name for line in lines for group in (*line.wanted, line.absent) for name in group}
        return frozenset(used | self.covers | self.softens | {self.negation})

    def judge(self, reading: Reading) -> list[Finding]:
        """Return all findings in a reading, the worst first."""
        kept = _uncovered(reading.hits, self.covers)
        where: dict[str, list[Hit]] = {}
        for hit in kept:
            where.setdefault(hit.concept, []).append(hit)
        if not where:
            return []
        contexts = sorted({hit.concept for hit in reading.hits} & self.softens)
        negations = [hit for hit in where.get(self.negation, ()) if hit.end - hit.start == 1]
        found = []
        for rule in self.rules:
            finding = self._best(rule, where, contexts, negations, reading.clauses)
            if finding is not None:
                found.append(finding)
        return sorted(found, key=severity, reverse=True)

    def _best(
        self,
        rule: _Rule,
        where: Mapping[str, list[Hit]],
        contexts: Sequence[str],
        negations: Sequence[Hit],
        clauses: Sequence[int],
    ) -> Finding | None:
        best: Finding | None = None
        for line in rule.lines:
            if line.absent & where.keys():
                continue
            met = _meet(line, where, rule.within, clauses)
            if met is None:
                continue
            finding = self._weigh(rule, met, contexts, negations, clauses)
            if finding is not None and (best is None or severity(finding) > severity(best)):
                best = finding
        return best

    def _weigh(
        self,
        rule: _Rule,
        met: Sequence[Hit],
        contexts: Sequence[str],
        negations: Sequence[Hit],
        clauses: Sequence[int],
    ) -> Finding | None:
        weakened: list[str] = []
        if not rule.firm:
            own = {hit.concept for hit in met}
            weakened = [name for name in contexts if name not in own]
            if self.negation not in own and _negated(_verb(met), negations, clauses):
                weakened.append(self.negation)
        step = CARES.index(rule.care) - len(weakened)
        if step <= 0:
            return None
        names = tuple(dict.fromkeys(hit.concept for hit in met))
        start, end = min(hit.start for hit in met), max(hit.end for hit in met)
        return Finding(rule.risk, rule.level, CARES[step], rule.name, names, start, end, tuple(weakened))


def severity(finding: Finding) -> tuple[int, int, int]:
    """Return what findings are ordered by: alarm before check, then the level, then how many concepts they explain."""
    return CARES.index(finding.care), LEVELS.index(finding.level), len(finding.concepts)


def load(path: Path = FILE) -> Rules:
    """Return the rules of a file. Raises RuleError."""
    return Rules(yaml.safe_load(path.read_text("utf-8")))


def _rule(entry: Mapping[str, Any]) -> _Rule:
    name = str(entry.get("name"))
    care, level, risk = entry.get("care"), entry.get("level"), entry.get("risk")
    if care not in CARES[1:] or level not in LEVELS or risk not in RISKS:
        msg = f"{name}: care is alarm or check, level T0 or T1, risk one of {', '.join(RISKS)}"
        raise RuleError(msg)
    lines = tuple(_line(name, text) for text in entry.get("when") or ())
    if not lines:
        msg = f"{name}: nothing under when"
        raise RuleError(msg)
    return _Rule(name, risk, level, care, int(entry.get("within", WITHIN)), bool(entry.get("firm")), lines)


def _line(name: str, text: str) -> _Line:
    wanted: list[frozenset[str]] = []
    absent: set[str] = set()
    for part in (piece.strip() for piece in text.split("&")):
        group = frozenset(word.strip() for word in part.lstrip("!").split("|"))
        if not all(word.replace("_", "").isalnum() and word.isupper() for word in group):
            msg = f"{name}: cannot read {part!r}"
            raise RuleError(msg)
        if part.startswith("!"):
            absent |= group
        else:
            wanted.append(group)
    if not wanted:
        msg = f"{name}: a line asks for at least one concept"
        raise RuleError(msg)
    return _Line(tuple(wanted), frozenset(absent))


def _uncovered(hits: Sequence[Hit], covers: Iterable[str]) -> list[Hit]:
    spans = [hit for hit in hits if hit.concept in covers]
    if not spans:
        return list(hits)
    return [
        hit
        for hit in hits
        if hit in spans
        or not any(
            span.start <= hit.start and hit.end <= span.end and span.end - span.start >= hit.end - hit.start
            for span in spans
        )
    ]


def _meet(line: _Line, where: Mapping[str, list[Hit]], within: int, clauses: Sequence[int]) -> tuple[Hit, ...] | None:
    """Return hits, one for each wanted group, that stand near each other; the closest ones."""
    groups = [[hit for name in group for hit in where.get(name, ())] for group in line.wanted]
    if not all(groups):
        return None
    best: tuple[Hit, ...] | None = None
    best_width = within + 1
    for anchor in groups[0]:
        met = [anchor]
        for group in groups[1:]:
            others = [hit for hit in group if hit not in met]
            if not others:
                break
            met.append(min(others, key=lambda hit: (_apart(anchor, hit), hit.start)))
        if len(met) < len(groups):
            continue
        width = max(_apart(a, b) for a in met for b in met)
        spread = max(clauses[h.start] for h in met) - min(clauses[h.start] for h in met) if clauses else 0
        if width < best_width and spread <= 1:
            best, best_width = tuple(met), width
    return best


def _apart(a: Hit, b: Hit) -> int:
    """Return how many words lie between two hits; 0 where they touch or overlap."""
    return max(0, max(a.start, b.start) - min(a.end, b.end))


def _verb(met: Sequence[Hit]) -> Hit:
    """Return the longest hit, which carries the sense of the rule most."""
    return max(met, key=lambda hit: (hit.end - hit.start, hit.start))


def _negated(hit: Hit, negations: Sequence[Hit], clauses: Sequence[int]) -> bool:
    for no in negations:
        if hit.start <= no.start < hit.end:
            continue
        if 0 <= hit.start - no.end < NOT_BEFORE:
            return True
        last = no.end == len(clauses) or (no.end < len(clauses) and clauses[no.end] != clauses[no.start])
        if last and 0 <= no.start - hit.end < NOT_AFTER:
            return True
    return False
