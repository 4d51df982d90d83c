"""Every topic has its transcripts, and nothing that a flow says or offers is left out of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.flow import Choose
from bot.core.library import COUNTRIES
from nlu.text.topics import RISKS, TOPICS
from tests.golden.playing import HERE, load, whole
from tests.golden.texts import library
from tests.golden.walking import ANSWERS, LOCALES, english_file, flow_of, locale_file, said, whole_in

MEND = "python -m tests.golden.walking {topic}, then read the difference"
UNUSUAL = {"danger.any/numbers", "danger.carer/numbers"}
"""Said where a gentle question was answered that an older version had asked; no conversation of today comes there."""


@functools.cache
def conversations(topic: str, audience: str) -> list[dict[str, Any]]:
    file = english_file(topic, audience)
    assert file.is_file(), f"no transcript: {MEND.format(topic=topic)}"
    return whole(load(file))


def own_flow(topic: str, audience: str, country: str = "BE"):
    flow = flow_of(topic, audience, country)
    return flow if flow and flow.audience in {audience, "any"} else None


CASES = [(topic, audience) for topic in TOPICS for audience in ("child", "carer")]
FLOWS = [case for case in CASES if own_flow(*case) and own_flow(*case).audience == case[1]]
SHARED = [(topic, "child") for topic in TOPICS if (flow := own_flow(topic, "child")) and flow.audience == "any"]


def offered_and_pressed(turns: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (flow/step, label) of every button that was pressed."""
    where, shown = "", []
    for turn in turns:
        press = turn["in"].get("press")
        if press:
            yield (where, press) if press in shown else (press.rpartition("/")[0], press.rpartition("/")[2])
        for out in turn["out"]:
            if "choices" in out:
                where, shown = out["say"], out["choices"]


@pytest.mark.parametrize(("topic", "audience"), CASES, ids=[".".join(case) for case in CASES])
def test_each_topic_has_an_english_transcript_for_each_audience_and_country(topic, audience):
    found = conversations(topic, audience)
    assert {one["country"] for one in found} == set(COUNTRIES)
    for one in found:
        assert one["audience"] == audience
        first = next(turn["in"] for turn in one["turns"] if topic in ANSWERS or "means" in turn["in"])
        assert first["text"]
        asked = [turn["in"]["means"] for turn in one["turns"] if "means" in turn["in"]]
        assert any(topic in (means, means.get("risk") if isinstance(means, dict) else None) for means in asked)


@pytest.mark.parametrize(("topic", "audience"), FLOWS + SHARED, ids=[".".join(case) for case in FLOWS + SHARED])
def test_all_that_a_flow_says_and_offers_is_in_its_transcripts(topic, audience):
    both = own_flow(topic, audience).audience == "any"
    found = conversations(topic, audience) + (conversations(topic, "carer") if both else [])
    for country in COUNTRIES:
        flow = own_flow(topic, audience, country)
        shown = {
            text
            for one in found
            for turn in one["turns"]
            for out in turn["out"]
            if out.get("say", "").startswith(f"{flow.id}/")
            for text in out.get("texts", ())
        }
        wanted = {text for _, context, text in said(flow, country) if context not in UNUSUAL}
        missing = sorted(wanted - shown)
        assert not missing, f"never said: {missing}: {MEND.format(topic=topic)}"
    pressed = {pair for one in found for pair in offered_and_pressed(one["turns"])}
    wanted = {
        (f"{flow.id}/{step.id}", name, choice.label)
        for step in flow.steps.values()
        if isinstance(step, Choose)
        for choice in step.choose
        for name in (choice.id,)
    }
    never = sorted(label for where, name, label in wanted if not {(where, label), (where, name)} & pressed)
    assert not never, f"never pressed: {never}: {MEND.format(topic=topic)}"


@pytest.mark.parametrize("audience", ["child", "carer"])
def test_each_conversation_about_rights_or_care_ends_with_a_person(audience):
    calm = {"hide", "delete_data", "greet", "thanks", "goodbye", "affirm", "deny", "human"}
    for topic in set(TOPICS) - set(RISKS) - calm:
        for one in conversations(topic, audience):
            seen = [out for turn in one["turns"] for out in turn["out"]]
            reached = any("escalation" in out or out.get("say", "").startswith("waiting") for out in seen)
            assert reached, f"{topic}: {one['title']}"


@pytest.mark.parametrize("locale", LOCALES)
def test_each_topic_has_a_transcript_in_each_locale(locale):
    if locale not in library().locales:
        pytest.fail(f"{locale} is not whole")
    missing = [topic for topic in TOPICS if not locale_file(topic, locale).is_file()]
    assert not missing, MEND.format(topic=f"{' '.join(missing)} --locale {locale}")
    found = [one for topic in TOPICS for one in whole(load(locale_file(topic, locale)))]
    assert {(one["audience"], one["country"]) for one in found} == {
        (audience, country) for audience in ("child", "carer") for country in COUNTRIES
    }
    assert all(whole_in(topic, locale) for topic in TOPICS)


def test_no_transcript_stands_about_a_topic_that_is_gone():
    found = {file.name.split(".")[0] for file in HERE.glob("*/topics/*.yml")}
    assert found == set(TOPICS)
