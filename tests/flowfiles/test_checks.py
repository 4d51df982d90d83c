from __future__ import annotations

import pytest

from bot.config import ROOT
from bot.flowfiles.checks import CHECKS, UNREAD, check
from tests.flowfiles.good import BAD, TODAY, spoil

CODES = [*UNREAD, *CHECKS]


def found(root, **given):
    return check(root / "flows", root / "locales", topics=root / "topics.yml", today=TODAY, **given)


def test_good_folder_has_no_fault_even_for_a_release(good):
    assert found(good, release=True) == []
    assert found(good) == []


@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_fault_has_a_bad_example_that_it_finds(good, code):
    marked = spoil(good, code)
    faults = [fault for fault in found(good) if fault.code == code]
    assert faults, f"tests/flowfiles/bad/{code} is not found"
    for fault in faults:
        assert fault.message
        assert fault.mend
        assert fault.line >= 1
    if marked:
        assert sorted({(fault.file, fault.line) for fault in faults}) == marked


def test_every_bad_example_belongs_to_a_kind_of_fault():
    assert {path.stem for path in BAD.iterdir()} == set(CODES)


@pytest.mark.parametrize(
    "code",
    ["uncalled_number", "expired_source", "unreviewed_source", "draft_catalog", "missing_translation"],
)
def test_what_is_unfinished_is_a_warning_and_an_error_for_a_release(good, code):
    spoil(good, code)
    assert {fault.severity for fault in found(good) if fault.code == code} == {"warning"}
    assert {fault.severity for fault in found(good, release=True) if fault.code == code} == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flows",
        "- a\n- b\n",
        "flows: [1, 2]\n",
        "flows:\n  bad: 3\n",
        "flows:\n  bad: {steps: []}\n",
        "flows:\n  bad: {steps: [{id: one, say: [1]}]}\n",
        "flows:\n  bad: {steps: [{id: one, ask: {text: a, slot: b, min: many}}]}\n",
        "flows:\n  bad: {steps: [{id: one, choose: 3, text: a}]}\n",
        "flows:\n  bad: {steps: [{id: one, choose: [{id: a, label: b, set: 3}], text: a}]}\n",
        "flows:\n  bad: {steps: [{id: one, escalate: {level: T9}}]}\n",
        "flows:\n  bad: {countries: 3, audience: [], steps: [{id: one, end: true}]}\n",
        "flows: &a\n  bad: *a\n",
        "flows: !!int x\n",
        "flows: !!python/object:os.system x\n",
        "flows: " + "[" * 5000,
        "\x00",
        "a: b: c",
        "flows:\n  bad: {steps: [{id: one, say: {text: a}}]}\n  bad: {steps: [{id: one, end: true}]}\n",
    ],
)
@pytest.mark.parametrize("name", ["bad.yml", "contacts.yml", "sources.yml", "phrases.yml", "never.yml"])
def test_hostile_yaml_is_a_fault_and_never_a_traceback(good, name, text):
    (good / "flows" / name).write_text(text, encoding="utf-8")
    assert any(fault.file == f"flows/{name}" for fault in found(good))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b'msgid "',
        b'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=x; plural=y;\\n"\n',
        b'msgid ""\nmsgstr ""\n"PO-Revision-Date: yesterday\\n"\n',
        b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=nonsense\\n"\n\nmsgid "\xc3\xa9"\nmsgstr "e"\n',
    ],
)
def test_hostile_catalog_is_a_fault_and_never_a_traceback(good, data):
    path = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    path.write_bytes(data)
    faults = [fault for fault in found(good) if fault.code == "catalog"]
    assert [fault.file for fault in faults] == ["locales/nl/LC_MESSAGES/bot.po"]


@pytest.mark.parametrize("data", [b"", b"msgstr[99999999999999999999]\n", b'#: \xe2\x81\xa8\nmsgid "a"\nmsgstr "b"\n'])
def test_empty_catalog_has_nothing_translated(good, data):
    (good / "locales" / "nl" / "LC_MESSAGES" / "bot.po").write_bytes(data)
    assert "missing_translation" in {fault.code for fault in found(good)}


def test_the_real_flows_and_catalogs_have_no_errors():
    faults = check(ROOT / "flows", ROOT / "locales")
    assert [str(fault) for fault in faults if fault.severity == "error"] == []


def test_unknown_locale_folder_is_a_fault(good):
    (good / "locales" / "nl").rename(good / "locales" / "klingon_XX")
    assert [fault.code for fault in found(good)] == ["catalog"]


def test_a_fault_names_file_line_and_how_to_mend(good):
    spoil(good, "unknown_flow")
    told = "\n".join(map(str, found(good)))
    assert "flows/bad.yml:5: error: there is no flow 'nowhere.any' [unknown_flow]\n    → " in told


def test_labels_and_numbers_are_checked_in_translations_too(good):
    path = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"n My guardian"', '"mijn heel erg lange voogd"').replace('"n Anything else?"', '"Bel ١١٢"')
    path.write_text(text, encoding="utf-8")
    codes = {(fault.code, fault.file) for fault in found(good)}
    assert ("long_label", "locales/nl/LC_MESSAGES/bot.po") in codes
    assert ("written_number", "locales/nl/LC_MESSAGES/bot.po") in codes


def test_the_convention_may_be_unconfirmed_and_other_facts_may_not(good):
    sources = good / "flows" / "sources.yml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("T-1:", "ALL-RIG-1:"), encoding="utf-8")
    for path in (good / "flows" / "child").glob("*.yml"):
        path.write_text(path.read_text(encoding="utf-8").replace("T-1", "ALL-RIG-1"), encoding="utf-8")
    sources.write_text(sources.read_text(encoding="utf-8").replace("confirmed", "unconfirmed"), encoding="utf-8")
    assert found(good) == []


@pytest.mark.parametrize("given", ['open: "Mo 10:00-11:00"', "audience: [carer]"])
def test_a_question_needs_a_number_that_is_there_always_and_for_everybody(good, given):
    number = f'number: "1", title: M, source: A, status: official, called: 2026-11-01, allowed: true, {given}'
    path = good / "flows" / "contacts.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  GR:", f"    missing: {{{number}}}\n  GR:"))
    menu = good / "flows" / "system" / "menu.yml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("What do you want?", "Will you call {tel_missing}?"))
    assert "number_in_question" in {fault.code for fault in found(good)}
