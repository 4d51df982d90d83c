from __future__ import annotations

import pytest

from bot.flowfiles.commands import main
from tests.flowfiles.good import spoil


def run(good, *arguments):
    return main(
        ["flows", arguments[0], "--flows", str(good / "flows"), "--locales", str(good / "locales"), *arguments[1:]]
    )


def test_check_prints_faults_and_tells_by_its_status(good, capsys):
    spoil(good, "unknown_flow")
    assert run(good, "check", "--only", "unknown_flow") == 1
    assert "bad.yml:5: error: there is no flow 'nowhere.any'" in capsys.readouterr().out
    assert run(good, "check", "--only", "unknown_act") == 0
    assert run(good, "check", "bad.yml", "--errors") == 1
    assert capsys.readouterr().out.endswith("1 errors, 0 warnings.\n")


def test_list_prints_a_table(good, capsys):
    assert run(good, "list") == 0
    assert "guardian.child" in capsys.readouterr().out


def test_draw_writes_a_picture(good, capsys, tmp_path):
    target = tmp_path / "picture.svg"
    assert run(good, "draw", "guardian.child", "-o", str(target)) == 0
    assert target.read_text(encoding="utf-8").startswith("<svg")
    assert run(good, "draw") == 0
    assert run(good, "draw", "guardian") == 1
    assert "Did you mean: guardian.child?" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["list", "draw", "check"])
def test_a_bad_file_is_told_and_no_traceback(good, capsys, command):
    spoil(good, "yaml")
    assert run(good, command) == 1
    assert "flows/bad.yml:" in capsys.readouterr().out
