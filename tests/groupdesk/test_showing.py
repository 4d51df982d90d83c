"""What stands in a topic of the group."""

from __future__ import annotations

import pytest

from bot.desk.views import Entry, Row
from bot.groupdesk.showing import entry

ROW = Row(
    id="a", pseudonym="Red Fox", level="T2", topic="guardian", country="GR", locale="ar", channel="telegram",
    state="assigned", owner="noor", at=0, due_at=0, waiting_ms=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"original": "Hello"}, "noor: مرحبا\n↳ written so; translated by machine: Hello"),
        ({"original": "Hello", "phrase": "hello", "shown": "Hello"}, "noor: مرحبا\n↳ Hello"),
        ({}, "noor: مرحبا"),
    ],
)
def test_a_machine_s_translation_is_marked_and_its_original_stands_below(more, shown):
    assert entry(Entry(1, "caseworker", "مرحبا", by="noor", **more), ROW, str) == shown


def test_a_file_is_only_named():
    assert entry(Entry(1, "contact", "", kind="document", medium=0), ROW, str) == "Red Fox: [document]"
