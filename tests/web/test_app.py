from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from starlette.testclient import TestClient

from bot.asgi import RateLimit
from bot.web import stream
from bot.web.app import chat_app
from tests.web.memory import outgoing
from tests.web.serving import Served


def test_health_and_metrics(client, world):
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").status_code == 200
    world.up["nlu"] = False
    assert client.get("/health/ready").json() == {"ready": True, "parts": {"store": True, "nlu": False}}
    world.up["store"] = False
    assert client.get("/health/ready").status_code == 503
    client.post("/chat/session")
    client.post("/chat/messages", json={"id": "message-1", "text": "hello"})
    assert 'ucare_webchat_messages_total{outcome="accepted"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"fine", 200),
        (b"unsigned", 403),
        (b"malformed", 400),
        (b"away", 503),
        (b"x" * 1_000_001, 413),
        (b"bug", 500),
    ],
)
def test_webhooks_are_handed_on_and_their_errors_are_answered(client, world, body, status):
    answer = client.post("/webhooks/telegram", content=body)
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert (
        f'ucare_webhooks_total{{status="{status}",webhook="telegram"}}' in client.get("/metrics").text or status == 500
    )


def test_webhook_sees_the_public_address_headers_and_body(world):
    with TestClient(chat_app(world.parts(public_url="https://example.org"))) as client:
        answer = client.post("/webhooks/whatsapp/status?a=1", content=b"\xff\x00", headers={"X-Twilio-Signature": "s"})
    (call,) = world.calls
    assert call.url == "https://example.org/webhooks/whatsapp/status?a=1"
    assert call.headers["x-twilio-signature"] == "s"
    assert call.body == b"\xff\x00"
    assert (answer.text, answer.headers["content-type"]) == ("<Response/>", "text/xml; charset=utf-8")


def test_unexpected_errors_are_logged_without_their_text(client, capsys, caplog):
    client.post("/webhooks/telegram", content=b"bug")
    said = capsys.readouterr()
    assert "RuntimeError" in said.out + said.err + caplog.text
    assert "secret" not in said.out + said.err + caplog.text


def test_rate_limit_refills_and_forgets_old_keys():
    now = [0.0]
    limit = RateLimit(2.0, 2, keys=2, now=lambda: now[0])
    assert [limit.wait("a"), limit.wait("a"), limit.wait("a")] == [0.0, 0.0, 0.5]
    now[0] = 0.5
    assert limit.wait("a") == 0.0
    limit.wait("b"), limit.wait("c")
    assert limit.wait("a") == 0.0  # forgotten, so it starts anew


async def read(url, cookies, count, headers=None):
    """Return the first ``count`` entries of the stream as (id, text)."""
    got = []
    async with (
        httpx.AsyncClient(timeout=10) as http,
        http.stream("GET", url, cookies=cookies, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        kind = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == "entry":
                entry = json.loads(value)
                got.append((entry["id"], entry["text"]))
            if len(got) == count:
                return got
    return got


async def test_stream_is_live_and_resumes_after_the_last_event_id(world):
    with Served(chat_app(world.parts())) as served:
        async with httpx.AsyncClient() as http:
            await http.post(f"{served.url}/chat/session")
            cookies = dict(http.cookies)
        address = cookies["ucare_chat"]
        reading = asyncio.create_task(read(f"{served.url}/chat/events", cookies, 2))
        await asyncio.sleep(0.2)
        for text in ("one", "two", "three"):
            served.call(world.chat.append(address, outgoing(text)))
        first = await reading
        assert [text for _, text in first] == ["one", "two"]
        resumed = await read(f"{served.url}/chat/events", cookies, 1, {"last-event-id": first[-1][0]})
        assert [text for _, text in resumed] == ["three"]
        after = await read(f"{served.url}/chat/events?after={first[0][0]}", cookies, 2)
        assert [text for _, text in after] == ["two", "three"]
        assert len(await read(f"{served.url}/chat/events", cookies, 3, {"last-event-id": "'; DROP 💥".encode()})) == 3


async def test_stream_says_when_understanding_is_ready(world):
    world.understands = False
    events = stream.entries(world.chat, "a" * 32, "", ready=lambda: world.understands)
    assert (await anext(events)).data == '{"understanding":false}'
    world.understands = True
    assert (await asyncio.wait_for(anext(events), 5)).data == '{"understanding":true}'


async def test_stream_ends_when_the_store_is_away_so_that_the_page_connects_again(world):
    world.chat.away = True
    events = stream.entries(world.chat, "a" * 32, "", ready=lambda: True)
    assert [event.event async for event in events] == ["state"]
