from __future__ import annotations

import asyncio
import logging
import time

import pytest

from bot.channels.whatsapp import client
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.errors import SendError
from bot.ports.channels import Channel, Outgoing, RenderedButton
from tests.channels.doubles.twilio import CONTACT
from tests.channels.whatsapp.conftest import NOW, PUBLIC

DAY = 24 * 3600 * 1000
SECRET_TEXT = "my brother hits me"


def buttons(count, label="Choice {}"):
    return tuple(RenderedButton(f"flow/step/{n}", label.format(n)) for n in range(1, count + 1))


def message(text="Hello", count=0, **more):
    return Outgoing(text=text, buttons=buttons(count), last_at=NOW - 1000, **more)


async def refused(channel, out=None, to=CONTACT):
    with pytest.raises(SendError) as caught:
        await channel.send(to, out or message())
    assert CONTACT not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return caught.value


def test_it_is_a_channel(gateway):
    checked: Channel = WhatsAppChannel("AC1", "token", "+32", gateway=gateway)
    assert (checked.name, checked.rate, checked.rate_per_contact) == ("whatsapp", 10.0, 1.0)


async def test_a_text_is_sent_and_kept_nowhere(channel, double):
    sent = await channel.send(CONTACT, message("Hello"))
    [taken] = double.sent
    assert sent.ids == (taken.sid,)
    assert not sent.note
    assert taken.form == {
        "To": CONTACT, "From": double.sender, "Body": "Hello", "ContentRetention": "discard",
        "AddressRetention": "obfuscate", "StatusCallback": f"{PUBLIC}/webhooks/whatsapp/status",
    }  # fmt: skip


async def test_without_a_public_address_there_is_no_callback(make, double):
    await (await make(public_url="")).send(CONTACT, message())
    assert "StatusCallback" not in double.sent[0].form


async def test_a_contact_without_a_number_is_reached(channel, double):
    await channel.send("whatsapp:BE.1234567890", message())
    assert double.sent[0].to == "whatsapp:BE.1234567890"


async def test_a_long_text_goes_in_order(channel, double):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(10))
    sent = await channel.send(CONTACT, message(text))
    assert len(sent.ids) == len(double.sent) > 2
    assert " ".join(" ".join(m.text for m in double.sent).split()) == " ".join(text.split())


@pytest.mark.parametrize(
    ("count", "kind"), [(1, "quick-reply"), (3, "quick-reply"), (4, "list-picker"), (10, "list-picker")]
)
async def test_few_choices_are_buttons_and_more_a_list(channel, double, count, kind):
    await channel.send(CONTACT, message("Choose", count))
    [taken] = double.sent
    assert (taken.kind, taken.text) == (kind, "Choose")
    assert taken.choices == tuple((b.payload, b.label) for b in buttons(count))
    assert "Body" not in taken.form
    assert taken.form["ContentRetention"] == "discard"


@pytest.mark.parametrize(
    "shown",
    [
        buttons(11),
        buttons(2, "A label of more than 20 {}"),
        (RenderedButton("a", "Same"), RenderedButton("b", "Same")),
        (RenderedButton("p" * 201, "Long payload"),),
        (RenderedButton("a", "{{1}}"),),
    ],
)
async def test_what_cannot_be_shown_is_numbered(channel, double, shown):
    await channel.send(CONTACT, Outgoing(text="Choose", buttons=shown))
    [taken] = double.sent
    listed = "\n".join(f"{n}. {b.label}" for n, b in enumerate(shown, 1))
    assert (taken.kind, taken.text) == ("text", f"Choose\n\n{listed}")
    assert not double.contents


async def test_a_list_opens_with_the_word_of_the_locale(make, double):
    channel = await make(list_labels={"nl": "Kies", "de": "ein viel zu langes Wort"})
    for locale in ("nl", "de", "fa_AF"):
        await channel.send(CONTACT, message("Choose", 5, locale=locale))
    made = [(c["language"], c["types"]["twilio/list-picker"]["button"]) for c in double.contents.values()]
    assert made == [("nl", "Kies"), ("de", "☰"), ("fa", "☰")]


