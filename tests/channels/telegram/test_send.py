from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.failures import refusal
from bot.errors import SendError, SettingError
from bot.ports.channels import Outgoing, RenderedButton
from tests.channels.doubles.telegram import TOKEN

SECRET_PART = TOKEN.partition(":")[2]


def buttons(*pairs):
    return tuple(RenderedButton(payload, label) for payload, label in pairs)


async def refused(work) -> SendError:
    with pytest.raises(SendError) as caught:
        await work
    # Neither what a person sees nor what a log would print holds the token.
    assert SECRET_PART not in "".join(traceback.format_exception(caught.value))
    assert SECRET_PART not in repr(caught.value)
    return caught.value


async def test_a_message_arrives_plain_without_preview_and_its_id_comes_back(double, sender):
    sent = await sender.send("4711", Outgoing("*not bold* <b>x</b> https://example.org"))
    [message] = double.seen(4711)
    assert message.text == "*not bold* <b>x</b> https://example.org"
    assert sent.ids == (str(message.id),)
    [call] = double.called("sendMessage")
    assert "parse_mode" not in call
    assert '"is_disabled": true' in call["link_preview_options"]
    assert "protect_content" not in call


async def test_texts_of_all_scripts_arrive_unchanged(double, sender):
    text = "سلام، چطور می‌توانم کمک کنم؟ 👩‍👩‍👦 ما هي؟ čćž & = % + \n\n2"
    await sender.send("4711", Outgoing(text))
    assert double.seen(4711)[0].text == text


async def test_short_labels_stand_in_pairs_long_ones_alone(double, sender):
    short = buttons(("a", "Yes"), ("b", "No"), ("c", "Not sure"))
    await sender.send("1", Outgoing("?", short))
    assert [[key.label for key in row] for row in double.seen(1)[0].rows] == [["Yes", "No"], ["Not sure"]]
    await sender.send("2", Outgoing("?", (*short, RenderedButton("d", "Talk to a person"))))
    assert [len(row) for row in double.seen(2)[0].rows] == [1, 1, 1, 1]
    assert [key.data for key in double.seen(2)[0].buttons] == ["a", "b", "c", "d"]


async def test_a_payload_of_64_bytes_fits_and_one_of_65_is_refused_before_the_call(double, sender):
    await sender.send("1", Outgoing("?", buttons(("é" * 32, "x"))))
    error = await refused(sender.send("1", Outgoing("?", buttons(("é" * 32 + "a", "x")))))
    assert (error.code, error.retryable) == ("button_too_long", False)
    assert len(double.called("sendMessage")) == 1


@pytest.mark.parametrize("pair", [("", "x"), ("x", " ")])
async def test_an_empty_button_is_refused(sender, pair):
    assert (await refused(sender.send("1", Outgoing("?", buttons(pair))))).code == "button_empty"


@pytest.mark.parametrize("text", ["", " \n", "\0"])
async def test_an_empty_text_is_refused_before_the_call(double, sender, text):
    error = await refused(sender.send("1", Outgoing(text)))
    assert (error.code, error.retryable) == ("text_empty", False)
    assert not double.calls


@pytest.mark.parametrize("address", ["", "abc", "-100123", "+32", "١٢"])
async def test_an_address_that_is_no_private_chat_is_refused(sender, address):
    assert (await refused(sender.send(address, Outgoing("x")))).code == "bad_address"


async def test_a_long_text_is_split_with_the_buttons_under_the_last_part(double, sender):
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 120 for number in range(20))
    sent = await sender.send("4711", Outgoing(text, buttons(("a", "Yes"))))
    seen = double.seen(4711)
    assert len(seen) == len(sent.ids) > 2
    assert all(part.text.startswith("Paragraph") for part in seen)
    assert [bool(part.rows) for part in seen] == [False] * (len(seen) - 1) + [True]
    assert " ".join(" ".join(part.text for part in seen).split()) == " ".join(text.split())


async def test_half_characters_and_null_bytes_do_not_stop_a_message(double, sender):
    await sender.send("1", Outgoing("a\0b\ud800c"))
    assert double.seen(1)[0].text == "ab?c"


