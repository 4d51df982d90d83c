from __future__ import annotations

import asyncio
import json
import time

import pytest
from aiohttp import web

from bot.channels.telegram.client import ALLOWED_UPDATES
from bot.channels.telegram.verify import HEADER, secret_for
from bot.errors import PayloadError, SettingError, SignatureError, UnavailableError
from bot.ports.webhooks import WebhookRequest
from tests.channels.doubles.telegram import TOKEN

PUBLIC = "https://ucare.example"


@pytest.fixture
def quick(monkeypatch):
    """Pauses between tries are cut short."""
    monkeypatch.setattr("bot.channels.telegram.polling.LONGEST_PAUSE", 0.02)


# -- polling -----------------------------------------------------------------------------------------------------


async def test_polling_takes_texts_buttons_and_blocks_in_order(double, gateway, make):
    channel = make()
    await channel.start()
    double.write(1, "hello", language="nl")
    double.press(1, "school.child/more/what")
    double.write(2, "/start guardian")
    last = double.block(2)
    await gateway.until(lambda: gateway.gone)
    assert [(one.address, one.event.text, one.event.button) for one in gateway.taken] == [
        ("1", "hello", ""),
        ("1", "", "school.child/more/what"),
        ("2", "/start", ""),
    ]
    assert gateway.taken[0].event.locale_hint == "nl"
    assert gateway.taken[0].message
    assert gateway.taken[2].event.start == "guardian"
    assert gateway.gone == [("telegram", "2", f"tg-{last}")]
    assert (await double.wait_called("answerCallbackQuery"))["callback_query_id"]
    await double.wait_for(lambda: len(double.updates.confirmed) == 4)


async def test_polling_takes_the_webhook_away_and_keeps_what_waits(double, gateway, make):
    double.webhook = {"url": "https://old.example"}
    double.write(1, "written while we were away")
    await make().start()
    await gateway.until(lambda: gateway.taken)
    assert double.called("deleteWebhook")[0].get("drop_pending_updates", "false") == "false"
    assert json.loads(double.called("getUpdates")[0]["allowed_updates"]) == list(ALLOWED_UPDATES)


async def test_nothing_is_confirmed_before_all_of_the_batch_is_durable(double, gateway, make, quick):
    gateway.refuse.add("second")
    for text in ("first", "second", "third"):
        double.write(1, text)
    await make().start()
    await gateway.until(lambda: len(gateway.calls) >= 6)
    assert double.updates.confirmed == []
    assert all("offset" not in call for call in double.called("getUpdates"))
    gateway.refuse.clear()
    await double.wait_for(lambda: len(double.updates.confirmed) == 3)
    assert gateway.texts == ["first", "second", "third"]


async def test_a_channel_that_ended_before_confirming_loses_and_doubles_nothing(double, gateway, make):
    gateway.refuse.add("b")
    double.write(1, "a")
    double.write(1, "b")
    first = make()
    await first.start()
    await gateway.until(lambda: len(gateway.calls) >= 2)
    await first.stop()
    gateway.refuse.clear()
    await make().start()
    await double.wait_for(lambda: len(double.updates.confirmed) == 2)
    assert gateway.texts == ["a", "b"]


async def test_an_unreadable_update_does_not_hold_up_the_others(double, gateway, make, logs):
    double.updates.put({"message": {"chat": "nonsense", "text": "words of a child"}})
    double.write(1, "fine")
    await make().start()
    await double.wait_for(lambda: len(double.updates.confirmed) == 2)
    assert gateway.texts == ["fine"]
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["telegram_update_unreadable"]
    assert "words of a child" not in str(logs)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502, "body": b"<html>"},
        {"status": 200, "body": b"nonsense"},
        {"status": 200, "body": b'{"ok": true, "result": {}}'},
        {"status": 200, "body": b'{"ok": true, "result": [{}, 7]}'},
        {"status": 200, "body": b'{"ok": true}'},
        {"status": 401, "description": "Unauthorized"},
    ],
)
async def test_polling_outlives_what_the_service_does_wrong(double, gateway, make, quick, fault, logs):
    double.fail(method="getUpdates", times=3, **fault)
    double.write(1, "still there")
    await make().start()
    await gateway.until(lambda: gateway.taken)
    assert gateway.texts == ["still there"]
    assert len([entry for entry in logs if entry["event"] == "telegram_waits"]) == 3
    assert TOKEN not in str(logs)


async def test_flood_control_of_polling_is_waited_for(double, gateway, make, quick):
    double.fail(method="getUpdates", status=429, description="Too Many Requests", retry_after=1, times=1)
    double.write(1, "x")
    began = time.monotonic()
    await make().start()
    await gateway.until(lambda: gateway.taken)
    assert time.monotonic() - began >= 1.0


