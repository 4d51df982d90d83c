from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.payloads import KINDS, MAX_CHARS, Parsed, clean, decode, locale_hint, parse
from bot.core.events import Kind
from bot.errors import PayloadError

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))
NOW = 1_767_225_660_000


def load(path):
    return json.loads(path.read_text("utf-8"))


def shown(parsed: Parsed):
    """What a parsed update comes to, in the words of the fixtures."""
    found = {}
    if parsed.query:
        found["query"] = parsed.query
    if parsed.blocked:
        return found | {"blocked": parsed.blocked}
    if parsed.incoming is None:
        return found | {"ignored": True}
    event = parsed.incoming.event
    assert parsed.incoming.channel == "telegram"
    assert event.understood is None
    names = ("id", "at", "text", "kind", "button", "edited", "start", "locale_hint")
    return found | {
        "address": parsed.incoming.address,
        "message": parsed.incoming.message,
        "event": {name: getattr(event, name) for name in names},
    }


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_each_documented_payload_comes_to_what_its_fixture_says(path):
    fixture = load(path)
    parsed = parse(fixture["update"], now=fixture["now"])
    assert shown(parsed) == fixture["expect"]
    assert parsed.id == f"tg-{fixture['update']['update_id']}"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_webhook_bytes_and_polled_objects_agree(path):
    fixture = load(path)
    body = json.dumps(fixture["update"]).encode()
    assert parse(decode(body), now=NOW) == parse(fixture["update"], now=NOW)


@pytest.mark.parametrize(
    "path", [path for path in FIXTURES if not path.stem.startswith("broken_")], ids=lambda path: path.stem
)
def test_the_fixtures_are_payloads_that_the_library_reads(path):
    assert Update.de_json(load(path)["update"], None).update_id


@pytest.mark.parametrize(
    "path", [path for path in FIXTURES if path.stem.startswith("broken_")], ids=lambda path: path.stem
)
def test_the_broken_fixtures_are_broken_for_the_library(path):
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        Update.de_json(load(path)["update"], None)


def test_every_kind_and_every_field_has_a_fixture():
    updates = [load(path) for path in FIXTURES]
    kinds = {fixture["expect"].get("event", {}).get("kind") for fixture in updates}
    assert set(Kind.__args__) <= kinds
    fields = {field for fixture in updates for field in fixture["update"].get("message", {})}
    assert {field for field, _ in KINDS} <= fields


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "text",
        7,
        {},
        {"update_id": None},
        {"update_id": True},
        {"update_id": "1"},
        {"update_id": 1.5},
        {"update_id": 2**60},
        {"update_id": 1, "message": None, "edited_message": 3},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"chat": None}},
        {"update_id": 1, "message": {"chat": {"type": "private"}, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": "4711", "type": "private"}, "date": 1, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": -4, "type": "private"}, "date": 1, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": 4, "type": "private"}, "date": 1, "text": ["x"]}},
        {"update_id": 1, "message": {"chat": {"id": 4, "type": "private"}, "date": 1, "text": {"a": 1}}},
        {"update_id": 1, "callback_query": {"id": 3, "from": {}, "data": "x"}},
        {"update_id": 1, "callback_query": "x"},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 4, "type": "private"}}},
    ],
)
def test_what_is_no_update_is_refused_with_a_reason_that_quotes_nothing(update):
    with pytest.raises(PayloadError) as refused:
        parse(update, now=NOW)
    assert str(refused.value)
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"update_id": 1, "x": "\xff"}', b"[" * 100_000, b"nonsense"]
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(PayloadError):
        decode(body)


@pytest.mark.parametrize("date", [10**14, -5, "yesterday", None, 1e300, True])
def test_an_impossible_date_does_not_cost_the_words(date):
    update = {
        "update_id": 5,
        "message": {"message_id": 1, "chat": {"id": 4, "type": "private"}, "date": date, "text": "x"},
    }
    event = parse(update, now=NOW).incoming.event
    assert event.text == "x"
    assert 0 < event.at <= NOW


def test_a_message_without_sender_or_number_is_read():
    update = {"update_id": 5, "message": {"chat": {"id": 4, "type": "private"}, "text": "help"}}
    incoming = parse(update, now=NOW).incoming
    assert (incoming.address, incoming.event.text, incoming.event.locale_hint) == ("4", "help", "")


def test_a_text_of_nothing_but_control_characters_is_unknown_not_lost():
    update = {
        "update_id": 5,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 4, "type": "private"}, "text": "\0\u202e"},
    }
    event = parse(update, now=NOW).incoming.event
    assert (event.kind, event.text) == ("unknown", "")


def test_a_very_long_text_is_cut():
    update = {
        "update_id": 5,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 4, "type": "private"}, "text": "x" * 100_000},
    }
    assert len(parse(update, now=NOW).incoming.event.text) == MAX_CHARS


def test_a_group_button_is_answered_but_begins_nothing():
    fixture = load(Path(__file__).parent / "fixtures" / "callback_query_group.json")
    parsed = parse(fixture["update"], now=NOW)
    assert parsed.query
    assert parsed.incoming is None


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("en", "en"), ("pt-br", "pt_BR"), ("zh-hans", "zh_Hans"), ("FA", "fa"), ("", ""), ("x" * 50, ""), ("../etc", "")],
)
def test_language_tags_are_spelt_as_babel_does(tag, locale):
    assert locale_hint(tag) == locale


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def paths(value, at=()):
    """Every place in a payload."""
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*at, number))


def replaced(value, at, new):
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(copy[at[0]], at[1:], new)
    return copy


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_payload_with_one_thing_replaced_is_read_or_refused_never_anything_else(data):
    update = load(data.draw(st.sampled_from(FIXTURES)))["update"]
    place = data.draw(st.sampled_from(list(paths(update))))
    hostile = replaced(update, place, data.draw(JSON))
    try:
        parsed = parse(hostile, now=NOW)
    except PayloadError as refused:
        assert str(refused)  # noqa: PT017 - whether it is refused depends on the example
        return
    if parsed.incoming is not None:
        event = parsed.incoming.event
        assert int(parsed.incoming.address) > 0
        assert 0 < event.at <= NOW
        (event.text + event.button + event.start).encode()


@settings(max_examples=200, deadline=None)
@given(JSON, st.dictionaries(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), JSON))
def test_any_json_at_all_is_read_or_refused(value, fields):
    for update in (value, {"update_id": 1, **fields}):
        try:
            parse(update, now=NOW)
        except PayloadError as refused:
            assert str(refused)  # noqa: PT017 - as above


@given(st.text() | st.text(alphabet="\0\u202e\u2066\ud800\r\n\u200c ab"))
def test_cleaned_text_can_be_stored_and_cleaning_twice_changes_nothing(text):
    once = clean(text)
    once.encode()
    assert clean(once) == once
    assert not set(once) & set("\0\r\u202e\u2066\ufeff")
