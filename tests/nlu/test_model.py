from __future__ import annotations

import subprocess

import pytest

from bot.config import ROOT
from bot.nlu_service import places


@pytest.mark.nlu
@pytest.mark.slow
def test_the_classifier_without_the_server():
    done = subprocess.run(
        [str(places.python()), "tests/nlu/model_checks.py"],
        cwd=ROOT,
        env=places.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