async def test_a_second_program_that_polls_is_named(double, make, quick, logs):
    await make().start()
    await double.wait_called("getUpdates")
    await make().start()
    await double.wait_called("getUpdates", 3)  # the first is held, the second refused, the third comes after a pause
    assert logs[0]["code"] == "conflict"
    assert "Another program" in logs[0]["help"]


async def test_an_error_of_the_gateway_that_nobody_foresaw_does_not_end_polling(
    double, gateway, make, quick, monkeypatch, logs
):
    accept, broken = gateway.accept, iter([True, False])

    async def stumble(incoming):
        if next(broken, False):
            raise RuntimeError(incoming.event.text)
        return await accept(incoming)

    monkeypatch.setattr(gateway, "accept", stumble)
    double.write(1, "words of a child")
    await make().start()
    await gateway.until(lambda: gateway.taken)
    assert gateway.texts == ["words of a child"]
    assert "words of a child" not in str(logs)


async def test_a_button_that_cannot_be_answered_is_taken_all_the_same(double, gateway, make):
    double.fail(method="answerCallbackQuery", status=400, description="Bad Request: query is too old")
    double.press(1, "menu")
    double.write(1, "after")
    await make().start()
    await double.wait_called("answerCallbackQuery")
    await gateway.until(lambda: len(gateway.taken) == 2)


# -- start and stop ----------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_said_clearly_and_not_shown(make):
    wrong = "4242:another-token-altogether"
    with pytest.raises(SettingError) as refused:
        await make(token=wrong).start()
    assert "TELEGRAM_TOKEN" in str(refused.value)
    assert wrong not in str(refused.value)


async def test_a_service_that_is_away_at_the_start_is_tried_again(double, gateway, make, quick):
    double.fail(method="getMe", status=500, times=2)
    double.write(1, "x")
    await make().start()
    await gateway.until(lambda: gateway.taken)


async def test_stopping_ends_at_once_in_the_middle_of_a_long_poll(double, make):
    channel = make()
    await channel.start()
    await double.wait_called("getUpdates")
    async with asyncio.timeout(1):
        await channel.stop()
        await channel.stop()


async def test_a_channel_without_gateway_calls_nothing_at_the_start(double, make):
    await make(gateway=None).start()
    assert not double.calls


COMMANDS = {
    "en": [("menu", "Show the menu"), ("human", "Talk to a person")],
    "nl": [("menu", "Toon het menu")],
    "fa_AF": [("menu", "فهرست")],
    "fa": [("menu", "فهرست اصلی")],
    "ckb": [("menu", "x")],
}


async def test_commands_are_set_in_each_language_and_the_menu_button_shows_them(double, make):
    await make(commands=COMMANDS).start()
    await double.wait_called("setChatMenuButton")
    assert set(double.commands) == {"", "en", "nl", "fa"}
    assert double.commands[""] == double.commands["en"]
    assert double.commands["nl"] == [{"command": "menu", "description": "Toon het menu"}]
    assert double.commands["fa"][0]["description"] == "فهرست اصلی"
    assert json.loads(double.called("setChatMenuButton")[0]["menu_button"]) == {"type": "commands"}


async def test_commands_that_are_refused_keep_away_neither_messages_nor_other_languages(double, gateway, make, logs):
    double.write(1, "x")
    await make(commands={"en": [("Wrong Name", "x")], "nl": [("menu", "x")]}).start()
    await gateway.until(lambda: gateway.taken)
    await double.wait_called("setChatMenuButton")
    assert set(double.commands) == {"nl"}
    assert [entry["event"] for entry in logs] == ["telegram_commands_refused"] * 2


async def test_flood_control_of_the_commands_does_not_hold_up_messages(double, gateway, make):
    double.fail(method="setMyCommands", status=429, description="Too Many Requests", retry_after=600)
    double.write(1, "x")
    await make(commands=COMMANDS).start()
    await gateway.until(lambda: gateway.taken)
    assert not double.commands


async def test_commands_are_tried_again(double, make, quick):
    double.fail(method="setMyCommands", status=500, times=2)
    await make(commands=COMMANDS).start()
    await double.wait_called("setChatMenuButton")
    assert set(double.commands) == {"", "en", "nl", "fa"}


# -- webhook -----------------------------------------------------------------------------------------------------


def call(update, secret, **headers):
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    given = {HEADER: secret} if secret is not None else {}
    return WebhookRequest(url=f"{PUBLIC}/webhooks/telegram", headers=given | headers, body=body)


