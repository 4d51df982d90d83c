"""What goes out comes back: our real flows, and flows that hypothesis makes."""

from __future__ import annotations

import copy
import json
import re
import string
import uuid

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.core.flow import Act, Ask, Branch, Choice, Choose, End, Escalate, Flow, Link, Say, Set, Statement, When
from bot.core.library import branches_of, texts_of
from bot.exchange.dialects import DIALECTS
from bot.exchange.outgoing.export import export
from tests.exchange.making import node_of, plain, small, taken, written
from tests.exchange.valid import faults

FORMATS = sorted(DIALECTS)


def test_all_our_flows_come_back_in_two_languages(real, tmp_path):
    job = msgspec.structs.replace(real, texts={locale: real.texts[locale] for locale in ("nl", "fa_AF")})
    flows, texts, findings = taken(export(job), tmp_path)
    assert findings == []
    assert plain(flows) == plain(real.flows)
    assert {locale: len(table) for locale, table in texts.items()} == counted(job)


def counted(job):
    """How many texts of flows each locale has."""
    return {
        locale: sum(not key[0].startswith(("phrase/", "phrases/")) for key in table)
        for locale, table in job.texts.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("dialect", FORMATS)
def test_all_our_flows_come_back_as_they_are(real, tmp_path, dialect):
    document = export(msgspec.structs.replace(real, dialect=DIALECTS[dialect]))
    flows, texts, findings = taken(document, tmp_path, sorted(real.texts))
    assert findings == []
    assert plain(flows) == plain(real.flows)
    wanted = {key for flow in real.flows.values() for key in texts_of(flow)}
    for locale, table in real.texts.items():
        assert texts[locale] == {key: text for key, text in table.items() if key in wanted}, locale


WORDS = st.text(string.ascii_letters + "äéж ?!.,@’“”#", min_size=1, max_size=30).map(lambda one: " ".join(one.split()))
TEXT = WORDS.filter(lambda one: one.strip("?!.,@’“”#- ") != "")
NUMBER = st.sampled_from(
    ["", "", "", " {tel_emergency}", " {tel_child}", " {tel_police}: {tel_emergency}", " {tel_ombuds}"]
)
SOURCES = st.sampled_from([(), ("none",), ("T-1",), ("T-1", "T-2")])
LABEL = st.text(string.ascii_letters + "é ", min_size=1, max_size=20).map(lambda one: " ".join(one.split()))
PLACES = ["BE", "DE", "GR", "BE-VLG", "DE-BY", "age:0-14", "age:10-16", "age:17"]
SLOTS = ["country", "region", "age", "seen", "audience"]
VALUES = ["BE", "DE", "unknown", "17", "yes", "child"]


def statement(draw, context):
    text = draw(TEXT) + draw(NUMBER)
    closed = draw(st.sampled_from(["", "Closed now."])) if "{" in text else ""
    return Statement(text, context, draw(SOURCES), closed)


def statements(draw, context, least=0):
    return tuple(statement(draw, context) for _ in range(draw(st.integers(least, 3))))


def say(draw, flow, name, after, _ids):
    places = draw(st.lists(st.sampled_from(PLACES), unique=True, max_size=3))
    overlay = {place: statements(draw, f"{flow}/{name}@{place}", 1) for place in places}
    return Say(name, after, statements(draw, f"{flow}/{name}", 0 if places else 1), overlay)


def choose(draw, flow, name, after, ids):
    labels = draw(st.lists(LABEL.filter(bool), unique_by=str.casefold, min_size=1, max_size=12))
    assume(len({" ".join(one.casefold().split()) for one in labels}) == len(labels))
    choices = [
        Choice(
            f"c{number}",
            label,
            *draw(st.sampled_from([("", ""), (draw(st.sampled_from(ids)), ""), ("", "other.any")])),
            set=draw(st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(VALUES), max_size=2)),
        )
        for number, label in enumerate(labels)
    ]
    return Choose(name, after, Statement(draw(TEXT), f"{flow}/{name}"), tuple(choices))


def ask(draw, flow, name, after, _ids):
    kind = draw(st.sampled_from(["text", "number", "date", "yes_no"]))
    low, high = draw(st.sampled_from([(None, None), (5.0, 25.0), (5.0, None), (None, 25.0)]))
    return Ask(
        name, after, Statement(draw(TEXT), f"{flow}/{name}"),
        Statement(draw(st.sampled_from(["", "Once more?"])), f"{flow}/{name}"),
        draw(st.sampled_from(SLOTS)), kind, *((low, high) if kind == "number" else (None, None)),
    )  # fmt: skip


