from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nlu.text import corpus, lexicon, rules
from nlu.text.languages import Languages
from nlu.text.lexicon import Lexicon
from nlu.text.reading import Reading, read
from nlu.text.rules import RuleError, Rules
from nlu.text.topics import RISKS

TABLES = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (Path(__file__).parent / "rules").glob("*.yml")
}
NOTICED = [
    (locale, risk, care, text)
    for locale, table in sorted(TABLES.items())
    for risk in RISKS
    for care, texts in table[risk].items()
    for text in texts
]
HARMLESS = [(locale, text) for locale, table in sorted(TABLES.items()) for text in table["harmless"]]


@pytest.fixture(scope="module")
def judge():
    lexicons, known = lexicon.load(), rules.load()
    languages = Languages.learn((line.text, line.locale) for line in corpus.load())
    return lambda text, locale: known.judge(read(text, lexicons, languages, locale))


@pytest.mark.parametrize(("locale", "risk", "care", "text"), NOTICED)
def test_noticed(judge, locale, risk, care, text):
    found = judge(text, locale)
    assert found, "nothing was seen"
    assert risk in {finding.risk for finding in found}
    if care == "alarm":
        assert found[0].care == "alarm"


@pytest.mark.parametrize(("locale", "text"), HARMLESS)
def test_harmless(judge, locale, text):
    assert [finding for finding in judge(text, locale) if finding.care == "alarm"] == []


def test_every_concept_of_the_rules_is_in_the_lexicon():
    assert rules.load().concepts - set(lexicon.read(lexicon.FOLDER / "en.yml")) == set()


def test_every_risk_has_an_alarm():
    assert {rule.risk for rule in rules.load().rules if rule.care == "alarm"} == set(RISKS)


WORDS = Lexicon(
    "xx",
    {name: [f"{name.lower()}="] for name in ("HE", "HIT", "ME", "NEG", "FILM", "IDIOM", "DIE")}
    | {"IDIOM": ["die laughing"]},
)


def seen(text, **rule):
    entry = {"name": "r", "risk": "abuse", "level": "T1", "care": "alarm", "when": ["HE & HIT & ME"], **rule}
    made = Rules({"rules": [entry], "softens": ["FILM"], "covers": ["IDIOM"]})
    folded = text.lower()
    words = folded.replace(".", " ").split()
    clauses = [folded[: folded.find(word)].count(".") for word in words]
    return made.judge(Reading(folded, words, clauses, {}, WORDS.match(words)))


def test_all_concepts_must_be_met():
    assert [f.rule for f in seen("he hit me")] == ["r"]
    assert seen("he hit") == []


def test_order_is_free_because_languages_differ():
    assert seen("me he hit")


def test_concepts_far_apart_do_not_belong_together():
    far = "he " + "x " * 12 + "hit me"
    assert seen(far) == []
    assert seen(far, within=20)


def test_a_rule_does_not_look_across_several_full_stops():
    assert seen("he. x. hit me") == []


@pytest.mark.parametrize(
    ("text", "care"),
    [("he neg hit me", "check"), ("he hit me neg", "check"), ("neg x x x he hit me", "alarm"), ("he hit me", "alarm")],
)
def test_a_not_close_by_weakens(text, care):
    assert [f.care for f in seen(text, when=["HIT"])] == [care]


def test_a_context_weakens_and_two_steps_are_nothing():
    assert [(f.care, f.weakened) for f in seen("film he hit me")] == [("check", ("FILM",))]
    assert seen("film he hit me", care="check") == []
    assert [f.care for f in seen("film he hit me", firm=True)] == ["alarm"]


def test_an_idiom_takes_its_words_out():
    assert seen("i die laughing", when=["DIE"]) == []
    assert seen("i die", when=["DIE"])


def test_what_must_be_absent():
    assert seen("film die", when=["DIE & !FILM"]) == []


def test_lines_are_alternatives_and_the_worst_comes_first():
    made = Rules(
        {
            "rules": [
                {"name": "a", "risk": "abuse", "level": "T1", "care": "check", "when": ["DIE", "HIT"]},
                {"name": "b", "risk": "danger", "level": "T0", "care": "alarm", "when": ["HIT"]},
            ]
        }
    )
    found = made.judge(Reading("hit", ["hit"], [0], {}, WORDS.match(["hit"])))
    assert [finding.rule for finding in found] == ["b", "a"]


@pytest.mark.parametrize(
    "change",
    [{"care": "no"}, {"risk": "school"}, {"level": "T2"}, {"when": []}, {"when": ["a & b"]}, {"when": ["!HIT"]}],
)
def test_faulty_rules_are_named(change):
    entry = {"name": "mine", "risk": "abuse", "level": "T1", "care": "alarm", "when": ["HIT"], **change}
    with pytest.raises(RuleError, match="mine"):
        Rules({"rules": [entry]})


def test_two_rules_share_no_name():
    entry = {"name": "mine", "risk": "abuse", "level": "T1", "care": "alarm", "when": ["HIT"]}
    with pytest.raises(RuleError, match="mine"):
        Rules({"rules": [entry, entry]})
