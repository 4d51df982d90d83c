"""The files of nlu/ agree with each other and with the contract."""

from __future__ import annotations

from collections import defaultdict

import pytest
import yaml

from nlu.text import corpus
from nlu.text.normalise import normalise
from nlu.text.topics import CARER_TOPICS, RISKS, TOPICS

NLU = corpus.FOLDER.parent
FILES = sorted(corpus.FOLDER.glob("*.yml"))


def test_the_topics_are_the_contract():
    assert len(TOPICS) == len(set(TOPICS)) == 46
    assert RISKS == ("danger", "abuse", "self_harm", "exploitation", "missing")
    assert "respite" in CARER_TOPICS


def test_the_domain_has_just_the_topics():
    assert tuple(yaml.safe_load((NLU / "domain.yml").read_text("utf-8"))["intents"]) == TOPICS


def test_the_pipeline_hides_no_risk_behind_a_fallback():
    config = yaml.safe_load((NLU / "config.yml").read_text("utf-8"))
    assert [step["name"] for step in config["pipeline"]] == ["nlu.components.topics.TopicClassifier"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_utterance_is_of_a_topic_and_of_one_only(path):
    topics = defaultdict(set)
    for line in corpus.read(path):
        assert line.topic in TOPICS, line.topic
        assert line.audience in {None, "child", "carer"}, line
        topics[normalise(line.text)].add(line.topic)
    assert {text: found for text, found in topics.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_topic_has_utterances(path):
    assert {line.topic for line in corpus.read(path)} == set(TOPICS)