async def test_a_content_is_made_once(channel, double):
    await asyncio.gather(*(channel.send(CONTACT, message("Choose", 2)) for _ in range(5)))
    await channel.send(CONTACT, message("Choose", 3))
    assert len(double.sent) == 6
    assert len(double.contents) == 2
    names = [content["friendly_name"] for content in double.contents.values()]
    assert all(len(name) == 38 and "Choose" not in name for name in names)


async def test_contents_of_an_earlier_start_are_found(make, double):
    for n in range(3):
        await (await make()).send(CONTACT, message(f"Text {n}", 2))
    before = dict(double.contents)
    later = await make()
    for n in range(3):
        await later.send(CONTACT, message(f"Text {n}", 2))
    assert double.contents == before
    assert double.calls.count(("GET", "/v1/Content")) == 4


async def test_many_contents_of_earlier_starts_are_found(make, double):
    for n in range(1200):
        double.contents[f"HX{n:032x}"] = {"friendly_name": f"ucare-{n}", "types": {}}
    await (await make()).send(CONTACT, message("Choose", 2))
    assert double.calls.count(("GET", "/v1/Content")) == 3


async def test_the_words_of_a_caseworker_never_become_a_content(channel, double):
    await channel.send(CONTACT, message("I am Sam, call me", 2, who="caseworker"))
    assert double.sent[0].text == "I am Sam, call me\n\n1. Choice 1\n2. Choice 2"
    assert not double.contents


async def test_a_long_text_with_buttons_ends_with_them(channel, double):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 60 for n in range(9))
    await channel.send(CONTACT, message(text, 3))
    assert [m.kind for m in double.sent[:-1]] == ["text"] * (len(double.sent) - 1)
    assert double.sent[-1].kind == "quick-reply"
    assert " ".join(" ".join(m.text for m in double.sent).split()) == " ".join(text.split())


async def test_an_urgent_message_waits_for_nothing(channel, double):
    double.refuse(201, where="list", delay_s=0.3, body='{"meta":{"key":"contents"},"contents":[]}')
    start = time.monotonic()
    await channel.send(CONTACT, message("Call 112 now.", 1, urgent=True))
    assert time.monotonic() - start < 0.25
    assert double.sent[0].text == "Call 112 now.\n\n1. Choice 1"
    for _ in range(100):
        await asyncio.sleep(0.02)
        if double.contents:
            break
    await channel.send(CONTACT, message("Call 112 now.", 1, urgent=True))
    assert double.sent[1].kind == "quick-reply"


@pytest.mark.parametrize(("status", "code"), [(400, 20422), (403, 20403), (429, 20429), (500, 0), (503, 0)])
async def test_without_the_content_api_choices_are_numbered(channel, double, status, code):
    double.refuse(status, code, where="content")
    await channel.send(CONTACT, message("Choose", 2))
    assert double.sent[0].text == "Choose\n\n1. Choice 1\n2. Choice 2"
    await channel.send(CONTACT, message("Choose", 2))
    asked = double.calls.count(("POST", "/v1/Content"))
    assert (asked, double.sent[1].kind) == ((1, "text") if status < 429 else (2, "quick-reply"))


async def test_a_content_that_twilio_does_not_send_is_numbered(channel, double):
    await channel.send(CONTACT, message("Choose", 2))
    double.contents.clear()
    await channel.send(CONTACT, message("Choose", 2))
    assert double.sent[1].text == "Choose\n\n1. Choice 1\n2. Choice 2"


async def test_a_list_of_contents_that_fails_does_no_harm(channel, double):
    double.refuse(200, where="list", body="<html>")
    await channel.send(CONTACT, message("Choose", 2))
    assert double.sent[0].kind == "quick-reply"


