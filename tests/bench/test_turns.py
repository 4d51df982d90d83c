"""The benchmark itself runs, on real servers, and prints every contender with its ratios."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from bot.config import ROOT
from tests.nlu.fixtures import nlu_settings

__all__ = ["nlu_settings"]

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.nlu]

ROWS = (
    "floor: the same Redis commands",
    "ucare, buttons",
    "ucare, free text, rules alone",
    "ucare, free text, with the NLU server",
    "ucare, buttons, taken in, kept and sent",
    "python-telegram-bot, echo",
    "Rasa, REST channel, a payload",
)


def test_quick_turns_prints_the_ratios(nlu_settings):
    env = {**os.environ, "UCARE_DATA_DIR": str(nlu_settings.ucare_data_dir), "NLU_URL": "", "REDIS_URL": ""}
    command = [sys.executable, "-m", "bench", "--quick", "turns"]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    lines = {line[:42].split("  ")[0].strip(): line for line in ran.stdout.splitlines()}
    for name in ROWS:
        found = re.findall(r"([\d.]+)x", lines[name])
        assert len(found) == 3, lines[name]
        assert all(float(each) > 0 for each in found), lines[name]
    assert float(re.findall(r"([\d.]+)x", lines["floor: the same Redis commands"])[0]) == 1.0
    assert lines["ucare, buttons"].count(" ms") == 2


def test_an_unknown_name_is_refused():
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "turns, sends, memory, flows, nlu" in ran.stderr
