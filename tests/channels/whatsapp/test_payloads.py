from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp import payloads
from bot.channels.whatsapp.verify import Fields
from bot.core import cleaning
from bot.core.events import Kind
from bot.errors import PayloadError
from tests.channels.whatsapp.conftest import NOW

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))
MESSAGES = [path for path in FIXTURES if not path.stem.startswith("status_")]
STATUSES = [path for path in FIXTURES if path.stem.startswith("status_")]


def fields(form):
    return Fields({k: [v] for k, v in form.items()})


def load(name):
    return json.loads((Path(__file__).parent / "fixtures" / f"{name}.json").read_text())


def incoming(form):
    return payloads.incoming(fields(form), at=NOW)


@pytest.mark.parametrize("path", MESSAGES, ids=lambda p: p.stem)
def test_every_documented_message_is_understood(path):
    given = json.loads(path.read_text())
    found = incoming(given["form"])
    shown = {"address": found.address, "kind": found.event.kind, "text": found.event.text}
    if found.event.button:
        shown["button"] = found.event.button
    assert shown == given["expect"]
    assert (found.channel, found.event.id, found.event.at) == ("whatsapp", "wa-" + given["form"]["MessageSid"], NOW)
    assert not found.event.edited


@pytest.mark.parametrize("path", MESSAGES, ids=lambda p: p.stem)
def test_names_places_and_media_are_dropped(path):
    kept = msgspec.json.encode(incoming(json.loads(path.read_text())["form"])).decode()
    for dropped in ("Amina", "https://", "50.846", "4.352", "Grand Place", "fb.me"):
        assert dropped not in kept


def test_there_is_a_fixture_for_every_kind():
    seen = {json.loads(path.read_text())["expect"]["kind"] for path in MESSAGES}
    assert seen == set(get_args(Kind))


@pytest.mark.parametrize("path", STATUSES, ids=lambda p: p.stem)
def test_every_documented_status_is_understood(path):
    given = json.loads(path.read_text())
    found = payloads.status(fields(given["form"]))
    if given["expect"] is None:
        assert found is None
        return
    shown = {"address": found.address, "status": found.status, "code": found.code}
    assert shown == given["expect"]
    assert (found.channel, found.message) == ("whatsapp", given["form"]["MessageSid"])


@pytest.mark.parametrize(
    "change",
    [
        {"MessageSid": "", "SmsMessageSid": "", "SmsSid": ""},
        {"MessageSid": "SM1"},
        {"MessageSid": "../../../etc/passwd"},
        {"MessageSid": "SM" + "٣" * 32},
        {"From": "+32470000001"},
        {"From": "sms:+32470000001"},
        {"From": "whatsapp:", "WaId": ""},
        {"From": "whatsapp:+32470000001\nX: 1", "WaId": ""},
        {"From": "whatsapp:+٣٢٤٧٠٠٠٠٠٠١", "WaId": ""},
        {"From": "whatsapp:be.123", "WaId": "hello", "ExternalUserId": "none"},
    ],
)
def test_a_hostile_message_is_refused_without_repeating_it(change):
    form = load("text")["form"] | change
    with pytest.raises(PayloadError) as caught:
        incoming(form)
    assert str(caught.value)
    assert not any(value and value in str(caught.value) for value in change.values() if len(value) > 3)


def test_a_status_is_no_message_and_a_message_no_status():
    with pytest.raises(PayloadError, match="status"):
        incoming(load("status_read")["form"])
    with pytest.raises(PayloadError, match="MessageStatus"):
        payloads.status(fields(load("text")["form"]))


def test_control_characters_and_overrides_are_taken_out_and_joiners_stay():
    body = "a\x00b\u202ec\u2066d\ufeff\r\ne\ud800 می\u200cخواهم"
    assert incoming(load("text")["form"] | {"Body": body}).event.text == "abcd\ne\ufffd می\u200cخواهم"


def test_of_a_very_long_text_beginning_and_end_are_kept():
    text = incoming(load("text")["form"] | {"Body": "x" * 100_000 + " I want to die"}).event.text
    assert len(text) < 10_100
    assert text.endswith(" I want to die")


def test_a_payload_that_we_never_made_is_cut():
    found = incoming(load("quick_reply")["form"] | {"ButtonPayload": "p" * 5000}).event.button
    assert found == "p" * 256


def test_two_media_count_as_the_first():
    form = load("picture")["form"] | {"MessageType": "", "NumMedia": "2", "MediaContentType1": "audio/ogg"}
    assert incoming(form).event.kind == "picture"


@pytest.mark.parametrize("number", ["", "0", "-1", "sixty", "٦٣٠١٦", "9" * 5000])
def test_an_odd_error_number_is_left_out(number):
    assert payloads.status(fields(load("status_failed_other")["form"] | {"ErrorCode": number})).code == ""


NAMES = st.sampled_from(sorted({name for path in FIXTURES for name in json.loads(path.read_text())["form"]}))
VALUES = st.one_of(
    st.text(max_size=80),
    st.text(alphabet=st.characters(categories=("Cs", "Cc", "Cf", "Nd")), max_size=20),
    st.sampled_from(["SM" + "a" * 32, "whatsapp:+32470000001", "whatsapp:BE.1", "audio/ogg", "text", "1", "failed"]),
)


@given(st.dictionaries(NAMES, st.lists(VALUES, max_size=2), max_size=12))
def test_fuzzed_fields_give_a_message_or_a_clear_error(form):
    for parse in (lambda f: payloads.incoming(f, at=NOW), payloads.status):
        try:
            found = parse(Fields(form))
        except PayloadError:
            continue
        if found is not None:
            msgspec.json.encode(found).decode()
            assert not found.address or payloads.address(found.address) == found.address


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_a_real_message_with_fuzzed_fields_keeps_its_shape(change):
    try:
        found = incoming(load("text")["form"] | change)
    except PayloadError:
        return
    assert found.event.id.startswith("wa-")
    assert found.event.kind in get_args(Kind)
    assert (found.event.kind == "button") == bool(found.event.button)
    assert not cleaning.UNWANTED.search(found.event.text + found.event.button)
