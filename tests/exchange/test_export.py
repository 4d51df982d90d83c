"""The file for RapidPro is valid, the same each time, and says nothing that ours would not say."""

from __future__ import annotations

import json

import msgspec
import pytest

from bot.core.flow import Choice, Choose, Flow, Say, Statement
from bot.core.numbers import Number
from bot.errors import FlowError
from bot.exchange.dialects import DIALECTS
from bot.exchange.findings import Findings
from bot.exchange.names import KEYWORD
from bot.exchange.outgoing.export import BUILD, export
from bot.exchange.outgoing.notes import WARNING
from bot.flowfiles.reference import Source
from tests.exchange.making import NUMBERS, node_of, small
from tests.exchange.valid import faults


def flow_of(*steps, name="one.child", **more):
    return {name: Flow(name, "One", {step.id: step for step in steps}, **more)}


def said(text, place="", **more):
    return Statement(text, f"one.child/what{place and f'@{place}'}", **more)


def texts_in(document):
    return [action["text"] for flow in document["flows"] for node in flow["nodes"] for action in node["actions"]
            if action["type"] == "send_msg"]  # fmt: skip


def notes_in(document):
    return [one["body"] for flow in document["flows"] for one in flow["_ui"]["stickies"].values()]


def test_all_our_flows_make_a_valid_file(exported):
    assert faults(exported) == []


def test_faults_finds_faults(exported):
    """The validator is no rubber stamp."""
    broken = json.loads(json.dumps({**exported, "flows": exported["flows"][:1]}))
    node = broken["flows"][0]["nodes"][0]
    node["exits"][0]["destination_uuid"] = "00000000-0000-4000-8000-000000000001"
    node["actions"].append({"uuid": node["uuid"], "type": "send_mail"})
    found = "\n".join(faults(broken))
    assert all(one in found for one in ("leads nowhere", "stands twice", "is not valid under any of the given schemas"))


def test_each_kind_of_step_has_a_maker(real):
    assert {type(step) for flow in real.flows.values() for step in flow.steps.values()} <= set(BUILD)


def test_the_same_flows_give_the_same_file(real, exported):
    again = export(msgspec.structs.replace(real, findings=Findings()))
    assert json.dumps(again, sort_keys=True) == json.dumps(exported, sort_keys=True)


def test_a_flow_has_the_same_ids_alone_and_among_others(real, exported):
    name = "guardian.child"
    alone = export(msgspec.structs.replace(real, flows={name: real.flows[name]}, findings=Findings()))
    (one,) = [flow for flow in exported["flows"] if flow["name"] == name]
    assert alone["flows"][0]["uuid"] == one["uuid"]
    assert {node["uuid"] for node in alone["flows"][0]["nodes"]} <= {node["uuid"] for node in one["nodes"]}


def test_what_is_not_in_the_file_is_told(real):
    findings = Findings()
    export(msgspec.structs.replace(real, flows={"menu": real.flows["menu"]}, findings=findings))
    assert any(one.construct == "enter_flow" and "guardian.child" in one.says for one in findings)


def test_everything_that_theirs_cannot_do_is_told(exported, real):
    told = {(one.kind, one.construct) for one in real.findings}
    assert {("dropped", "act hide"), ("dropped", "act erase"), ("dropped", "act alarm"), ("changed", "escalate"),
            ("changed", "branch on level")} <= told  # fmt: skip
    assert all(one.flow and one.node for one in real.findings)


def test_every_locale_is_there(exported, real):
    guardian = next(flow for flow in exported["flows"] if flow["name"] == "guardian.child")
    assert set(guardian["localization"]) == {"ara", "deu", "ell", "fra", "nld", "prs", "pus"}
    assert len(real.texts) == 7


def test_keywords_start_flows_and_the_menu_is_for_the_rest(exported):
    starts = {word: one["flow"]["name"] for one in exported["triggers"] for word in one.get("keywords", ())}
    assert starts["guardian"] == "guardian.child"
    assert starts["guardian_carer"] == "guardian.carer"
    assert starts["danger"] == "danger.any"
    assert all(len(word) <= KEYWORD for word in starts)
    assert [one["flow"]["name"] for one in exported["triggers"] if one["trigger_type"] == "C"] == ["menu"]


def test_sources_stand_in_notes(exported):
    (body,) = [
        one["body"] for flow in exported["flows"] for one in flow["_ui"]["stickies"].values()
        if one["title"] == "guardian.child/what"
    ]  # fmt: skip
    assert "BE: “The Guardianship Service chooses your guardian.” BE-ROL-1: " in body
    assert "checked 20" in body


def test_each_flow_warns_whoever_takes_it_over(exported):
    assert sum(WARNING in note for note in notes_in(exported)) == len(exported["flows"])


def test_a_number_is_shown_only_where_it_is():
    say = Say("what", "", (said("Always: {tel_emergency}"), said("Talk: {tel_child}", sources=("none",))))
    document = export(small(flow_of(say)))
    assert sorted(texts_in(document)) == ["Always: 112", "Talk: 103", "Talk: 116111"]
    split = next(node for node in document["flows"][0]["nodes"] if node.get("router"))
    assert split["router"]["operand"] == "@fields.country"
    assert [case["arguments"] for case in split["router"]["cases"]] == [["BE"], ["DE"]]


def test_a_number_that_differs_is_the_one_of_eu_where_the_country_is_unknown():
    document = export(small(flow_of(Say("what", "", (said("Police: {tel_police}"),)))))
    assert sorted(texts_in(document)) == ["Police: 100", "Police: 101", "Police: 110", "Police: 112"]


