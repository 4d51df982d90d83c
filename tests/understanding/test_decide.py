from __future__ import annotations

import pytest

from bot.errors import SettingError
from bot.understanding import thresholds
from bot.understanding.client import Named, Parsed, RiskShare
from bot.understanding.decide import CLASSIFIER, decide
from nlu.text.rules import Finding
from nlu.text.topics import RISKS

LIMITS = thresholds.load()


def parsed(chance, first="abuse"):
    return Parsed((), RiskShare(chance, (Named(first, chance), Named("danger", 0.0))))


def found(care="alarm", risk="abuse", level="T1", rule="hit"):
    return Finding(risk, level, care, rule, ("HIT",), 0, 1)


def outcome(findings, answer):
    decided = decide(findings, answer, LIMITS)
    return None if decided is None else (decided.risk, decided.care, decided.rule)


def test_without_the_server_the_rules_decide():
    assert outcome([found()], None) == ("abuse", "alarm", "hit")
    assert outcome([found("check")], None) == ("abuse", "check", "hit")
    assert outcome([], None) is None


@pytest.mark.parametrize("chance", [0.0, 0.01, 0.5, 1.0])
def test_an_alarm_of_a_rule_never_vanishes(chance):
    decided = decide([found()], parsed(chance), LIMITS)
    assert decided is not None
    assert decided.care == ("alarm" if chance >= LIMITS.risk.with_alarm_rule else "check")


def test_a_check_of_a_rule_follows_the_classifier():
    assert outcome([found("check")], parsed(1.0)) == ("abuse", "alarm", "hit")
    middle = (LIMITS.risk.drop_check_rule + LIMITS.risk.with_check_rule) / 2
    assert outcome([found("check")], parsed(middle)) == ("abuse", "check", "hit")
    assert outcome([found("check")], parsed(0.0)) is None


def test_the_classifier_alone():
    assert outcome([], parsed(0.0)) is None
    assert outcome([], parsed(LIMITS.risk.check)) == ("abuse", "check", CLASSIFIER)
    assert outcome([], parsed(LIMITS.risk.alarm)) == ("abuse", "alarm", CLASSIFIER)


def test_life_in_danger_is_the_first_level():
    assert decide([], parsed(1.0, "self_harm"), LIMITS).level == "T0"
    assert decide([], parsed(1.0, "missing"), LIMITS).level == "T1"


def test_of_equal_findings_the_one_the_classifier_believes():
    both = [found(risk="danger", level="T0", rule="knife"), found()]
    assert outcome(both, parsed(0.9, "abuse")) == ("abuse", "alarm", "hit")
    assert outcome(both, parsed(0.4, "missing")) == ("danger", "alarm", "knife")


def test_a_classifier_that_is_sure_names_the_risk_and_never_lowers_the_level():
    both = [found(risk="danger", level="T0", rule="knife"), found()]
    assert outcome(both, parsed(0.9, "missing")) == ("missing", "alarm", "knife")
    assert decide(both, parsed(0.9, "missing"), LIMITS).level == "T0"
    assert decide([found()], parsed(0.9, "self_harm"), LIMITS).level == "T0"


def test_the_concepts_are_told_to_the_caseworker():
    assert decide([found()], None, LIMITS).concepts == ("HIT",)


def test_the_thresholds_are_in_order():
    assert 0 < LIMITS.risk.check < LIMITS.risk.alarm < 1
    assert 0 <= LIMITS.risk.drop_check_rule < LIMITS.risk.with_check_rule < 1
    assert 0 < LIMITS.topic.maybe < LIMITS.topic.sure < 1
    assert set(LIMITS.levels) == set(RISKS)


def test_a_wrong_file_is_named(tmp_path):
    path = tmp_path / "thresholds.yml"
    path.write_text("topic: {sure: much}", "utf-8")
    with pytest.raises(SettingError, match=r"thresholds.yml"):
        thresholds.load(path)
