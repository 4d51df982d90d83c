from __future__ import annotations

import asyncio
import time

import pytest
import structlog

from bot.understanding.client import Address, NluClient


async def ask(client, text="hello"):
    return await client.parse(text, audience="child", locale="nl")


async def test_text_audience_and_locale_travel(client, double):
    parsed = await ask(client, "/restart")
    assert double.asked == [("/restart", "child", "nl")]
    assert (parsed.intent_ranking[0].name, len(parsed.intent_ranking)) == ("school", 46)


async def test_nowhere_yet():
    async with NluClient(lambda: None) as client:
        assert await ask(client) is None


@pytest.mark.parametrize("text", ["", "\ud800 lone", "\x00", "a" * 10_000, '{"}'])
async def test_any_text_can_be_asked(client, text):
    assert await ask(client, text) is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"intent_ranking": 3}', b'{"risk": {}}', b"\xff"])
async def test_a_broken_answer_is_none(client, double, body):
    double.body = body
    assert await ask(client) is None


@pytest.mark.parametrize("status", [401, 404, 409, 500, 503])
async def test_a_refusal_is_none(client, double, status):
    double.status = status
    assert await ask(client) is None


async def test_a_wrong_token_is_refused(double):
    async with NluClient(lambda: Address(double.address.url, "wrong")) as client:
        assert await ask(client) is None
    assert double.asked == []


async def test_a_slow_server_costs_no_more_than_the_time_out(client, double):
    double.delay_s = 5
    start = time.monotonic()
    assert await ask(client) is None
    assert time.monotonic() - start < 1


async def test_after_three_failures_it_is_left_alone_and_tried_again_later(client, double):
    double.status = 500
    for _ in range(3):
        await ask(client)
    asked = len(double.asked)
    double.status = 200
    assert await ask(client) is None
    assert len(double.asked) == asked, "it was asked while it should be left alone"
    await asyncio.sleep(0.25)
    assert await ask(client) is not None
    assert await ask(client) is not None


async def test_only_one_call_tries_again(client, double):
    double.status = 500
    for _ in range(3):
        await ask(client)
    await asyncio.sleep(0.25)
    asked = len(double.asked)
    double.delay_s, double.status = 0.1, 200
    answers = await asyncio.gather(*(ask(client) for _ in range(10)))
    assert len(double.asked) == asked + 1
    assert sum(answer is not None for answer in answers) == 1


async def test_a_dead_server_is_none_and_a_restarted_one_is_found(double):
    where = [Address("http://127.0.0.1:9", "")]
    async with NluClient(lambda: where[0], timeout_s=0.3, pause_s=0.1) as client:
        for _ in range(4):
            assert await ask(client) is None
        where[0] = double.address
        await asyncio.sleep(0.15)
        assert await ask(client) is not None


async def test_many_at_once_are_all_answered(client):
    answers = await asyncio.gather(*(ask(client, str(n)) for n in range(100)))
    assert all(answer is not None for answer in answers)


async def test_no_text_is_logged(client, double):
    double.status = 500
    with structlog.testing.capture_logs() as logged:
        for _ in range(4):
            await ask(client, "my secret words")
    assert logged
    assert "secret" not in repr(logged)