async def test_flood_control_of_one_chat_says_when_and_does_not_stop_the_others(double, sender):
    double.flood(1, retry_after=17)
    slow, fine = await asyncio.gather(
        sender.send("1", Outgoing("x")), sender.send("2", Outgoing("y")), return_exceptions=True
    )
    assert isinstance(slow, SendError)
    assert (slow.code, slow.retryable, slow.retry_after, slow.blocked) == ("retry_after", True, 17.0, False)
    assert fine.ids
    assert [message.chat for message in double.sent] == [2]
    assert (await sender.send("1", Outgoing("x"))).ids


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("Forbidden: bot was blocked by the user", "blocked"),
        ("Forbidden: user is deactivated", "deactivated"),
        ("Forbidden: bot can't initiate conversation with a user", "forbidden"),
    ],
)
async def test_who_cannot_be_reached_is_marked_blocked(double, sender, description, code):
    double.fail(chat=1, status=403, description=description)
    error = await refused(sender.send("1", Outgoing("x")))
    assert (error.code, error.retryable, error.blocked) == (code, False, True)


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        ({"status": 500}, "network", True),
        ({"status": 502, "body": b"<html>Bad Gateway</html>"}, "network", True),
        ({"status": 200, "body": b"{not json"}, "odd_answer", True),
        ({"status": 200, "body": b"[]"}, "odd_answer", True),
        ({"status": 200, "body": b'{"ok": true}'}, "odd_answer", True),
        ({"status": 200, "body": b'{"ok": true, "result": 7}'}, "odd_answer", True),
        ({"status": 302, "body": b""}, "network", True),
        ({"status": 400, "description": "Bad Request: chat not found"}, "chat_not_found", False),
        ({"status": 400, "description": "Bad Request: something new"}, "bad_request", False),
        ({"status": 401, "description": "Unauthorized"}, "token_refused", False),
        ({"status": 404, "description": "Not Found"}, "token_refused", False),
        ({"status": 409, "description": "Conflict: x"}, "conflict", True),
    ],
)
async def test_every_refusal_has_a_code_and_says_whether_to_try_again(double, sender, fault, code, retryable):
    double.fail(**fault)
    error = await refused(sender.send("1", Outgoing("x")))
    assert (error.code, error.retryable, error.blocked) == (code, retryable, False)


async def test_a_service_that_is_not_there_or_too_slow_is_retryable(double, sender, make, monkeypatch):
    away = make(gateway=None, api_url="http://127.0.0.1:9")
    await away.start()
    error = await refused(away.send("1", Outgoing("x")))
    assert (error.code, error.retryable) == ("network", True)
    double.fail(status=200, delay_s=2)
    monkeypatch.setattr(sender._client._transports[1], "_read", 0.05)
    error = await refused(sender.send("1", Outgoing("x")))
    assert (error.code, error.retryable) == ("timeout", True)


async def test_a_channel_that_was_not_started_says_so_and_does_not_crash(make):
    assert (await refused(make().send("1", Outgoing("x")))).retryable


async def test_an_answer_that_is_lost_is_retryable_and_may_double_the_message(double, sender):
    double.fail(status=500, after=True, times=1)
    assert (await refused(sender.send("1", Outgoing("x")))).retryable
    await sender.send("1", Outgoing("x"))
    assert len(double.seen(1)) == 2


async def test_the_double_checks_the_documented_limits(double, sender):
    client = sender._client
    for text in ("x" * 4097, "😀" * 2049):
        with pytest.raises(BadRequest) as refused_by_double:
            await client.send_message(1, text)
        assert refusal(refused_by_double.value).code == "text_too_long"
    key = InlineKeyboardButton("x", callback_data="x" * 65)
    with pytest.raises(BadRequest) as refused_by_double:
        await client.send_message(1, "x", reply_markup=InlineKeyboardMarkup([[key]]))
    assert refusal(refused_by_double.value).code == "button_too_long"
    with pytest.raises(BadRequest):
        await client.set_my_commands([("menu", "x")], language_code="ckb")
    assert not double.sent


async def test_a_keyboard_can_be_taken_away(double, sender):
    sent = await sender.send("1", Outgoing("?", buttons(("a", "Yes"))))
    await sender._client.edit_message_reply_markup(1, int(sent.ids[0]))
    assert not double.seen(1)[0].rows


