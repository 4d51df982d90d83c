from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import codec
from bot.core.conversation import VERSION, Case, Conversation, Frame, Recent
from bot.core.events import AnyEvent, CaseworkerReplied, ContactBlocked, MessageReceived, TimerFired
from bot.errors import StoreError

FULL = Conversation(
    ref="abc", channel="telegram", locale="fa_AF", country="GR", audience="child", welcomed=True,
    stack=(Frame("school.child", "more"), Frame("guardian.child", "what", again=True)),
    slots={"age": 16, "greeted": True}, case=Case("c1", "T1", "abuse", talking=True),
    recent=(Recent(5, "کمک"),), last_at=7, deferred=("menu",),
)  # fmt: skip


def test_what_is_stored_comes_back_the_same():
    assert codec.decode_conversation(codec.encode(FULL)) == FULL


@pytest.mark.parametrize(
    "event",
    [
        MessageReceived("e1", 1, text="hallo", locale_hint="nl"),
        CaseworkerReplied("e2", 2, "c1", "r1", "text", "noor"),
        TimerFired("e3", 3, "check", "check_silence"),
        ContactBlocked("e4", 4),
    ],
)
def test_events_come_back_the_same(event: AnyEvent):
    assert codec.decode_event(codec.encode(event)) == event


def test_an_old_version_is_upgraded_step_by_step():
    upgrades = {
        1: lambda plain: {**{k: v for k, v in plain.items() if k != "language"}, "locale": plain["language"]},
        2: lambda plain: {**plain, "country": plain.get("country", "") or "BE"},
    }
    plain = codec.upgrade({"version": 1, "language": "nl", "ref": "r", "channel": "webchat"}, upgrades, to=3)
    assert plain == {"version": 3, "locale": "nl", "country": "BE", "ref": "r", "channel": "webchat"}


def test_without_a_way_from_an_old_version_nothing_is_guessed():
    with pytest.raises(StoreError, match="version 1"):
        codec.upgrade({"version": 1}, {}, to=2)


def test_a_newer_version_is_not_read():
    newer = msgspec.msgpack.encode({**msgspec.to_builtins(FULL), "version": VERSION + 1})
    with pytest.raises(StoreError, match="newer version"):
        codec.decode_conversation(newer)


@given(st.binary(max_size=200))
def test_damaged_bytes_are_an_error_of_ours(data):
    for decode in (codec.decode_conversation, codec.decode_event, codec.decode_escalation):
        try:
            decode(data)
        except StoreError:
            continue
