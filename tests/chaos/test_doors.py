"""The public doors under malformed, oversized and hostile calls: never 500, never lost after 2xx."""

from __future__ import annotations

import asyncio
import json
import threading
from urllib.parse import urlencode

import httpx
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bootstrap.roles import started
from bot.config import Settings
from bot.store.server import LocalServer
from tests.channels.doubles.telegram import TelegramDouble
from tests.channels.doubles.twilio import TwilioDouble
from tests.e2e.installation import PUBLIC

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]
FUZZ = settings(max_examples=60, deadline=None, derandomize=True, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
SECRET = "s3cret-of-the-test"

NASTY = st.sampled_from([
    "", " ", "\x00", "a\x00b", "\u202eecilA", "\u2066x\u2069", "\ufeff", "\ud800", "\udfff x", "x" * 100_000,
    "ي" * 100_000, "🧒" * 5000, "\u200d" * 300, "../../etc/passwd", "{{7*7}}", "<script>alert(1)</script>", "' OR 1=1",
    "%00%ff", "-1", "/start " + "A" * 5000, "9" * 400, "\r\n\r\nSet-Cookie: a=b", "Z̵̢" * 400,
])  # fmt: skip
TEXT = NASTY | st.text(max_size=300)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


class Doors:
    """A gateway that runs, and nobody who reads its inboxes."""

    def __init__(self, url, server, twilio):
        self.twilio = twilio
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=20)
        self.redis = redis.Redis.from_url(server.url)
        self.numbers = iter(range(10**9))

    def kept(self):
        return sum(self.redis.xlen(f"{{p{number}}}:inbox") for number in range(4))

    def telegram(self, body):
        return self.client.post("/webhooks/telegram", content=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})

    def whatsapp(self, form, path="/webhooks/whatsapp"):
        headers = {
            "X-Twilio-Signature": self.twilio.sign(PUBLIC + path, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self.client.post(path, content=urlencode(form, errors="replace"), headers=headers)


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    folder, up, box = tmp_path_factory.mktemp("doors"), threading.Event(), {}
    server = LocalServer(folder / "redis")

    async def serve():
        end = box["end"] = asyncio.Event()
        async with server, TelegramDouble() as telegram, TwilioDouble() as twilio:
            given = Settings(
                _env_file=None, redis_url=server.url, ucare_data_dir=folder / "data", port=0, partitions=4,
                public_url=PUBLIC, telegram_token=telegram.token, telegram_secret=SECRET, telegram_api_url=telegram.url,
                twilio_account_sid=twilio.account_sid, twilio_auth_token=twilio.auth_token,
                twilio_whatsapp_from=twilio.sender, twilio_api_url=twilio.url,
            )  # fmt: skip
            async with started(given, ("gateway",)) as running:
                box.update(url=running.chat, twilio=twilio)
                up.set()
                await end.wait()

    loop = asyncio.new_event_loop()
    future = []
    thread = threading.Thread(target=lambda: future.append(loop.run_until_complete(serve())), daemon=True)
    thread.start()
    assert up.wait(90)
    made = Doors(box["url"], server, box["twilio"])
    yield made
    made.client.close()
    made.redis.close()
    loop.call_soon_threadsafe(box["end"].set)
    thread.join(30)
    assert not thread.is_alive()
    loop.close()


@FUZZ
@given(path=st.sampled_from(["telegram", "whatsapp", "whatsapp/status"]), body=st.binary(max_size=4000))
def test_calls_without_a_signature_are_refused(doors, path, body):
    before = doors.kept()
    for headers in ({}, {"X-Twilio-Signature": "AAAA", "X-Telegram-Bot-Api-Secret-Token": "wrong"}):
        answer = doors.client.post(f"/webhooks/{path}", content=body, headers=headers)
        assert answer.status_code in {400, 403}
    assert doors.kept() == before


@FUZZ
@given(body=st.binary(max_size=2000) | VALUE.map(lambda each: json.dumps(each).encode()))
def test_telegram_takes_any_body(doors, body):
    assert doors.telegram(body).status_code in {200, 400}


@FUZZ
@given(text=TEXT, more=st.dictionaries(st.sampled_from(
    ["entities", "photo", "voice", "location", "contact", "sticker", "caption", "reply_to_message", "from", "via_bot"]),
    VALUE, max_size=3))  # fmt: skip
def test_telegram_keeps_what_it_takes(doors, text, more):
    number = next(doors.numbers) + 1
    chat = {"id": 4000 + number % 50, "type": "private", "first_name": "x"}
    message = {
        "message_id": number,
        "date": 1_800_000_000,
        "chat": chat,
        "from": {**chat, "is_bot": False},
        "text": text,
    }
    before = doors.kept()
    answer = doors.telegram(json.dumps({"update_id": number, "message": {**message, **more}}).encode())
    assert answer.status_code in {200, 400}
    if answer.status_code == 200 and not more and text:
        assert doors.kept() == before + 1


@FUZZ
@given(text=TEXT, more=st.dictionaries(st.sampled_from(
    ["NumMedia", "MessageType", "ButtonPayload", "ListId", "Latitude", "MediaContentType0", "ProfileName", "x"]), TEXT,
    max_size=3))  # fmt: skip
def test_whatsapp_keeps_what_it_takes(doors, text, more):
    clean = {key: value.encode("utf-8", "replace").decode() for key, value in more.items()}
    body = text.encode("utf-8", "replace").decode()
    before = doors.kept()
    answer = doors.whatsapp(doors.twilio.incoming(body, **clean))
    assert answer.status_code in {200, 400, 403, 413}
    if answer.status_code == 200:
        assert doors.kept() == before + 1, "answered with 200 and kept nowhere"
    assert doors.whatsapp({"MessageSid": body, "MessageStatus": body}, "/webhooks/whatsapp/status").status_code < 500


@FUZZ
@given(text=TEXT, raw=st.none() | st.binary(max_size=500))
def test_chat_keeps_what_it_takes(doors, text, raw):
    doors.client.cookies.clear()
    doors.client.cookies.set("ucare_chat", f"{next(doors.numbers):032x}", path="/chat")
    same = {"origin": str(doors.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    body = raw if raw is not None else json.dumps({"id": f"message-{next(doors.numbers)}", "text": text}).encode()
    before = doors.kept()
    answer = doors.client.post("/chat/messages", content=body, headers=same)
    assert answer.status_code in {202, 400, 413}
    assert doors.kept() == before + (answer.status_code == 202)


@FUZZ
@given(path=TEXT, cookie=st.text('0123456789abcdef;="%', max_size=60), after=TEXT)
def test_pages_take_any_address(doors, path, cookie, after):
    query = urlencode({"after": after[:200], "lang": path[:200]}, errors="replace")
    answer = doors.client.get(f"/chat?{query}", headers={"cookie": f"ucare_chat={cookie}", "accept-language": cookie})
    assert answer.status_code == 200
    address = "/" + urlencode({"x": path[:200]}, errors="replace")
    assert doors.client.get(address).status_code in {404, 405, 307, 200}


def test_a_body_without_end_is_cut_off(doors):
    assert doors.telegram(b"[" * 1_500_000).status_code == 413
    assert doors.telegram(b"[" * 900_000).status_code == 400
    same = {"origin": str(doors.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    doors.client.cookies.set("ucare_chat", "0" * 32, path="/chat")
    assert doors.client.post("/chat/messages", content=b"x" * 3_000_000, headers=same).status_code == 413
