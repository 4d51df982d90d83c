"""The real Rasa server, with every pitfall that was seen in it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import aiohttp
import pytest

from bot.nlu_service import NluService
from bot.nlu_service.places import current, models
from bot.understanding.ask import ask, ask_all
from nlu.text import corpus, envelope
from nlu.text.topics import RISKS, TOPICS

pytestmark = [pytest.mark.nlu, pytest.mark.slow]


async def post(service, text, **parameters):
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{service.url}/model/parse", params={"token": service.token, **parameters}, json={"text": text}
        ) as response,
    ):
        return response.status, await response.json()


def listeners(port):
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return [line[1] for line in lines if line[3] == "0A" and int(line[1].split(":")[1], 16) == port]


def command_line(process):
    return Path(f"/proc/{process}/cmdline").read_bytes().decode()


def alive(process):
    return Path(f"/proc/{process}").exists()


async def test_all_topics_are_ranked(nlu_service):
    _, answer = await post(nlu_service, envelope.close("when does the school begin", "child", "en"))
    assert {entry["name"] for entry in answer["intent_ranking"]} == set(TOPICS)
    chances = [entry["confidence"] for entry in answer["intent_ranking"]]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=0.01)
    assert answer["intent"]["name"] == "school"
    assert {entry["name"] for entry in answer["risk"]["ranking"]} == set(RISKS)


@pytest.mark.parametrize("text", ["/restart", "/greet", "/hide", "/", "//"])
async def test_a_slash_is_no_command(nlu_reader, text):
    answer = await ask(nlu_reader, text, locale="en", audience="child")
    assert answer["nlu"]
    assert len(answer["ranking"]) == len(TOPICS), "Rasa took it for an intent"
    assert answer["care"] != "alarm"


async def test_a_text_without_signs_has_no_topic(nlu_reader):
    for text in ("", "   ", "\u200b", "...", "?!"):
        answer = await ask(nlu_reader, text, locale="en")
        assert (answer["nlu"], answer["topic"], answer["ranking"], answer["care"]) == (True, None, [], "none")


async def test_signs_alone_never_call_a_person(nlu_reader):
    for text in ("👍", "😀😀😀", "❤️", "🙏"):
        assert (await ask(nlu_reader, text, locale="en"))["care"] != "alarm"


async def test_without_the_token_nothing_is_answered(nlu_service):
    status, _ = await post(nlu_service, "hello", token="wrong")
    assert status == 401
    async with aiohttp.ClientSession() as session, session.delete(f"{nlu_service.url}/model") as response:
        assert response.status == 401


async def test_it_listens_on_loopback_alone_and_hides_its_token(nlu_service):
    port = int(nlu_service.url.rsplit(":", 1)[1])
    listening = listeners(port)
    assert listening
    assert all(socket.inet_ntoa(bytes.fromhex(a.split(":")[0])[::-1]) == "127.0.0.1" for a in listening)
    command = command_line(nlu_service.process_id)
    assert nlu_service.token not in command
    assert "--debug" not in command


async def test_the_same_text_is_always_read_the_same(nlu_service):
    text = envelope.close("mn voogd neemt nooit op wat nu", "child", "nl")
    answers = [await post(nlu_service, text) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


async def test_the_audience_is_a_prior(nlu_service):
    text = "we need a weekend without the child"
    of = {}
    for audience in ("child", "carer"):
        _, answer = await post(nlu_service, envelope.close(text, audience, "en"))
        of[audience] = {entry["name"]: entry["confidence"] for entry in answer["intent_ranking"]}
    assert of["carer"]["respite"] > of["child"]["respite"]


async def test_what_was_learnt_is_known(nlu_reader):
    lines = corpus.load()[::131]
    questions = [{"text": line.text, "locale": line.locale, "audience": line.audience} for line in lines]
    answers = [answer async for answer in ask_all(nlu_reader, questions)]
    assert all(answer["nlu"] for answer in answers)
    right = sum(line.topic in {r["topic"] for r in a["ranking"][:3]} for line, a in zip(lines, answers, strict=True))
    assert right >= 0.9 * len(lines)


async def test_it_comes_back_after_it_died(nlu_settings, nlu_service):
    model = models(nlu_settings) / current(nlu_settings).model
    service = NluService(nlu_settings, model=model)
    await service.start()
    try:
        first = service.process_id
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 90
        while not (service.ready and service.process_id != first):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
        assert service.restarts == 1
        assert (await post(service, "hello"))[0] == 200
    finally:
        last = service.process_id
        await service.stop()
    assert not alive(last)
    assert service.address() is None


async def test_a_new_model_takes_over_without_a_gap_and_a_broken_one_never(
    nlu_settings, nlu_service, tmp_path, monkeypatch
):
    from bot.errors import NluError
    from bot.understanding.client import NluClient

    model = models(nlu_settings) / current(nlu_settings).model
    service = NluService(nlu_settings, model=model)
    await service.start()
    monkeypatch.setattr("bot.nlu_service.service.READY_S", 60.0)  # a broken model never answers
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model")
    missed = []
    done = asyncio.Event()

    async def keep_asking():
        async with NluClient(service.address, timeout_s=10) as client:
            while not done.is_set():
                missed.append(await client.parse("hello", audience=None, locale="en") is None)
                await asyncio.sleep(0.05)

    asking = asyncio.create_task(keep_asking())
    try:
        before = service.process_id
        with pytest.raises(NluError, match="old one stays"):
            await service.reload(broken)
        assert service.process_id == before
        await service.reload(model)
        assert service.process_id != before
    finally:
        done.set()
        await asking
        await service.stop()
    assert len(missed) > 10
    assert not any(missed)
