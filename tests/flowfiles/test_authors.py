"""``ucare flows new | diff | stats``: a flow to begin with, what changed, and how much there is."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from bot.config import ROOT
from bot.core.flow import AnyStep
from bot.flowfiles import difference, stats
from bot.flowfiles.checks import check
from bot.flowfiles.load import load
from tests.flowfiles.good import TODAY
from tests.flowfiles.test_commands import run


@pytest.mark.parametrize("audience", ["child", "carer", "any"])
def test_a_new_flow_is_whole_but_for_its_sentences(good, capsys, audience):
    with (good / "topics.yml").open("a") as topics:
        topics.write("carer:\n  respite: a break\n")
    assert run(good, "new", "respite", audience) == 0
    assert "is written" in capsys.readouterr().out
    assert f"respite.{audience}" in load(good / "flows").flows
    faults = check(good / "flows", good / "locales", topics=good / "topics.yml", today=TODAY)
    assert {fault.code for fault in faults} <= {"missing_translation"}, faults


def test_a_flow_that_is_there_is_not_written_over(good, capsys):
    before = (good / "flows" / "child" / "guardian.yml").read_bytes()
    assert run(good, "new", "guardian", "child") == 1
    assert "is there already" in capsys.readouterr().out
    assert (good / "flows" / "child" / "guardian.yml").read_bytes() == before
    assert run(good, "new", "../x", "child") == 1


def test_diff_tells_what_changed_and_only_that(good, tmp_path_factory):
    old = shutil.copytree(good / "flows", tmp_path_factory.mktemp("old") / "flows")
    assert difference.differences(difference.everything(old), difference.everything(good / "flows")) == []
    path = good / "flows" / "child" / "guardian.yml"
    path.write_text(path.read_text().replace("A guardian helps you.", "A guardian speaks for you."))
    (good / "flows" / "child" / "school.yml").unlink()
    facts = good / "flows" / "sources.yml"
    facts.write_text(facts.read_text().replace("status: confirmed", "status: dated"))
    changes = difference.differences(difference.everything(old), difference.everything(good / "flows"))
    assert {(one.where, one.kind, one.what) for one in changes} == {
        ("flow guardian.child", "removed", "what says “A guardian helps you.”"),
        ("flow guardian.child", "added", "what says “A guardian speaks for you.”"),
        ("flow school.child", "removed", "all of it"),
        ("fact T-1", "changed", "status"),
    }
    assert "status: confirmed → dated" in difference.told(changes)


def test_diff_reads_revisions_of_git(good, capsys):
    def git(*arguments):
        subprocess.run(["git", "-C", str(good), *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", "flows")
    git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "one")
    path = good / "flows" / "child" / "guardian.yml"
    path.write_text(path.read_text().replace("That is all", "Enough now"))
    assert run(good, "diff", "HEAD", "--json") == 0
    (change,) = json.loads(capsys.readouterr().out)[1:]
    assert "Enough now" in change["what"] or "That is all" in change["what"]
    assert run(good, "diff", "nowhere") == 1
    assert run(good, "diff", "--", "--output=x") == 1


def test_every_kind_of_step_has_its_lines():
    assert set(difference.LINES) == set(AnyStep.__args__)


def test_stats_count_what_is_there(good, capsys):
    found = stats.measure(good / "flows", TODAY)
    one = next(size for size in found.flows if size.flow == "guardian.child")
    assert (one.depth, one.facts, one.messages) == (3, 1, {"BE": 4, "DE": 4, "GR": 4})
    assert found.told_in["T-1"] == ["guardian.child", "school.child"]
    assert found.facts == {"confirmed": 1}
    assert run(good, "stats") == 0
    assert "1 facts are told: 1 confirmed" in capsys.readouterr().out
    assert run(good, "stats", "--json") == 0
    assert json.loads(capsys.readouterr().out)["unused"] == []


def test_each_of_our_child_flows_goes_three_exchanges_deep():
    flows = load(ROOT / "flows").flows
    deep = {name: stats.depth(flow) for name, flow in flows.items() if flow.audience == "child" and len(flow.steps) > 8}
    assert len(deep) > 15
    assert min(deep.values()) >= 3
