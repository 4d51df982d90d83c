"""Rooms stay small: no module past 400 lines, and the median around a hundred."""

from __future__ import annotations

import statistics

from bot.config import ROOT

LONGEST = 400
MEDIAN = 140


def test_modules_are_small():
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("bot", "nlu")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}
    assert statistics.median(size for size in sizes.values() if size > 5) <= MEDIAN