@pytest.fixture
async def hooked(make):
    channel = make(public_url=PUBLIC, secret="s3cret_-X")
    await channel.start()
    return channel


async def test_the_webhook_is_set_with_secret_and_wanted_updates(double, hooked):
    assert double.webhook["url"] == f"{PUBLIC}/webhooks/telegram"
    assert double.webhook["secret_token"] == "s3cret_-X"
    assert json.loads(double.webhook["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert int(double.webhook["max_connections"]) == 40
    assert not double.called("getUpdates")


async def test_a_call_is_made_durable_and_answered(double, gateway, hooked):
    answer = await hooked.webhook(call({"update_id": 7, "message": double.message(4711, "hello")}, "s3cret_-X"))
    assert (answer.status, answer.body) == (200, b"")
    assert gateway.taken[0].event.id == "tg-7"
    assert gateway.taken[0].address == "4711"


async def test_a_pressed_button_is_answered_in_the_same_breath(double, gateway, hooked):
    query = double.query(4711, "menu")
    answer = await hooked.webhook(call({"update_id": 7, "callback_query": query}, "s3cret_-X"))
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {"method": "answerCallbackQuery", "callback_query_id": query["id"]}
    assert gateway.taken[0].event.button == "menu"


@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret_-x", "s3cret_-X ", "ŝ3cret", "\ud800"])
async def test_a_missing_or_wrong_secret_is_refused_before_anything_is_read(double, gateway, hooked, secret):
    for body in ({"update_id": 7, "message": double.message(1, "x")}, b"no json"):
        with pytest.raises(SignatureError):
            await hooked.webhook(call(body, secret))
    assert not gateway.calls


async def test_what_cannot_be_read_is_refused(gateway, hooked):
    for body in (b"no json", b"[]", b'{"update_id": 1, "message": 5}', b"\xff"):
        with pytest.raises(PayloadError):
            await hooked.webhook(call(body, "s3cret_-X"))
    assert not gateway.calls


async def test_what_could_be_kept_nowhere_has_to_come_again(double, gateway, hooked):
    gateway.refuse.add("x")
    update = call({"update_id": 7, "message": double.message(1, "x")}, "s3cret_-X")
    with pytest.raises(UnavailableError):
        await hooked.webhook(update)
    gateway.refuse.clear()
    for _ in range(3):
        assert (await hooked.webhook(update)).status == 200
    assert gateway.texts == ["x"]


async def test_a_process_that_only_sends_takes_no_webhook(double, make):
    sender = make(gateway=None, secret="abc")
    with pytest.raises(UnavailableError):
        await sender.webhook(call({"update_id": 7, "message": double.message(1, "x")}, "abc"))


async def test_a_webhook_and_a_poll_of_the_same_update_have_the_same_id(double, gateway, hooked, make):
    number = double.write(1, "x")
    await hooked.webhook(call(double.updates.waiting[number], "s3cret_-X"))
    await hooked.stop()
    await make().start()
    await double.wait_for(lambda: double.updates.confirmed == [number])
    assert gateway.calls == [f"tg-{number}"] * 2
    assert gateway.texts == ["x"]


async def test_the_double_delivers_over_http_and_carries_out_the_answer(double, gateway, hooked):
    """The same over a real connection, as the end-to-end tests use it."""

    async def endpoint(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            answer = await hooked.webhook(WebhookRequest(url=PUBLIC, headers=headers, body=await request.read()))
        except SignatureError:
            return web.Response(status=403)
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    app = web.Application()
    app.router.add_post("/webhooks/telegram", endpoint)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        double.webhook_base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        number = double.press(4711, "menu")
        assert await double.deliver(number, secret="wrong") == 403
        assert await double.deliver(number, secret="") == 403
        assert await double.deliver(number) == 200
    finally:
        await runner.cleanup()
    assert gateway.taken[0].event.button == "menu"
    assert double.called("answerCallbackQuery")
    assert double.updates.confirmed == [number]


def test_the_secret_is_derived_from_the_token_unless_set():
    derived = secret_for(TOKEN, "")
    assert derived == secret_for(TOKEN, "")
    assert derived != secret_for(TOKEN + "x", "")
    assert TOKEN.partition(":")[2] not in derived
    assert len(derived) == 64
    assert secret_for(TOKEN, "mine") == "mine"


@pytest.mark.parametrize("secret", ["with space", "ü", "x" * 257, "a\n"])
def test_a_secret_that_telegram_would_refuse_is_refused_at_once(secret):
    with pytest.raises(SettingError) as refused:
        secret_for(TOKEN, secret)
    assert "TELEGRAM_SECRET" in str(refused.value)