@pytest.mark.parametrize("count", [0, 3])
async def test_what_failed_in_the_middle_goes_on_where_it_was(channel, double, count):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 60 for n in range(12))
    double.refuse(429, 20429, skip=1)
    await refused(channel, message(text, count))
    assert len(double.sent) == 1
    sent = await channel.send(CONTACT, message(text, count))
    assert " ".join(" ".join(m.text for m in double.sent).split()).startswith(" ".join(text.split()))
    assert sent.ids == tuple(m.sid for m in double.sent)
    before = len(double.sent)
    await channel.send(CONTACT, message(text, count))
    assert len(double.sent) == 2 * before


async def test_another_message_is_not_taken_for_the_rest(channel, double):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(6))
    double.refuse(429, 20429, skip=1)
    await refused(channel, message(text))
    await channel.send("whatsapp:+32470000002", message(text))
    await channel.send(CONTACT, Outgoing(text=text, last_at=NOW - 500))
    assert [m.to for m in double.sent if m.text.startswith("Paragraph 0")] == [
        CONTACT,
        "whatsapp:+32470000002",
        CONTACT,
    ]


# The 24 hours


async def test_after_24_hours_the_invitation_is_sent_once_for_each_silence(make, double, clock):
    sid = double.approve("We have an answer for you. Write to us to read it.")
    channel = await make(invite_template=sid)
    clock.ms = NOW + DAY
    old = message(SECRET_TEXT, 2)
    sent = await channel.send(CONTACT, old)
    assert (sent.note, len(sent.ids)) == ("invited", 1)
    assert (await channel.send(CONTACT, old)).note == "invited"
    assert [m.kind for m in double.sent] == ["template"]
    assert "Body" not in double.sent[0].form
    await channel.send("whatsapp:+32470000002", old)
    await channel.send(CONTACT, Outgoing(text="x", last_at=NOW - 2000))
    assert [m.kind for m in double.sent] == ["template"] * 3


async def test_a_moment_before_24_hours_the_message_is_sent(make, double, clock):
    channel = await make(invite_template=double.approve("Write to us"))
    clock.ms = NOW - 1000 + DAY - 61_000
    await channel.send(CONTACT, message())
    clock.ms += 1000
    await channel.send(CONTACT, message())
    assert [m.kind for m in double.sent] == ["text", "template"]


async def test_whatsapp_says_that_the_window_is_closed(make, double):
    channel = await make(invite_template=double.approve("Write to us"))
    double.closed.add(CONTACT)
    for count in (0, 2):
        assert (await channel.send(CONTACT, message("Hi", count))).note == "invited"
    assert [m.kind for m in double.sent] == ["template"]


async def test_without_a_template_the_window_is_an_error(channel, double, clock):
    double.closed.add(CONTACT)
    for hours in (0, 25):
        clock.ms = NOW + hours * 3600 * 1000
        error = await refused(channel)
        assert (error.code, error.retryable, error.blocked) == ("window_closed", False, False)
    assert not double.sent


async def test_an_invitation_that_is_refused_is_tried_again(make, double, clock):
    channel = await make(invite_template=double.approve("Write to us"))
    clock.ms = NOW + DAY
    double.refuse(503)
    assert (await refused(channel)).retryable
    assert (await channel.send(CONTACT, message())).note == "invited"


# Refusals


