"""Files that others made: what maps is taken, and everything else is told by name, node and flow."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.core.flow import Ask, Branch, Choose, Escalate, Link, Say
from bot.errors import FlowError
from bot.exchange.findings import report
from bot.exchange.incoming.take import take, write
from bot.flowfiles.load import load
from bot.flowfiles.ways import lost_steps
from bot.i18n import catalogs

FOLDER = Path(__file__).parent / "foreign"
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
LOCALES = ("nl", "fr", "fa_AF")


class Took:
    def __init__(self, name, folder):
        self.taken = take(FOLDER / f"{name}.json", LOCALES)
        write(self.taken, folder, f"{name}.json")
        self.flows = load(folder / "flows").flows
        self.texts = {locale: one.texts() for locale, one in catalogs.read_all(folder / "locales").items()}
        self.report = (folder / "report.md").read_text(encoding="utf-8")
        self.found = {(one.kind, one.construct, one.node[-4:].lstrip("0")) for one in self.taken.findings}


@pytest.fixture(scope="module")
def took(tmp_path_factory):
    return {name: Took(name, tmp_path_factory.mktemp(name)) for name in FILES}


def test_there_is_a_file_of_each(took):
    assert set(took) == {"glific", "rapidpro", "textit"}


RAPIDPRO = {
    ("dropped", "trigger M", ""), ("note", "trigger C", ""), ("dropped", "campaigns", ""), ("dropped", "groups", ""),
    ("changed", "trigger keyword", ""), ("changed", "name", ""), ("dropped", "sticky note", ""),
    ("note", "expire_after_minutes", ""), ("note", "source", ""),
    ("dropped", "send_msg.attachments", "100"), ("changed", "expression @contact.first_name", "100"),
    ("dropped", "wait.timeout", "110"), ("note", "has_any_word", "110"), ("dropped", "send_msg", "115"),
    ("dropped", "translation of text", "115"), ("dropped", "add_contact_groups", "120"),
    ("dropped", "language xyz", "120"), ("changed", "split_by_groups", "170"), ("dropped", "call_webhook", "180"),
    ("changed", "split_by_webhook", "180"), ("dropped", "send_email", "185"),
    ("dropped", "set_run_result.category", "190"), ("dropped", "set_contact_field", "190"),
    ("changed", "split_by_subflow", "195"), ("changed", "enter_flow", "200"), ("dropped", "step say", "203"),
    ("changed", "split_by_random", "205"), ("note", "result_name", "205"), ("dropped", "remove_contact_groups", "210"),
    ("dropped", "start_session", "215"), ("note", "has_any_word", "310"), ("changed", "category Other", "310"),
}  # fmt: skip
TEXTIT = {
    ("changed", "language", "170"), ("changed", "language", "185"),
    ("changed", "language", "195"), ("note", "has_pattern", "120"), ("note", "has_any_word", "120"),
    ("dropped", "set_contact_name", "100"), ("dropped", "send_msg.template", "100"),
    ("dropped", "send_msg.template_variables", "100"), ("changed", "braces", "140"),
    ("changed", "open_ticket", "150"), ("dropped", "open_ticket.assignee", "150"), ("note", "result_name", "150"),
    ("changed", "split_by_ticket", "150"), ("dropped", "wait.hint", "175"), ("changed", "has_phone", "175"),
    ("changed", "category Other", "175"), ("dropped", "call_classifier", "190"), ("changed", "split_by_intent", "190"),
    ("dropped", "transfer_airtime", "195"), ("dropped", "call_llm", "195"), ("note", "source", ""),
}  # fmt: skip
GLIFIC = {
    ("dropped", "collections", ""), ("dropped", "interactive_templates", ""), ("changed", "trigger keyword", ""),
    *(("dropped", f"send_interactive_msg.{key}", "100") for key in ("header", "caption", "id", "name", "labels")),
    *(("dropped", f"send_interactive_msg.{key}", "120")
      for key in ("title", "subtitle", "description", "globalButtons", "id", "name")),
    ("note", "has_multiple", "110"), ("dropped", "send_msg", "115"), ("dropped", "translation of text", "115"),
    ("changed", "category Other", "125"), ("changed", "expression <%= 1 + 1 %>", "130"),
    ("dropped", "add_input_labels", "130"), ("dropped", "link_google_sheet", "140"),
    ("dropped", "set_contact_profile", "150"), ("changed", "expression @contact.fields.city", "170"),
    ("dropped", "translation of attachments", "170"), ("dropped", "set_contact_language", "180"),
    ("note", "source", ""),
}  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), [("rapidpro", RAPIDPRO), ("textit", TEXTIT), ("glific", GLIFIC)])
def test_each_construct_that_does_not_map_is_told_by_name_and_node(took, name, wanted):
    assert took[name].found == wanted


HIDDEN = {"uuid", "type", "exit_uuid", "category_uuid", "default_category_uuid", "destination_uuid", "spec_version",
          "language", "version", "site", "match_type"}  # fmt: skip
"""Keys whose values are no content."""
USUAL = {"All Responses", "Complete", "Expired", "Success", "Failure", "completed", "expired", "Other", "No Response",
         "Has Text", "@child.status", "@input", "@input.text", "@locals._new_ticket"}  # fmt: skip
"""What their editor writes by itself."""


ELSEWHERE = {
    "Young",  # the name of a way that is told by its ages now
    "10 - 25",  # the same: min and max
    "@results.colour",  # the slot `colour` of a branch
    "Which colour do you like?\n1. Red\n2. Blue",  # a question and its choices
    "@fields.country",
    "@(urn_parts(contact.urn).scheme)",  # channel
    "@contact.fields.city",
}
"""What stands there in other words."""


def contents(found, key=""):
    """Every text of a file that a person wrote."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name not in {"_ui", "vars", "fields", "contact_field", "field"}:
                yield from contents(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from contents(value, key)
    elif isinstance(found, str) and found.startswith("{") and key == "text":
        yield from contents(json.loads(found))
    elif isinstance(found, str) and key not in HIDDEN and found.strip() and found not in USUAL:
        yield found


def letters(text):
    return re.sub(r"[^\w]", "", re.sub(r"⏎|_", "", text)).casefold()


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_dropped_in_silence(took, name):
    one = took[name]
    values = " ".join(contents([yaml.safe_load(yaml.safe_dump(flow)) for flow in one.taken.flows]))
    keys = " ".join(json.dumps(flow) for flow in one.taken.flows)
    translations = " ".join(text for table in one.texts.values() for text in table.values())
    everything = letters(f"{one.report} {values} {keys} {translations}")
    raw = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    missing = [text for text in contents(raw) if letters(text) not in everything]
    assert set(missing) - ELSEWHERE <= {text for text in missing if letters(text) == ""}


@pytest.mark.parametrize("name", FILES)
def test_all_ways_lead_somewhere(took, name):
    assert list(lost_steps(took[name].flows)) == []


def test_the_survey_is_taken(took):
    flow = took["rapidpro"].flows["youth_survey_of_all_districts"]
    first = next(iter(flow.steps.values()))
    assert isinstance(first, Choose)
    assert [one.label for one in first.choose] == ["Yes", "No"]
    assert took["rapidpro"].texts["es"][f"{flow.id}/{first.id}", "Yes"] == "Sí"
    ask = flow.steps["how_old_are_you"]
    assert isinstance(ask, Ask)
    assert (ask.type, ask.slot, ask.min, ask.max) == ("number", "age", 10, 25)
    assert ask.again.text == "Please send a number from 10 to 25."
    young = flow.steps[ask.next]
    assert isinstance(young, Branch)
    assert young.branch[0].when == {"age": ("10", "11", "12", "13", "14")}
    said = [one.text for step in flow.steps.values() if isinstance(step, Say) for one in step.say]
    assert "You can write to me at club@example.org." in said


def test_a_list_within_the_question_becomes_choices(took):
    flow = took["rapidpro"].flows["ask_for_colour"]
    step = flow.steps[flow.first]
    assert step.text.text == "Which colour do you like?"
    assert [(one.label, one.set) for one in step.choose][:2] == [
        ("Red", {"colour": "Red"}),
        ("Blue", {"colour": "Blue"}),
    ]
    assert flow.steps[step.choose[0].next].branch[0].when == {"colour": ("Red",)}


def test_a_flow_in_another_language_becomes_english_where_there_is_some(took):
    flow = took["textit"].flows["accueil"]
    choose = flow.steps["what_do_you_want_to_know"]
    assert [one.label for one in choose.choose] == ["School", "Health", "Talk to somebody"]
    assert took["textit"].texts["fr"]["accueil/what_do_you_want_to_know", "School"] == "École"
    assert took["textit"].texts["fa_AF"]["accueil/you_may_go_to_school", "You may go to school."].startswith("می")
    assert isinstance(flow.steps["escalate"], Escalate)
    assert flow.steps["escalate"].topic == "asylum"
    assert flow.steps["branch_2"].branch[0].when == {"country": ("unknown",)}


def test_interactive_messages_become_choices(took):
    flow = took["glific"].flows["help_desk"]
    step = flow.steps[flow.first]
    assert (step.text.text, [one.label for one in step.choose]) == (
        "What do you need?", ["A place to sleep", "A doctor"],
    )  # fmt: skip
    assert [one.label for one in flow.steps["where_are_you"].choose] == ["Lille", "Amiens", "Other"]


def test_a_link_out_of_the_file_is_told(took):
    links = [step.flow for step in took["rapidpro"].flows["youth_survey_of_all_districts"].steps.values()
             if isinstance(step, Link)]  # fmt: skip
    assert links == ["ask_for_colour", "somewhere_else"]


def test_the_report_names_all(took):
    text = took["rapidpro"].report
    assert text == report(took["rapidpro"].taken.findings, "rapidpro.json")
    assert "- **dropped** `send_email`, node `00000000-0000-4000-8000-000000000185`: addresses:" in text
    assert "## Youth Survey of All Districts" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "no JSON"), ("[]", "holds no flows"), ('{"version": "13", "flows": []}', "holds no flows"),
        ('{"flows": [{"name": "Old", "rule_sets": []}]}', "spec 12"), ('{"flows": [{"name": "Odd"}]}', "no nodes"),
        ("[" * 100_000, "no JSON"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_flows_is_refused(tmp_path, content, told):
    path = tmp_path / "file.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FlowError, match=told):
        take(path, LOCALES)


def test_odd_things_in_a_file_break_nothing(tmp_path):
    """Every value of a file in turn is replaced by something that nobody expects there."""
    raw = json.loads((FOLDER / "rapidpro.json").read_text(encoding="utf-8"))
    path = tmp_path / "file.json"
    spots = [*places(raw["flows"][1])][::2] + [*places(raw["flows"][0])][::9]
    assert len(spots) > 100
    for holder, key in spots:
        for odd in (None, "x", [1], {"a": None}):
            kept, holder[key] = holder[key], odd
            path.write_text(json.dumps(raw), encoding="utf-8")
            holder[key] = kept
            try:
                taken = take(path, LOCALES)
            except FlowError:
                continue
            for flow in taken.flows:
                assert next(iter(flow["flows"].values()))["steps"]


def places(found):
    if isinstance(found, dict | list):
        for key in found if isinstance(found, dict) else range(len(found)):
            yield found, key
            yield from places(found[key])


def test_an_id_that_stands_twice_is_told_and_nothing_is_lost(tmp_path):
    raw = json.loads((FOLDER / "rapidpro.json").read_text(encoding="utf-8"))
    raw["flows"][0]["nodes"][3]["uuid"] = raw["flows"][0]["nodes"][1]["uuid"]
    raw["flows"].append(raw["flows"][1])
    path = tmp_path / "file.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    taken = take(path, LOCALES)
    assert sum(one.construct == "uuid" for one in taken.findings) == 2
    assert [next(iter(flow["flows"])) for flow in taken.flows] == [
        "youth_survey_of_all_districts", "ask_for_colour", "ask_for_colour_2",
    ]  # fmt: skip
    assert "Good for you." in report(taken.findings, "x")


def test_flows_that_are_there_are_not_overwritten(tmp_path, took):
    (tmp_path / "flows").mkdir()
    with pytest.raises(FlowError, match="name a new folder"):
        write(took["glific"].taken, tmp_path, "x")
