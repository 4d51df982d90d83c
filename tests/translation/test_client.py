"""The client against a real server that can be slow, busy, broken or wrong."""

from __future__ import annotations

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from bot.errors import NotAllowedError, UnavailableError
from bot.translation import client as module
from bot.translation.breaker import Breaker
from bot.translation.client import MAX_BYTES, MAX_TEXT, LibreTranslate
from bot.translation.kept import Kept
from bot.translation.places import place_of
from tests.translation.double import LibreTranslateDouble

SECRET = "somebody follows me"


@pytest.fixture
async def double():
    async with LibreTranslateDouble() as running:
        yield running


@pytest.fixture
async def make(double):
    made = []

    def build(url: str = "", key: str = "", **given) -> LibreTranslate:
        made.append(LibreTranslate(place_of(url or double.url), key, **{"timeout_s": 2.0, **given}))
        return made[-1]

    yield build
    for one in made:
        await one.close()


@pytest.fixture
def logs(monkeypatch):
    with capture_logs() as captured:
        monkeypatch.setattr(module, "log", module.structlog.get_logger())
        yield captured


async def test_a_text_goes_there_in_the_services_own_codes_and_comes_back(make, double):
    assert await make().translate("Hello", "en", "fa_AF") == "olleH"
    assert double.asked == [{"q": "Hello", "source": "en", "target": "fa", "format": "text"}]


async def test_a_key_is_sent_where_there_is_one_and_shown_nowhere(make, double):
    double.key = "k-1"
    client = make(key="k-1")
    assert await client.translate("Hello", "en", "ar") == "olleH"
    assert double.asked[0]["api_key"] == "k-1"
    assert "k-1" not in repr(client)
    with pytest.raises(UnavailableError):
        await make(key="wrong").translate("Hello", "en", "ar")


async def test_the_same_is_asked_once_and_kept_for_minutes_at_most(make, double):
    time = [0.0]
    kept = Kept(kept_s=300, most=2, now=lambda: time[0])
    client = make(kept=kept)
    assert [await client.translate("Hello", "en", "ar") for _ in range(3)] == ["olleH"] * 3
    await client.translate("Hello", "en", "de")
    assert len(double.asked) == 2
    time[0] = 299.0
    await client.translate("Hello", "en", "ar")
    assert len(double.asked) == 2
    await client.translate("more", "en", "ar")
    assert len(kept) == 2
    time[0] = 600.0
    kept.sweep()
    assert len(kept) == 0
    await client.translate("Hello", "en", "ar")
    assert len(double.asked) == 4


async def test_what_is_kept_goes_without_anybody_asking(monkeypatch):
    monkeypatch.setattr("bot.translation.kept.SLACK_S", 0.01)
    kept = Kept(kept_s=0.02)
    kept.put("olleH", "en", "ar", "Hello")
    assert kept.get("en", "ar", "Hello") == "olleH"
    assert b"Hello" not in b"".join(kept._found)
    await asyncio.sleep(0.1)
    assert len(kept) == 0


async def test_languages_are_asked_for_once(make, double):
    client = make()
    assert client.offers("ps", "en")  # not known yet
    assert ("en", "ar") in await client.languages()
    await client.languages()
    assert double.calls == ["/languages"]
    assert [client.offers(*pair) for pair in (("ar", "en"), ("ps", "en"), ("fr", "de"), ("en", "en"))] == [
        True, False, False, False,
    ]  # fmt: skip


async def test_what_the_service_does_not_know_is_refused_without_sending_it(make, double):
    for pair in (("ps", "en"), ("en", "el"), ("fr", "ar"), ("en", "en"), ("", "en")):
        with pytest.raises(NotAllowedError, match="does not know"):
            await make().translate(SECRET, *pair)
    with pytest.raises(NotAllowedError, match="too long"):
        await make().translate("x" * (MAX_TEXT + 1), "en", "ar")
    assert await make().translate(" \n", "en", "ar") == ""
    assert double.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 403},
        {"status": 302, "headers": {"Location": "https://elsewhere.example.org/translate"}},
        {"body": b"<html>"},
        {"body": b"[]"},
        {"body": b'{"translatedText": 7}'},
        {"body": b'{"translatedText": ["a", "b"]}'},
        {"body": b'{"error": "no"}'},
        {"body": b'{"translatedText": "' + b"a" * MAX_BYTES + b'"}'},
    ],
    ids=["500", "key", "redirect", "html", "list", "number", "many", "error", "huge"],
)
async def test_a_broken_answer_is_none_and_no_text_is_logged(make, double, answer, logs, caplog):
    caplog.set_level(logging.DEBUG)
    client = make()
    await client.languages()
    double.next(3, **answer)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            await client.translate(SECRET, "en", "ar")
    assert [one["event"] for one in logs] == ["translation.away"]
    assert SECRET not in f"{logs}{caplog.text}"
    assert "follows" not in f"{logs}{caplog.text}"