@pytest.mark.parametrize(
    ("status", "number", "code", "retryable", "blocked"),
    [
        (429, 20429, "rate_limited", True, False),
        (500, 0, "service_failed", True, False),
        (503, 20503, "service_failed", True, False),
        (401, 20003, "credentials", True, False),
        (400, 63018, "rate_limited", True, False),
        (400, 21610, "blocked", False, True),
        (400, 63032, "blocked", False, True),
        (400, 63014, "blocked", False, True),
        (400, 63003, "unreachable", False, False),
        (400, 63024, "unreachable", False, False),
        (400, 21211, "unreachable", False, False),
        (400, 99999, "twilio_99999", False, False),
    ],
)
@pytest.mark.parametrize("count", [0, 2])
async def test_a_refusal_says_what_to_do(channel, double, status, number, code, retryable, blocked, count):  # noqa: PLR0917 - a table
    double.refuse(status, number, times=2)
    error = await refused(channel, message(SECRET_TEXT, count))
    assert (error.code, error.retryable, error.blocked) == (code, retryable, blocked)
    assert SECRET_TEXT not in repr(error)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("", 2.0), ("soon", 2.0), ("-3", 2.0), ("inf", 2.0), ("99999999", 300.0)]
)
async def test_retry_after_is_honoured(channel, double, header, seconds):
    double.refuse(429, 20429, retry_after=header)
    assert (await refused(channel)).retry_after == seconds


async def test_one_contact_refused_leaves_the_others_alone(channel, double):
    double.refuse(429, 20429, to=CONTACT)
    outcomes = await asyncio.gather(
        channel.send(CONTACT, message()),
        *(channel.send(f"whatsapp:+3247000010{n}", message()) for n in range(5)),
        return_exceptions=True,
    )
    assert [isinstance(o, SendError) for o in outcomes] == [True] + [False] * 5


@pytest.mark.parametrize("body", ["<html>", "", "[]", "null", "{}"])
async def test_an_answer_that_is_none(channel, double, body):
    double.refuse(201, body=body)
    if body in {"", "{}"}:
        assert not (await channel.send(CONTACT, message())).ids
    else:
        assert (await refused(channel)).retryable
    double.refuse(400, body=body)
    assert (await refused(channel)).code == "twilio_400"


async def test_a_service_that_hangs_or_is_gone_is_tried_again(channel, double, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT_S", 0.1)
    double.refuse(201, delay_s=0.4)
    error = await refused(channel)
    assert (error.code, error.retryable) == ("network", True)


async def test_nobody_listens(make):
    channel = await make(api_url="http://127.0.0.1:9")
    assert (await refused(channel)).code == "network"
    assert (await refused(channel, message("Choose", 3))).code == "network"


async def test_a_wrong_token_waits_for_the_person_who_mends_it(make):
    channel = await make(auth_token="another")
    error = await refused(channel)
    assert (error.code, error.retryable, error.retry_after) == ("credentials", True, 60.0)


async def test_an_empty_message_is_refused_by_us(channel, double):
    assert (await refused(channel, Outgoing(text="  "))).code == "empty"
    assert not double.calls


# The rest


async def test_another_server_is_reached_wherever_the_region_is(make, double, monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    await (await make()).send(CONTACT, message("Choose", 2))
    assert double.sent[0].kind == "quick-reply"


async def test_nothing_can_be_deleted(channel, double):
    assert await channel.delete(CONTACT, ["SM1", "SM2"]) == 0
    assert not double.calls


async def test_stopping_ends_what_is_under_way_and_may_be_repeated(make, double):
    channel = await make()
    double.refuse(201, where="list", delay_s=1.0, body="{}")
    await channel.send(CONTACT, message("Call 112", 1, urgent=True))
    await asyncio.wait_for(channel.stop(), 0.5)
    await channel.stop()
    with pytest.raises(RuntimeError):
        await channel.send(CONTACT, message())


async def test_nothing_of_it_is_logged_or_kept(channel, double, caplog):
    caplog.set_level(logging.DEBUG)
    await channel.send(CONTACT, message(SECRET_TEXT, 2))
    double.refuse(400, 63024, times=2)
    await refused(channel, message(SECRET_TEXT))
    await refused(channel, message(SECRET_TEXT, 3))
    logged = caplog.text + "".join(str(record.args) for record in caplog.records)
    for secret in (SECRET_TEXT, CONTACT, CONTACT.removeprefix("whatsapp:+"), double.auth_token, double.account_sid):
        assert secret not in logged
    transport = channel._opened[1]
    assert transport._test_only_last_request is None
    assert transport._test_only_last_response is None
