"""The checklist of OWASP ASVS 5.0: every number of levels 1 and 2 once, and every file that it names is there."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.config import ROOT

PAGE = ROOT / "docs" / "asvs.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (\*\*not met\*\*|met|n/a) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(TEXT)
STATES = {"met": "met", "**not met**": "not met", "n/a": "not applicable"}

LISTED = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2
2.1.1-3 2.2.1-3 2.3.1-4 2.4.1
3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
4.1.1-3 4.2.1 4.3.1-2 4.4.1-4
5.1.1 5.2.1-3 5.3.1-2 5.4.1-3
6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4
7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2
8.1.1-2 8.2.1-3 8.3.1 8.4.1
9.1.1-3 9.2.1-4
10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3
11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1
12.1.1-3 12.2.1-2 12.3.1-4
13.1.1 13.2.1-5 13.3.1-2 13.4.1-5
14.1.1-2 14.2.1-4 14.3.1-3
15.1.1-3 15.2.1-3 15.3.1-7
16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
17.1.1 17.2.1-4 17.3.1-2
"""
"""The numbers of levels 1 and 2 in version 5.0.0."""
LEVEL_1, LEVEL_2 = 70, 183


def listed() -> list[str]:
    found = []
    for part in LISTED.split():
        section, _, span = part.rpartition(".")
        first, _, last = span.partition("-")
        found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def test_every_number_is_there_once_and_in_its_chapter():
    assert [row[0] for row in ROWS] == listed()
    assert Counter(row[1] for row in ROWS) == {"1": LEVEL_1, "2": LEVEL_2}
    chapters = re.split(r"^## V(\d+) ", TEXT, flags=re.MULTILINE)[1:]
    for number, text in zip(chapters[::2], chapters[1::2], strict=True):
        assert {row[0].split(".")[0] for row in ROW.findall(text)} == {number}
    # A row that is not read as one would be missed above; and none is only half a row.
    assert len(re.findall(r"^\| \d+\.", TEXT, re.MULTILINE)) == len(ROWS)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w./-]+/[\w./-]+|[\w-]+\.(?:toml|yml))`", TEXT))))
def test_files_that_are_named_exist(path):
    if not path.startswith("/"):  # an address of ours, as /metrics
        assert (ROOT / path).is_file(), path


def test_what_is_met_names_what_shows_it():
    for number, _, _, state, where in ROWS:
        shown = re.search(r"`[\w.-]+(/[\w./-]+|\.toml|\.yml|ignore)`|\]\((?:security|running|console|openapi)", where)
        by_design = "requirements" in where or "routes" in where or "mypy" in where or "Caddy" in where
        if state == "met":
            assert shown or by_design or "as above" in where or "as in" in where, number
        if state == "**not met**":
            assert len(where) > 20 or "as 1" in where, number


def test_the_counts_at_the_top_are_right():
    for level in ("1", "2"):
        counts = Counter(STATES[row[3]] for row in ROWS if row[1] == level)
        line = f"| {level} | {counts['met']} | {counts['not met']} | {counts['not applicable']} |"
        assert line in TEXT, line
