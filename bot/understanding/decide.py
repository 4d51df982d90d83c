"""Rules and classifier together: what is an alarm, what is asked gently, and what is let be.

================== ================================================================================
the rules say      what comes out
================== ================================================================================
alarm              alarm; a check where the classifier finds a risk very improbable
check              check; an alarm where the classifier is nearly sure, nothing where it is sure of the contrary
nothing            what the classifier's probability alone reaches
server away        what the rules say; else a check where the small classifier finds a risk probable
================== ================================================================================

Nothing here can raise; what is uncertain goes towards a person.
"""

from __future__ import annotations

import msgspec

from bot.core.understood import Care, RiskFinding
from bot.understanding.client import Parsed
from bot.understanding.thresholds import Thresholds
from nlu.text.rules import Finding

SURE = 0.5
"""From this share of all topics on (0 to 1) the classifier's risk names an alarm, and not the rule's."""

CLASSIFIER = "classifier"
"""The name of the "rule" where the classifier alone saw something."""

SPARE = "spare"
"""The same where the server was away, and the small classifier saw something."""


def decide(
    findings: list[Finding], parsed: Parsed | None, thresholds: Thresholds, spare: Parsed | None = None
) -> RiskFinding | None:
    """Return the worst that is to be acted on, or None; ``spare`` counts only where the server said nothing."""
    worst = findings[0] if findings else None
    if parsed is None:
        return _by_rule(worst, worst.care) if worst else _by_spare(spare, thresholds)  # type: ignore[arg-type]  # rules say check or alarm only
    chance = parsed.risk.probability
    limits = thresholds.risk
    if worst is None:
        return _by_classifier(parsed, thresholds)
    if worst.care == "alarm":
        care: Care = "alarm" if chance >= limits.with_alarm_rule else "check"
        return _named(_by_rule(_likeliest(findings, worst, parsed), care), parsed, thresholds)
    if chance >= limits.with_check_rule:
        return _named(_by_rule(_likeliest(findings, worst, parsed), "alarm"), parsed, thresholds)
    return _by_rule(worst, "check") if chance >= limits.drop_check_rule else None


def _named(found: RiskFinding, parsed: Parsed, thresholds: Thresholds) -> RiskFinding:
    """Return an alarm under the risk that the classifier is sure of, where it is another; its level is never lower."""
    if found.care != "alarm" or not parsed.risk.ranking:
        return found
    first = parsed.risk.ranking[0]
    shares = {named.name: named.confidence for named in parsed.risk.ranking}
    if first.name == found.risk or first.confidence < SURE or shares.get(found.risk, 0.0) > first.confidence / 3:
        return found
    level = min(found.level, thresholds.levels.get(str(first.name), found.level))
    return msgspec.structs.replace(found, risk=str(first.name), level=level)


def _likeliest(findings: list[Finding], worst: Finding, parsed: Parsed) -> Finding:
    """Return, among the findings as bad as the worst, the one whose risk the classifier finds most probable."""
    shares = {named.name: named.confidence for named in parsed.risk.ranking}
    equal = [finding for finding in findings if finding.care == worst.care]
    return max(equal, key=lambda finding: (shares.get(finding.risk, 0.0), finding is worst))


def _by_rule(finding: Finding, care: Care) -> RiskFinding:
    return RiskFinding(finding.risk, finding.level, care, finding.rule, finding.concepts)  # type: ignore[arg-type]  # checked when the rules were read


def _by_classifier(parsed: Parsed, thresholds: Thresholds) -> RiskFinding | None:
    chance = parsed.risk.probability
    if chance < thresholds.risk.check or not parsed.risk.ranking:
        return None
    risk = str(parsed.risk.ranking[0].name)
    care: Care = "alarm" if chance >= thresholds.risk.alarm else "check"
    return RiskFinding(risk, thresholds.levels.get(risk, "T0"), care, CLASSIFIER)


def _by_spare(spare: Parsed | None, thresholds: Thresholds) -> RiskFinding | None:
    if spare is None or spare.risk.probability < thresholds.risk.spare:
        return None
    risk = str(spare.risk.ranking[0].name)
    return RiskFinding(risk, thresholds.levels.get(risk, "T0"), "check", SPARE)
