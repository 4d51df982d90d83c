from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.cli import main
from bot.flowfiles.load import load
from tests.exchange.making import plain
from tests.flowfiles.good import make

FOREIGN = Path(__file__).parent / "foreign"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return make(tmp_path_factory.mktemp("good"))


def run(good, *args):
    return main(["flows", *map(str, args), "--flows", str(good / "flows"), "--locales", str(good / "locales")])


def names(path):
    return {one["name"] for one in json.loads(path.read_text(encoding="utf-8"))["flows"]}


def test_out_and_in_again(good, tmp_path, capsys):
    file = tmp_path / "file.json"
    assert run(good, "export", "-o", file) == 0
    told = capsys.readouterr().out
    assert "flows in 2 languages" in told
    assert "see to it that people read along" in told
    assert run(good, "import", file, "-o", tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "0 dropped, 0 changed" in told
    assert plain(load(tmp_path / "out" / "flows").flows) == plain(load(good / "flows").flows)
    assert (tmp_path / "out" / "locales" / "nl" / "LC_MESSAGES" / "bot.po").is_file()
    assert "0 dropped" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_a_topic_or_a_flow_can_be_chosen_with_those_it_leads_to(good, tmp_path):
    file = tmp_path / "file.json"
    assert run(good, "export", "guardian", "-o", file) == 0
    assert names(file) == {"guardian.child"}
    assert run(good, "export", "guardian.child", "--linked", "-o", file) == 0
    assert names(file) == {"guardian.child", "closing", "menu", "human.any"}


def test_one_language_can_be_chosen(good, tmp_path):
    file = tmp_path / "file.json"
    assert run(good, "export", "guardian", "-o", file, "--locale", "de") == 0
    assert json.loads(file.read_text(encoding="utf-8"))["flows"][0]["localization"] == {}


def test_a_release_leaves_out_what_nobody_has_called(good, tmp_path, capsys, monkeypatch):
    root = shutil.copytree(good, tmp_path / "root")
    contacts = root / "flows" / "contacts.yml"
    contacts.write_text(contacts.read_text(encoding="utf-8").replace("called: 2026-11-01", "called: null"), "utf-8")
    flow = root / "flows" / "child" / "school.yml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("Soon.", "Call {tel_child}."), encoding="utf-8")
    file = tmp_path / "file.json"
    assert run(root, "export", "school", "-o", file) == 0
    assert "Call 1056." in file.read_text(encoding="utf-8")
    assert run(root, "export", "school", "-o", file, "--release") == 0
    assert "Call 1056." not in file.read_text(encoding="utf-8")
    assert "not said, because its number is not there" in capsys.readouterr().out
    monkeypatch.setenv("UCARE_RELEASE", "1")
    assert run(root, "export", "school", "-o", file) == 0
    assert "Call 1056." not in file.read_text(encoding="utf-8")


def test_the_status_tells_that_something_was_lost(good, tmp_path, capsys):
    assert run(good, "import", FOREIGN / "rapidpro.json", "-o", tmp_path / "out") == 1
    told = capsys.readouterr().out
    assert "dropped: send_email (Youth Survey of All Districts node 00000000-0000-4000-8000-000000000185)" in told
    assert f"All of it stands in {tmp_path / 'out' / 'report.md'}." in told


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["export", "nothing", "-o", "FOLDER/a.json"], "there is no flow 'nothing'"),
        (["export", "-o", "FOLDER/no/a.json"], "cannot be written"),
        (["import", "FOLDER/none.json", "-o", "FOLDER/out"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(good, tmp_path, capsys, args, told):
    assert run(good, *[one.replace("FOLDER", str(tmp_path)) for one in args]) == 1
    out = capsys.readouterr().out
    assert told in out
    assert "Traceback" not in out


def test_nothing_is_overwritten(good, tmp_path, capsys):
    file = tmp_path / "file.json"
    run(good, "export", "guardian", "-o", file)
    assert run(good, "import", file, "-o", good) == 1
    assert "name a new folder" in capsys.readouterr().out
