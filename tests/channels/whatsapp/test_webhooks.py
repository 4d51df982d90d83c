from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import aiohttp
import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Route

from bot.errors import PayloadError, SendError, SignatureError, UnavailableError
from bot.ports.channels import Outgoing, RenderedButton
from bot.ports.webhooks import WebhookRequest
from bot.web.metrics import Metrics
from bot.web.webhooks import endpoint
from tests.channels.doubles.twilio import CONTACT
from tests.channels.whatsapp.conftest import NOW, PUBLIC

URL = f"{PUBLIC}/webhooks/whatsapp"


def call(double, form, *, url=URL, signature=None):
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-twilio-signature": double.sign(url, form) if signature is None else signature,
    }
    return WebhookRequest(url=url, headers=headers, body=urlencode(form).encode())


async def test_a_message_is_handed_in_and_answered_with_empty_twiml(channel, double, gateway):
    answer = await channel.webhook(call(double, double.incoming("Hello")))
    assert (answer.status, answer.body, answer.content_type) == (200, b"<Response/>", "text/xml")
    [incoming] = gateway.accepted
    assert (incoming.address, incoming.event.text, incoming.event.at) == (CONTACT, "Hello", NOW)


async def test_a_replayed_delivery_has_no_second_effect(channel, double, gateway):
    request = call(double, double.incoming("Hello"))
    answers = [await channel.webhook(request) for _ in range(3)]
    assert len(gateway.accepted) == 1
    assert {answer.status for answer in answers} == {200}


@pytest.mark.parametrize("signature", ["", "wrong"])
async def test_nothing_unsigned_gets_in(channel, double, gateway, signature):
    for handle in (channel.webhook, channel.status_webhook):
        with pytest.raises(SignatureError):
            await handle(call(double, double.incoming("Hello"), signature=signature))
    assert not gateway.accepted


async def test_what_cannot_be_kept_is_not_answered_as_taken(channel, double, gateway):
    gateway.away = True
    with pytest.raises(UnavailableError):
        await channel.webhook(call(double, double.incoming("Hello")))


async def test_a_signed_but_odd_call_is_a_bad_payload(channel, double):
    form = double.incoming("Hello", From="sms:1")
    with pytest.raises(PayloadError):
        await channel.webhook(call(double, form))


@pytest.mark.parametrize("count", [2, 5])
async def test_what_we_offer_comes_back_as_we_made_it(channel, double, gateway, count):
    offered = tuple(RenderedButton(f"menu/what/{n}", f"Choice {n}") for n in range(count))
    await channel.send(CONTACT, Outgoing(text="Choose", buttons=offered, last_at=NOW))
    await channel.webhook(call(double, double.press(double.sent[-1], "Choice 1")))
    event = gateway.accepted[0].event
    assert (event.kind, event.button, event.text) == ("button", "menu/what/1", "")


async def test_the_typing_sign_is_shown_for_the_last_message(channel, double):
    await channel.typing(CONTACT)
    assert not double.typing
    forms = [double.incoming("One"), double.incoming("Two")]
    for form in forms:
        await channel.webhook(call(double, form))
    await channel.typing(CONTACT)
    await channel.typing("whatsapp:+32470000009")
    assert double.typing == [forms[1]["MessageSid"]]
    double.refuse(400, 20001, where="typing")
    with pytest.raises(SendError):
        await channel.typing(CONTACT)


async def test_statuses_are_noted_and_a_block_is_told_once_more(channel, double, gateway):
    await channel.send(CONTACT, Outgoing(text="Hello", last_at=NOW))
    url = double.sent[0].form["StatusCallback"]
    sid = double.sent[0].sid
    for status, code in (("queued", ""), ("sent", ""), ("undelivered", "63014"), ("undelivered", "63014")):
        form = {"MessageSid": sid, "MessageStatus": status, "To": CONTACT} | ({"ErrorCode": code} if code else {})
        answer = await channel.status_webhook(call(double, form, url=url))
        assert answer.status == 200
    assert [(s.status, s.code, s.message) for s in gateway.statuses] == [
        ("sent", "", sid), ("failed", "blocked", sid), ("failed", "blocked", sid),
    ]  # fmt: skip
    assert set(gateway.blocks) == {("whatsapp", CONTACT, f"wa-blocked-{sid}")}


# Through the real web app, over real HTTP, behind a proxy that ends TLS


@pytest.fixture
async def behind_proxy(channel):
    """The public app as it runs behind a proxy: plain HTTP inside, https://chat.example.org outside."""
    metrics = Metrics(CollectorRegistry())
    routes = [
        Route("/webhooks/whatsapp", endpoint("whatsapp", channel.webhook, metrics, PUBLIC), methods=["POST"]),
        Route(
            "/webhooks/whatsapp/status",
            endpoint("whatsapp/status", channel.status_webhook, metrics, PUBLIC),
            methods=["POST"],
        ),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


async def test_behind_a_tls_proxy_the_public_address_is_what_counts(behind_proxy, channel, double, gateway):
    inside = f"{behind_proxy}/webhooks/whatsapp"
    assert await double.deliver(inside, double.incoming("Ναι, γεια 👋"), public=URL) == 200
    assert gateway.accepted[0].event.text == "Ναι, γεια 👋"
    assert await double.deliver(inside, double.incoming("Hello")) == 403
    assert await double.deliver(f"{inside}?a=1&b=%20", double.incoming("Hi"), public=f"{URL}?a=1&b=%20") == 200
    assert await double.deliver(inside, double.incoming("Port"), public=URL.replace(".org", ".org:443")) == 200
    assert len(gateway.accepted) == 3
    await channel.send(CONTACT, Outgoing(text="Hello", last_at=NOW))
    assert await double.report(double.sent[0], "read", at=f"{inside}/status") == 200
    assert [s.status for s in gateway.statuses] == ["read"]


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"%ff%fe=%00", b"a=1" * 100_000, b"[" * 100_000])
@pytest.mark.parametrize("path", ["", "/status"])
async def test_hostile_calls_get_a_clear_answer(behind_proxy, gateway, body, path):
    for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
        for signature in ({}, {"X-Twilio-Signature": "bm90IHRydWUgYnV0IHRyaWVkIQ=="}):
            async with (
                aiohttp.ClientSession() as session,
                session.post(
                    f"{behind_proxy}/webhooks/whatsapp{path}", data=body, headers={"Content-Type": kind, **signature}
                ) as answer,
            ):
                assert answer.status == 403
    assert not gateway.accepted
