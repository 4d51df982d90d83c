"""What contacts send beside text on WhatsApp: what is kept of it, and fetching it from Twilio when somebody asks."""

from __future__ import annotations

import msgspec
import pytest
from aiohttp import web

from bot.channels.whatsapp import fetching, payloads
from bot.channels.whatsapp.fetching import WhatsAppMedia
from bot.channels.whatsapp.verify import Fields
from bot.core import codec
from bot.core.events import Medium, MessageReceived
from bot.errors import SendError
from bot.ports.channels import MAX_MEDIUM
from tests.channels.whatsapp.conftest import NOW

ADDRESS = f"https://api.twilio.com/2010-04-01/Accounts/AC{'1' * 32}/Messages/MM{'2' * 32}/Media/ME{'3' * 32}"
PATH = ADDRESS.removeprefix("https://api.twilio.com")


def received(double, address=ADDRESS, type_="image/jpeg", **more) -> MessageReceived:
    form = double.incoming(NumMedia="1", MediaUrl0=address, MediaContentType0=type_, MessageType="image") | more
    return payloads.incoming(Fields({name: [value] for name, value in form.items()}), at=NOW).event


@pytest.fixture
def source(double):
    return WhatsAppMedia(double.account_sid, double.auth_token, api_url=double.url)


async def fetched(double, source, what):
    return await source.fetch(received(double, double.attach(what)).medium)


async def refusal(waited) -> tuple[str, bool]:
    with pytest.raises(SendError) as told:
        await waited
    return told.value.code, told.value.retryable


async def test_what_is_kept_is_the_path_at_twilio_and_never_a_host(double):
    assert received(double).medium == Medium(PATH, "image/jpeg")
    elsewhere = ADDRESS.replace("api.twilio.com", "elsewhere.example.org")
    assert received(double, elsewhere).medium == Medium(PATH, "image/jpeg")
    assert received(double, type_="audio/ogg; codecs=opus", MessageType="audio").medium.type == "audio/ogg"
    assert received(double, type_="<b>").medium.type == ""
    several = received(double, MediaUrl1=ADDRESS.replace("3" * 32, "4" * 32), NumMedia="2")
    assert several.medium == Medium(PATH, "image/jpeg")  # WhatsApp sends one with each message


@pytest.mark.parametrize(
    "address",
    ["", "https://api.twilio.com/", ADDRESS + "/../..", ADDRESS + "?x=1", "file:///etc/passwd", ADDRESS[:-1], PATH],
)
async def test_an_address_that_is_no_mediums_is_not_kept(double, address):
    assert received(double, address).medium is None


async def test_of_text_and_contact_cards_nothing_is_kept(double):
    assert received(double, type_="text/vcard", MessageType="contacts").medium is None
    assert received(double, "", "", MessageType="text", Body="Hello", NumMedia="0").medium is None


async def test_it_survives_being_stored_and_what_was_stored_before_is_read(double):
    event = received(double)
    assert codec.decode_event(codec.encode(event)) == event
    stored = msgspec.msgpack.decode(codec.encode(event))
    del stored["medium"]  # as an older version wrote it
    assert codec.decode_event(msgspec.msgpack.encode(stored)) == msgspec.structs.replace(event, medium=None)


async def test_it_is_fetched_with_the_accounts_secret(double, source):
    assert await fetched(double, source, b"picture") == b"picture"
    assert double.auth_token not in repr(source)
    wrong = WhatsAppMedia(double.account_sid, "wrong", api_url=double.url)
    assert await refusal(fetched(double, wrong, b"picture")) == ("refused", False)


async def test_a_redirect_within_twilio_keeps_the_secret_and_one_to_elsewhere_gets_none(double, source, monkeypatch):
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.headers.get("authorization"))
        return web.Response(body=b"from elsewhere")

    app = web.Application()
    app.router.add_get("/file", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        other = f"http://127.0.0.1:{runner.addresses[0][1]}/file"
        assert await refusal(fetched(double, source, other)) == ("bad_redirect", False)  # no https
        assert asked == []
        monkeypatch.setattr(fetching, "SAFE", "http")
        assert await fetched(double, source, other) == b"from elsewhere"
        assert asked == [None]
    finally:
        await runner.cleanup()


async def test_redirects_end(double, source, monkeypatch):
    monkeypatch.setattr(fetching, "SAFE", "http")
    round_ = double.attach("")
    sid = round_.rpartition("/")[2]
    double.media[sid] = double.url + round_.removeprefix("https://api.twilio.com")
    assert await refusal(source.fetch(received(double, round_).medium)) == ("bad_redirect", False)
    assert len(double.calls) == fetching.MOST_HOPS + 1
    double.media[sid] = "https://["
    assert (await refusal(source.fetch(received(double, round_).medium)))[1] is True


async def test_what_cannot_be_had_is_said_with_whether_to_try_again(double, source, monkeypatch):
    assert await refusal(source.fetch(Medium(PATH))) == ("gone", False)
    assert await refusal(source.fetch(Medium(PATH, size=MAX_MEDIUM + 1))) == ("too_large", False)
    assert await refusal(fetched(double, source, b"x" * (MAX_MEDIUM + 1))) == ("too_large", False)
    for status in (429, 503):
        double.refuse(status, where="media")
        assert await refusal(fetched(double, source, b"x")) == ("service_failed", True)
    away = WhatsAppMedia(double.account_sid, double.auth_token, api_url="http://127.0.0.1:1")
    assert await refusal(away.fetch(Medium(PATH))) == ("network", True)
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.1)
    double.refuse(200, where="media", delay_s=0.2)
    assert await refusal(fetched(double, source, b"x")) == ("network", True)


async def test_it_is_deleted_at_twilio_only_where_that_is_wanted(double, source):
    found = received(double, double.attach(b"picture")).medium
    await source.looked_at(found)
    assert len(double.media) == 1
    deleting = WhatsAppMedia(double.account_sid, double.auth_token, api_url=double.url, deletes=True)
    double.refuse(500, where="media")
    assert await refusal(deleting.looked_at(found)) == ("not_deleted", True)
    assert await deleting.fetch(found) == b"picture"
    await deleting.looked_at(found)
    assert double.media == {}
    await deleting.looked_at(found)  # twice does no harm
    assert await refusal(deleting.fetch(found)) == ("gone", False)
