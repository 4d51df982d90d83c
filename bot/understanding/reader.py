"""Reads free texts: the rules at once and without IO, the rest with the NLU server where it answers.

A text is judged alone and joined with what the same contact wrote in the last two minutes. What was seen in the earlier
texts alone is not found again: only a sign that the new text brings, or completes, is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from bot.core.understood import Ranked, RiskFinding, Understood
from bot.understanding.client import NluClient, Parsed
from bot.understanding.decide import decide
from bot.understanding.locales import Locales
from bot.understanding.spare import Spare
from bot.understanding.thresholds import Thresholds
from bot.understanding.thresholds import load as load_thresholds
from nlu.text import corpus, lexicon, rules
from nlu.text.languages import Languages
from nlu.text.reading import Reading, read
from nlu.text.rules import CARES, Finding

JOINED: Final = 12
"""No more than so many earlier texts are joined: beyond that it is a flood."""
UNREADABLE: Final = RiskFinding("danger", "T0", "alarm", "unreadable")
"""A text on which the rules themselves fail goes to a person."""

log = structlog.get_logger(__name__)


class Reader:
    """Everything that reads texts; its lexicons, rules and languages are loaded once."""

    def __init__(
        self, client: NluClient | None = None, thresholds: Thresholds | None = None, spare: Spare | None = None
    ) -> None:
        """Load lexicons, rules, languages and thresholds; without a client rules and ``spare`` work alone."""
        self.client = client
        self.spare = spare
        self.thresholds = thresholds or load_thresholds()
        self.rules = rules.load()
        self.lexicons = lexicon.load()
        self.languages = Languages.learn((line.text, line.locale) for line in corpus.load())
        self.locales = Locales(self.languages, self.lexicons, self.thresholds.locale.foreign)

    def reading(self, text: str, locale: str | None) -> Reading:
        """Return words and concepts of a text."""
        return read(text, self.lexicons, self.languages, locale)

    def read(self, text: str, *, locale: str | None, recent: Sequence[str] = ()) -> RiskFinding | None:
        """Return the worst finding of the rules in a text, alone and joined with the recent ones, or None."""
        return self._decide(self.findings(text, locale=locale, recent=recent), None, text)

    def findings(self, text: str, *, locale: str | None, recent: Sequence[str] = ()) -> list[Finding] | None:
        """Return all findings of the rules, the worst first; None where reading itself failed."""
        try:
            found = self.rules.judge(self.reading(text, locale))
            if recent:
                found += self._completed(text, locale, recent, found)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes towards a person
            log.error("rules.failed", kind=type(error).__name__)  # noqa: TRY400 - a traceback could show the text
            return None
        return sorted(found, key=rules.severity, reverse=True)

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood:
        """Return language, risk and topic of a text. Never raises for a text."""
        found = self.findings(text, locale=locale, recent=recent)
        detected, confidence = self._detect(text, locale)
        spoken = detected if detected in self.lexicons else locale
        parsed = await self._parse(text, audience, spoken)
        risk = self._decide(found, parsed, text)
        if recent and parsed is not None and (risk is None or risk.care == "check"):
            risk = await self._joined(text, recent, audience, spoken, risk)
        ranking = () if parsed is None else tuple(Ranked(str(n.name), n.confidence) for n in parsed.intent_ranking)
        return Understood(detected, confidence, risk, ranking, nlu=parsed is not None)

    def _completed(
        self, text: str, locale: str | None, recent: Sequence[str], alone: Sequence[Finding]
    ) -> list[Finding]:
        """Return what only shows when the text is read together with the ones before it."""
        before = self.reading(" ".join(recent[-JOINED:]), locale)
        joined = self.reading(" ".join([*recent[-JOINED:], text]), locale)
        start = len(before.words)
        known = {finding.rule for finding in alone}
        return [
            finding
            for finding in self.rules.judge(joined)
            if finding.start < start < finding.end and finding.rule not in known
        ]

    async def _joined(
        self, text: str, recent: Sequence[str], audience: str | None, locale: str | None, risk: RiskFinding | None
    ) -> RiskFinding | None:
        before = " ".join(recent[-JOINED:])
        together = self._decide([], await self._parse(f"{before} {text}", audience, locale))
        if together is None or (risk is not None and CARES.index(together.care) <= CARES.index(risk.care)):
            return risk
        earlier = self._decide([], await self._parse(before, audience, locale))
        if earlier is not None and CARES.index(earlier.care) >= CARES.index(together.care):
            return risk
        return together

    def _decide(self, found: list[Finding] | None, parsed: Parsed | None, text: str = "") -> RiskFinding | None:
        if found is None:
            return UNREADABLE
        spare = self.spare.parse(text) if self.spare and parsed is None and text else None
        return decide(found, parsed, self.thresholds, spare)

    def _detect(self, text: str, locale: str | None) -> tuple[str | None, float]:
        try:
            return self.locales.detect(text, locale)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes towards a person
            log.error("locales.failed", kind=type(error).__name__)  # noqa: TRY400 - as above
            return locale, 0.0

    async def _parse(self, text: str, audience: str | None, locale: str | None) -> Parsed | None:
        if self.client is None:
            return None
        try:
            return await self.client.parse(text, audience=audience, locale=locale)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes towards a person
            log.error("nlu.failed", kind=type(error).__name__)  # noqa: TRY400 - as above
            return None