async def test_a_contact_who_unblocks_is_reached_again(double, sender):
    double.block(1)
    assert (await refused(sender.send("1", Outgoing("x")))).blocked
    double.unblock(1)
    assert (await sender.send("1", Outgoing("x"))).ids


async def test_a_long_message_that_broke_off_goes_on_where_it_was(double, sender):
    text = "\n\n".join(["a" * 4000, "b" * 4000, "c" * 4000])
    double.fail(method="sendMessage", status=200, times=1)  # the first part passes
    double.flood(1, retry_after=1, times=1)
    error = await refused(sender.send("1", Outgoing(text)))
    assert error.code == "retry_after"
    assert [part.text[0] for part in double.seen(1)] == ["a"]
    sent = await sender.send("1", Outgoing(text))
    assert [part.text[0] for part in double.seen(1)] == ["a", "b", "c"]
    assert sent.ids == tuple(str(part.id) for part in double.seen(1))
    await sender.send("1", Outgoing(text))
    assert len(double.seen(1)) == 6


async def test_what_broke_off_long_ago_begins_anew(double, sender, clock):
    text = "a" * 4000 + "\n\n" + "b" * 4000
    double.fail(method="sendMessage", status=200, times=1)
    double.flood(1, retry_after=1)
    await refused(sender.send("1", Outgoing(text)))
    clock.at += 700_000
    await sender.send("1", Outgoing(text))
    assert [part.text[0] for part in double.seen(1)] == ["a", "a", "b"]


async def test_typing_is_shown(double, sender):
    await sender.typing("4711")
    assert double.called("sendChatAction")[0]["action"] == "typing"
    double.fail(status=500)
    assert (await refused(sender.typing("4711"))).retryable


async def test_deleting_goes_by_the_hundred_and_takes_the_contacts_messages_too(double, sender):
    theirs = [double.message(1, "x")["message_id"] for _ in range(130)]
    ours = [(await sender.send("1", Outgoing(f"text {number}"))).ids[0] for number in range(5)]
    ids = [*map(str, theirs), *ours, *ours, "", "nonsense"]
    assert await sender.delete("1", ids) == 135
    assert not double.seen(1)
    assert not double.contacts_messages[1]
    assert len(double.called("deleteMessages")) == 2


async def test_messages_that_cannot_be_deleted_do_not_keep_the_others(double, sender):
    ours = [(await sender.send("1", Outgoing("x"))).ids[0] for _ in range(2)]
    double.fail(method="deleteMessages", status=400, description="Bad Request: message can't be deleted")
    assert await sender.delete("1", [ours[0], "999999", ours[1]]) == 2
    assert not double.seen(1)


async def test_deleting_nothing_calls_nothing(double, sender):
    assert await sender.delete("1", []) == 0
    assert not double.calls


async def test_deleting_says_when_to_come_again(double, sender):
    double.flood(1, retry_after=3)
    assert (await refused(sender.delete("1", ["1"]))).retry_after == 3.0


async def test_neither_texts_nor_token_are_logged_or_shown(double, make, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    sender = make(gateway=None)
    await sender.start()
    await sender.send("1", Outgoing("words of a child"))
    double.fail(status=200, body=b'{"words of a child')
    await refused(sender.send("1", Outgoing("words of a child")))
    told = caplog.text + "".join(capsys.readouterr())
    for secret in ("words of a child", SECRET_PART):
        assert secret not in told
    assert SECRET_PART not in repr(sender._client) + str(sender._client)


@pytest.mark.parametrize("token", ["", "a b", "1:a/../x", "1:a?b", "1:{token}", "1:\n"])
def test_a_token_that_cannot_be_one_is_refused_at_once(clock, token):
    with pytest.raises(SettingError) as refused:
        TelegramChannel(token, clock=clock)
    assert "TELEGRAM_TOKEN" in str(refused.value)


def test_an_address_of_the_service_that_is_none_is_refused_at_once(clock):
    with pytest.raises(SettingError) as refused:
        TelegramChannel(TOKEN, clock=clock, api_url="api.telegram.org")
    assert "TELEGRAM_API_URL" in str(refused.value)
