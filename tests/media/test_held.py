"""What is held while somebody listens."""

from __future__ import annotations

import asyncio

import pytest

from bot.media.held import Held, part
from bot.media.pictures import Clean


async def test_it_goes_by_itself_and_only_a_few_are_held():
    held = Held(held_s=0.02)
    for number in range(10):
        held.put(number, Clean("audio/ogg", b"x"))
    assert held.get(0) is None
    assert held.get(9).data == b"x"
    await asyncio.sleep(0.03)
    assert held.get(9) is None


async def test_nobody_has_to_ask_for_it_to_go(monkeypatch):
    monkeypatch.setattr("bot.media.held.SLACK_S", 0.01)
    held = Held(held_s=0.02)
    held.put(1, Clean("audio/ogg", b"x"))
    await asyncio.sleep(0.1)
    assert held._held == {}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-1", (0, 2)), ("bytes=5-", (5, 10)), ("bytes=5-99", (5, 10)), ("bytes=9-9", (9, 10)),
        ("", None), ("bytes=10-", None), ("bytes=5-4", None), ("bytes=-3", None), ("bytes=0-1,3-4", None),
        ("other=0-1", None),
    ],
)  # fmt: skip
def test_pieces(header, found):
    assert part(header, 10) == found
