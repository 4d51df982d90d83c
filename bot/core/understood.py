"""What free text was understood to mean, before the engine decides what to do about it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Level = Literal["T0", "T1", "T2", "T3"]
Care = Literal["alarm", "check"]

SERIOUS: Final[frozenset[Level]] = frozenset({"T0", "T1"})
"""The levels at which somebody is in danger; the others can wait (design, section 6)."""

RISKS = ("danger", "abuse", "self_harm", "exploitation", "missing")
"""The risk topics of ``contract/topics.yml``; they come before everything else."""


FATAL = frozenset({"danger", "self_harm"})
"""Risks that are life in danger now (T0); the others are T1 (design section 6)."""


class Ranked(msgspec.Struct, frozen=True):
    """One topic and how sure the classifier is of it, between 0 and 1."""

    topic: str
    confidence: float


class RiskFinding(msgspec.Struct, frozen=True):
    """A sign that somebody is in danger, and the rule that saw it.

    ``care`` is ``alarm`` (escalate at once) or ``check`` (ask gently first). ``concepts`` are the names of
    the lexicon entries that were met, so that a caseworker can be told why; never the words themselves.
    """

    risk: str
    level: Level
    care: Care
    rule: str
    concepts: tuple[str, ...] = ()


class Understood(msgspec.Struct, frozen=True):
    """Everything that is known of one free text."""

    locale: str | None = None
    locale_confidence: float = 0.0
    risk: RiskFinding | None = None
    ranking: tuple[Ranked, ...] = ()
    nlu: bool = True
    """False when the NLU server did not answer: menus, buttons, risk rules and people still work."""


def told(risk: str, by: str) -> RiskFinding:
    """Return the finding where somebody names a risk by a link or a button, and not in a text."""
    return RiskFinding(risk, "T0" if risk in FATAL else "T1", "alarm", by)
