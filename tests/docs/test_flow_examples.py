"""The examples of docs/writing-flows.md are read, built and checked as real flows are."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from bot.config import ROOT
from bot.flowfiles.checks import check
from bot.flowfiles.load import KINDS, load

TEXT = (ROOT / "docs" / "writing-flows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
WHOLE = [text for text in EXAMPLES if "\nflows:" in text]
STEPS = [text for text in EXAMPLES if text.startswith("- id:")]
NEEDED = {"there", "ask"}
"""Steps that an example leads to."""


def kind(text):
    return next(key for key in yaml.safe_load(text)[0] if key in KINDS)


def test_there_is_an_example_of_every_kind_of_step():
    assert len(WHOLE) == 1
    assert sorted(map(kind, STEPS)) == sorted(KINDS)
    assert len(WHOLE) + len(STEPS) == len(EXAMPLES)


def as_flow(text):
    """A flow around the example of a step, with the steps that it leads to."""
    lines = [f"  example_{kind(text)}.child:", "    title: Example", "    steps:"]
    lines += [f"      {line}" for line in text.rstrip().splitlines()]
    needed = NEEDED if kind(text) == "branch" else {"there"}
    return "\n".join([*lines, *(f"      - {{id: {name}, link: closing}}" for name in sorted(needed)), ""])


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """The real flows, with the examples among them, and one example that is broken."""
    folder = shutil.copytree(ROOT / "flows", tmp_path_factory.mktemp("examples") / "flows")
    whole = WHOLE[0].replace("topic: school", "topic: thanks")  # the real flows have one on school
    (folder / "child" / "library.yml").write_text(whole, encoding="utf-8")
    (folder / "child" / "example.yml").write_text("flows:\n" + "".join(map(as_flow, STEPS)), encoding="utf-8")
    broken = WHOLE[0].replace("library.child", "broken.child").replace("next: cost", "next: coast")
    (folder / "child" / "broken.yml").write_text(broken, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def loaded(flows):
    return load(flows).flows


@pytest.fixture(scope="module")
def faults(flows):
    """The errors, beside those of translations that nobody could have made."""
    return [one for one in check(flows, flows.parent / "locales") if one.severity == "error"]


def test_the_whole_flow_has_no_fault(loaded, faults):
    assert "library.child" in loaded
    ours = [str(one) for one in faults if "library.yml" in one.file]
    assert [one for one in ours if "[double_topic]" not in one] == []


@pytest.mark.parametrize("text", STEPS, ids=map(kind, STEPS))
def test_a_step_is_read_as_its_kind(loaded, text):
    steps = loaded[f"example_{kind(text)}.child"].steps
    assert next(iter(steps.values())).__class__.__name__.lower() == kind(text)


def test_no_step_has_a_fault(faults):
    ours = [str(one) for one in faults if "example.yml" in one.file]
    assert [one for one in ours if "[unreachable]" not in one] == []


def test_a_broken_example_would_be_found(faults):
    assert any("coast" in str(one) for one in faults if "broken.yml" in one.file)


def test_every_act_and_type_is_named():
    from bot.core.steps.act import ACTS
    from bot.core.steps.ask import TYPES

    assert all(f"`{name}`" in TEXT for name in (*ACTS, *TYPES))