async def test_what_the_service_refuses_is_said_and_no_failure_of_it(make, double, logs):
    client = make()
    double.next(0)
    await client.languages()
    double.next(4, status=400)
    for _ in range(4):
        with pytest.raises(NotAllowedError, match="does not take"):
            await client.translate(SECRET, "en", "ar")
    assert await client.translate(SECRET, "en", "ar")
    assert SECRET not in str(logs)


async def test_nothing_is_no_translation(make, double):
    client = make()
    await client.languages()
    double.next(body=b'{"translatedText": " \\u0000"}')
    with pytest.raises(NotAllowedError):
        await client.translate("Hello", "en", "ar")


async def test_what_could_turn_a_text_round_is_taken_out(make, double):
    client = make()
    await client.languages()
    double.next(body='{"translatedText": "one\u202etwo\\u0007 "}'.encode())
    assert await client.translate("Hello", "en", "ar") == "onetwo"


async def test_a_slow_service_is_not_waited_for(make, double):
    client = make()
    await client.languages()
    client._timeout_s, double.delay_s = 0.1, 5.0
    async with asyncio.timeout(2):
        with pytest.raises(UnavailableError):
            await client.translate("Hello", "en", "ar")


async def test_after_three_failures_it_is_left_alone_and_then_tried_by_one(make, double, logs):
    time = [0.0]
    client = make(breaker=Breaker(pause_s=30, now=lambda: time[0]))
    await client.languages()
    double.next(4, status=500)
    for _ in range(6):
        with pytest.raises(UnavailableError):
            await client.translate("Hello", "en", "ar")
    assert len(double.asked) == 3
    time[0] = 31.0
    with pytest.raises(UnavailableError):
        await client.translate("Hello", "en", "ar")
    assert len(double.asked) == 4
    time[0] = 62.0
    double.delay_s = 0.05
    found = await asyncio.gather(*(client.translate(f"{n}", "en", "ar") for n in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [str, UnavailableError, UnavailableError]
    assert await client.translate("Hello", "en", "ar") == "olleH"
    assert [one["event"] for one in logs] == ["translation.away", "translation.back"]


@pytest.mark.parametrize(("header", "rest_s"), [("7", 7), ("9999", 60), ("Wed, 21 Oct 2026 07:28:00 GMT", 5), ("", 5)])
async def test_a_busy_service_is_given_the_rest_it_asks_for(make, double, header, rest_s):
    time = [0.0]
    client = make(breaker=Breaker(now=lambda: time[0]))
    await client.languages()
    double.next(status=429, headers={"Retry-After": header} if header else {})
    with pytest.raises(UnavailableError):
        await client.translate("Hello", "en", "ar")
    time[0] = rest_s - 0.5
    with pytest.raises(UnavailableError):
        await client.translate("Hello", "en", "ar")
    assert len(double.asked) == 1
    time[0] = rest_s + 0.5
    assert await client.translate("Hello", "en", "ar") == "olleH"


async def test_only_a_few_are_asked_at_once(make, double):
    client = make()
    await client.languages()
    double.delay_s = 0.03
    await asyncio.gather(*(client.translate(f"text {n}", "en", "ar") for n in range(10)))
    assert double.most_at_once == module.AT_ONCE


async def test_nobody_there_is_said_and_the_last_languages_stay(make, double, monkeypatch):
    client = make()
    await client.languages()
    monkeypatch.setattr(module, "LANGUAGES_S", 0.0)
    double.next(status=500)
    assert ("en", "ar") in await client.languages()
    with pytest.raises(UnavailableError):
        await make("http://127.0.0.1:1").languages()


async def test_an_older_service_that_names_no_targets(make, double):
    double.languages = [{"code": "en", "name": "English"}, {"code": "zh-Hans", "name": "Chinese"}]
    client = make()
    assert await client.languages() == {("en", "zh-Hans"), ("zh-Hans", "en")}
    assert client.offers("zh_Hans", "en")
    assert client.offers("en", "zh")


async def test_the_list_is_kept_fresh_and_a_service_that_is_away_at_first_is_found_later(make, double, monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    double.next(2, status=500)
    client = make()
    task = asyncio.create_task(client.run())
    async with asyncio.timeout(2):
        while client.offers("ps", "en"):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert double.calls == ["/languages"] * 3


async def test_while_the_languages_are_not_known_nobody_waits_for_others_as_well(make, double):
    client = make(timeout_s=0.2)
    double.delay_s = 5.0
    found = await asyncio.gather(*(client.translate(f"{n}", "en", "ar") for n in range(5)), return_exceptions=True)
    assert [type(one) for one in found] == [UnavailableError] * 5
    assert double.calls == ["/languages"]


async def test_a_refusal_shows_that_the_service_is_back(make, double):
    time = [0.0]
    client = make(breaker=Breaker(now=lambda: time[0]))
    await client.languages()
    double.next(3, status=500)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            await client.translate("Hello", "en", "ar")
    time[0] = 31.0
    double.next(status=400)
    with pytest.raises(NotAllowedError):
        await client.translate("Hello", "en", "ar")
    double.next(status=500)
    with pytest.raises(UnavailableError):
        await client.translate("Hello", "en", "ar")
    assert await client.translate("Hello", "en", "ar") == "olleH"  # one failure is not three