def branch(draw, _flow, name, after, ids):
    conditions = st.dictionaries(
        st.sampled_from([*SLOTS, "level", "channel"]),
        st.lists(st.sampled_from(VALUES), unique=True, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3,
    )  # fmt: skip
    arms = [When(draw(st.sampled_from(ids)), draw(conditions)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()) or not arms:
        arms.append(When(draw(st.sampled_from(ids))))
    return Branch(name, after, tuple(arms))


def set_(draw, _flow, name, after, _ids):
    return Set(name, after, draw(st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(VALUES), min_size=1)))


def escalate(draw, _flow, name, after, _ids):
    return Escalate(name, after, draw(st.sampled_from(["T0", "T3"])), draw(st.sampled_from(["", "abuse", "human"])))


def link(draw, _flow, name, after, _ids):
    return Link(name, after, draw(st.sampled_from(["other.any", "closing"])))


def act(draw, _flow, name, after, _ids):
    return Act(name, after, draw(st.sampled_from(["safe", "hide", "menu"])))


def end(_draw, _flow, name, after, _ids):
    return End(name, after)


KINDS = [say, choose, ask, branch, set_, escalate, link, act, end]


def reached(flow):
    seen, todo = set(), [flow.first]
    while todo:
        name = todo.pop()
        if name in flow.steps and name not in seen:
            seen.add(name)
            step = flow.steps[name]
            todo += branches_of(step)
            todo.append(step.next)
    return seen


@st.composite
def flows(draw):
    ids = [f"s{number}" for number in range(draw(st.integers(1, 6)))]
    steps = {}
    for number, name in enumerate(ids):
        following = ids[number + 1] if number + 1 < len(ids) else ""
        after = draw(st.sampled_from([following, following, "", *ids]))
        steps[name] = draw(st.sampled_from(KINDS))(draw, "made.child", name, after, ids)
    flow = Flow(
        "made.child", draw(st.sampled_from(["", "A title"])), steps, draw(st.sampled_from(["", "school"])),
        draw(st.sampled_from(["any", "child", "carer"])), draw(st.sampled_from([(), ("BE",), ("BE", "GR")])),
    )  # fmt: skip
    assume(reached(flow) == set(steps))
    return flow


def translated(flow, locale):
    """A translation of every text, with a letter of the script, and Latin in between."""
    letter = {"nl": "n", "fa_AF": "الف"}[locale]
    return {(context, text): f"{letter} {text}"[:200] for context, text in texts_of(flow)}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(flow=flows(), dialect=st.sampled_from(FORMATS), whole=st.booleans())
def test_made_flows_come_back(tmp_path_factory, flow, dialect, whole):
    assume(dialect == "rapidpro" or "@@" not in str(flow))  # Glific doubles no @
    texts = {locale: translated(flow, locale) for locale in ("nl", "fa_AF")}
    if not whole:
        texts["nl"] = dict(list(texts["nl"].items())[::2])
    other = Flow("other.any", "Other", {"say": Say("say", "", (Statement("Hello.", "other.any/say"),))})
    job = small({"made.child": flow, "other.any": other}, texts, dialect=dialect)
    document = export(job)
    if dialect == "rapidpro":
        assert faults(document) == []
    found, words, findings = taken(document, tmp_path_factory.mktemp("made"), ("nl", "fa_AF"))
    assert plain(found)["made.child"] == flow
    assert [one for one in findings if one.kind != "note"] == []
    for locale, table in texts.items():
        assert words.get(locale, {}) == table


FLOW = """flows:
  help.child:
    title: Help
    topic: health
    audience: child
    steps:
      - id: what
        say:
          - {text: "First sentence.", source: T-1}
          - {text: "Police: {tel_police}", source: none}
          - {text: "Second sentence.", source: T-2}
        overlay:
          BE: [{text: "Call {tel_child}", closed: "It opens at 10.", source: T-3}]
          GR: [{text: "Greek sentence.", source: T-4}]
      - id: more
        text: "What else?"
        choose:
          - {id: again, label: Once more, next: what}
          - {id: done, label: That is all, next: close}
      - id: close
        end: true
"""


def test_an_edited_text_keeps_its_source(tmp_path):
    document = export(small(written(tmp_path, FLOW)))
    action = node_of(document, "what", "base")["actions"][0]
    action["text"] = action["text"].replace("First sentence.", "A better sentence.")
    flows, _, findings = taken(document, tmp_path / "back")
    said = flows["help.child"].steps["what"].say
    assert [(one.text, one.sources) for one in said] == [
        ("A better sentence.", ("T-1",)), ("Police: {tel_police}", ("none",)), ("Second sentence.", ("T-2",)),
    ]  # fmt: skip
    assert findings == []


def test_what_is_said_while_a_number_is_closed_is_kept_and_noted(tmp_path):
    flows = written(tmp_path, FLOW)
    texts = {"nl": {("help.child/what@BE", "It opens at 10."): "Opent om 10 uur."}}
    document = export(small(flows, texts))
    notes = [one["body"] for one in document["flows"][0]["_ui"]["stickies"].values()]
    assert any("While nobody answers, say instead: “It opens at 10.”" in one for one in notes)
    back, words, _ = taken(document, tmp_path / "back")
    assert back["help.child"].steps["what"].overlay["BE"][0].closed == "It opens at 10."
    assert words["nl"]["help.child/what@BE", "It opens at 10."] == "Opent om 10 uur."


def test_a_number_that_was_changed_for_one_country_stays_there(tmp_path):
    document = export(small(written(tmp_path, FLOW)))
    action = node_of(document, "what", "DE")["actions"][0]
    assert action["text"] == "Police: 110"
    action["text"] = "Police and fire: 110"
    flows, _, findings = taken(document, tmp_path / "back")
    step = flows["help.child"].steps["what"]
    assert [one.text for one in step.say] == ["First sentence.", "Second sentence."]
    assert step.overlay["DE"][0].text == "Police and fire: {tel_police}"
    assert step.overlay["BE"][0].text == "Police: {tel_police}"
    assert {one.kind for one in findings} == {"changed"}


def test_added_lines_lose_their_sources_and_that_is_told(tmp_path):
    document = export(small(written(tmp_path, FLOW)))
    action = node_of(document, "what", "GR")["actions"][0]
    action["text"] += "\nA new line."
    flows, _, findings = taken(document, tmp_path / "back")
    added = flows["help.child"].steps["what"].overlay["GR"]
    assert [(one.text, one.sources) for one in added] == [
        ("Police: 100", ()), ("Greek sentence.", ()), ("A new line.", ()),
    ]  # fmt: skip
    assert any("name their sources again" in one.says for one in findings)


def test_without_our_notes_all_texts_come_back_as_steps_of_their_own(tmp_path):
    document = export(small(written(tmp_path, FLOW)))
    bare = copy.deepcopy(document)
    for flow in bare["flows"]:
        flow["_ui"] = {}
    flows, _, findings = taken(bare, tmp_path / "back")
    (flow,) = flows.values()
    said = {line for key in texts_of(flow) for line in key[1].split("\n")}
    assert {"First sentence.", "Second sentence.", "Police: 101", "Greek sentence.", "What else?", "Once more"} <= said
    assert any(isinstance(step, Branch) and "country" in step.branch[0].when for step in flow.steps.values())
    assert {one.construct for one in findings if one.kind != "note"} <= {"set_run_result", "trigger keyword"}


def test_a_step_that_was_rewired_is_taken_node_by_node(tmp_path):
    document = export(small(written(tmp_path, FLOW)))
    node_of(document, "what", "GR")["exits"][0]["destination_uuid"] = node_of(document, "close")["uuid"]
    flows, _, findings = taken(document, tmp_path / "back")
    flow = flows["help.child"]
    assert any("became steps of their own" in one.says for one in findings)
    texts = [one.text for step in flow.steps.values() if isinstance(step, Say) for one in step.say]
    assert "Police: 100\nGreek sentence." in texts


def migrated(document):
    """What RapidPro makes of a file: ids of its own everywhere, and the newest spec."""
    text = json.dumps(document)
    pattern = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    made = json.loads(re.sub(pattern, lambda one: str(uuid.uuid5(uuid.NAMESPACE_OID, one[0])), text))
    for flow in made["flows"]:
        flow["spec_version"] = "14.4.2"
        flow["_ui"]["nodes"] = {key: flow["_ui"]["nodes"][key] for key in reversed(flow["_ui"]["nodes"])}
        for node in flow["nodes"]:
            for action in node["actions"]:
                if action["type"] == "open_ticket":
                    action["note"] = action.pop("body")
                    node["router"]["result_name"] = action.pop("result_name")
                    node["router"]["operand"] = "@locals._new_ticket"
                    node["router"]["cases"][0] |= {"type": "has_text", "arguments": []}
    return made


@pytest.mark.slow
def test_all_our_flows_come_back_from_a_program_that_gave_them_ids_of_its_own(real, exported, tmp_path):
    flows, texts, findings = taken(migrated(exported), tmp_path, sorted(real.texts))
    assert {one.construct for one in findings} == {"result_name"}
    assert plain(flows) == plain(real.flows)
    assert {locale: len(table) for locale, table in texts.items()} == counted(real)


def test_a_flow_out_of_a_program_leads_to_flows_that_are_not_in_the_file(real, tmp_path):
    document = export(msgspec.structs.replace(real, flows={"guardian.child": real.flows["guardian.child"]}))
    flows, _, findings = taken(migrated(document), tmp_path)
    assert plain(flows)["guardian.child"] == plain(real.flows)["guardian.child"]
    assert {(one.kind, one.construct) for one in findings} >= {("changed", "enter_flow")}


def test_two_locales_of_one_language_are_told(tmp_path):
    flows = written(tmp_path, FLOW)
    job = small(flows, {"sr": {("help.child", "Help"): "a"}, "sr_Latn": {("help.child", "Help"): "b"}})
    export(job)
    assert [one.construct for one in job.findings if one.kind == "dropped"] == ["localization"]