def test_a_number_for_others_is_not_said_but_kept():
    numbers = {**NUMBERS, "BE": {"tel_child": Number("103", None, ("carer",))}, "DE": {}}
    job = small(
        flow_of(Say("what", "", (said("Hello."), said("Talk: {tel_child}"))), audience="child"), numbers=numbers
    )
    document = export(job)
    assert texts_in(document) == ["Hello."]
    assert any("Not said, because its number is not there or may not be shown: “Talk: {tel_child}”" in one
               for one in notes_in(document))  # fmt: skip
    assert [(one.kind, one.construct) for one in job.findings] == [("dropped", "statement")]


def test_what_rests_on_a_fact_that_is_off_is_not_said():
    say = Say("what", "", (said("True.", sources=("T-1",)), said("Off.", sources=("T-2",))))
    job = small(flow_of(say), unfit=frozenset({"T-2"}))
    document = export(job)
    assert texts_in(document) == ["True."]
    assert [one.says for one in job.findings] == ["not said, because its fact is off or unconfirmed: “Off.”"]


def test_a_region_stands_in_place_of_its_country_and_ages_are_added():
    overlay = {
        "BE": (said("Belgium.", "BE"),), "BE-VLG": (said("Flanders.", "BE-VLG"),),
        "age:0-14": (said("Young.", "age:0-14"),), "age:10-17": (said("Older.", "age:10-17"),),
    }  # fmt: skip
    document = export(small(flow_of(Say("what", "", (), overlay))))
    operands = [node["router"]["operand"] for node in document["flows"][0]["nodes"] if node.get("router")]
    assert operands == ["@fields.region", "@fields.country", "@fields.age", "@fields.age"]
    flanders, belgium = node_of(document, "what", "BE-VLG"), node_of(document, "what", "BE")
    assert flanders["exits"][0]["destination_uuid"] == belgium["exits"][0]["destination_uuid"]


def test_what_a_person_wrote_is_never_an_expression():
    document = export(small(flow_of(Say("what", "", (said("Write to @contact or a@b.org"),)))))
    assert texts_in(document) == ["Write to @@contact or a@@b.org"]


def test_more_than_ten_choices_are_numbered_in_the_text():
    choices = tuple(Choice(f"c{n}", f"Label {n}", "what") for n in range(1, 13))
    job = small(flow_of(Choose("what", "", said("Which?"), choices)))
    document = export(job)
    assert texts_in(document)[0].splitlines()[::6] == ["Which?", "6. Label 6", "12. Label 12"]
    assert len(document["flows"][0]["nodes"][0]["actions"][0]["quick_replies"]) == 10
    assert [one.construct for one in job.findings] == ["quick_replies"]
    assert faults(document) == []


def test_a_question_whose_number_is_not_for_everybody_is_refused():
    step = Choose("what", "", said("Call {tel_child}?"), (Choice("a", "A", "what"),))
    with pytest.raises(FlowError, match=r"one\.child/what"):
        export(small(flow_of(step)))


def test_marks_of_direction_stand_in_what_is_sent_but_not_in_what_is_typed():
    choose = Choose("what", "", said("Which?"), (Choice("a", "Room 18", "what"),))
    texts = {"ar": {("one.child/what", "Which?"): "أي؟", ("one.child/what", "Room 18"): "غرفة 18"}}
    document = export(small(flow_of(choose), texts))
    table = document["flows"][0]["localization"]["ara"]
    replies = next(one["quick_replies"] for one in table.values() if "quick_replies" in one)
    arguments = [one["arguments"] for one in table.values() if "arguments" in one]
    assert replies == ["غرفة \u206618\u2069"]
    assert arguments == [["غرفة 18"], ["غرفة \u206618\u2069"]]


def test_an_uncalled_number_is_told_in_the_note(exported):
    assert any("Nobody has called it yet" in note for note in notes_in(exported))


def test_glific_gets_its_own_frame(real):
    flows = {name: real.flows[name] for name in ("guardian.child", "age.child")}
    job = msgspec.structs.replace(real, flows=flows, dialect=DIALECTS["glific"], findings=Findings())
    document = export(job)
    assert set(document) == {"flows", "contact_field", "collections", "interactive_templates"}
    assert [one["keywords"] for one in document["flows"]] == [["guardian"], []]
    first = next(one["definition"] for one in document["flows"] if one["keywords"])
    assert first["vars"] == [first["uuid"]]
    assert first["language"] == "en"
    assert set(first["localization"]) == {"ar", "de", "el", "fa", "fr", "nl", "ps"}
    asked = [action["text"] for node in first["nodes"] for action in node["actions"] if action.get("quick_replies")]
    assert all("\n1. " in text for text in asked), "Glific shows no quick replies"
    assert document["contact_field"] == ["age", "country", "region"] or "age" in document["contact_field"]


def test_a_source_is_told_with_its_address():
    source = Source.model_validate(
        {"title": "A page", "url": "https://example.org/a", "checked": "2026-01-02", "review_by": "2026-07-01",
         "status": "confirmed"}
    )  # fmt: skip
    job = msgspec.structs.replace(
        small(flow_of(Say("what", "", (said("So it is.", sources=("T-1", "T-9")),)))), sources={"T-1": source}
    )
    (note,) = [one for one in notes_in(export(job)) if "T-1" in one]
    assert note.splitlines() == [
        "“So it is.” T-1: A page, https://example.org/a (confirmed, checked 2026-01-02)", "“So it is.” T-9: unknown",
    ]  # fmt: skip
