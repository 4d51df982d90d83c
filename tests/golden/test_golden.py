"""Plays every transcript and compares; ``--rewrite-golden`` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.playing import HERE, files, load, replayed, save, whole
from tests.golden.texts import library

FILES = files()


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(HERE)) for file in FILES])
def test_transcript(file: Path, request: pytest.FixtureRequest):
    document = load(file)
    assert document.get("locale", "en") in library().locales, "not whole in this locale"
    now = replayed(document)
    if request.config.getoption("--rewrite-golden"):
        save(file, now)
    else:
        assert now == document


def test_there_are_transcripts():
    assert FILES
    for file in FILES:
        turns = [turn for one in whole(load(file)) for turn in one["turns"]]
        assert turns, f"{file.name} holds nothing"
        assert all("out" in turn for turn in turns), f"{file.name} was never filled in"
