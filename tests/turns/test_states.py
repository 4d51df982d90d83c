"""Every state × every input × each kind of finding, through engine and performer: no exception, no way around risk."""

from __future__ import annotations

import msgspec
import pytest

from bot.core import codec, effects
from bot.core.events import CaseworkerReplied, MessageReceived, MessageSetAside
from bot.core.transitions import INPUTS, STATES, input_of, state_of
from bot.ports.partitions import InboxEntry, Snapshot
from bot.turns.compute import compute, last_resort
from bot.turns.performer import PERFORMERS, Shell
from tests.turns import worlds
from tests.turns.doubles import FINDINGS
from tests.turns.library import library

CARRY_TEXT = ("text", "command", "media", "edited", "set_aside")


def turn(state, name, finding=None, *, topic="school", shell=None, change=None):
    shell = shell or Shell(library("ar"), 3)
    before = worlds.conversation(state)
    if change:
        before = change(before)
    event = worlds.event(name, finding, topic)
    snapshot = Snapshot(before, worlds.escalation(before))
    return before, compute(InboxEntry("1", worlds.REF, worlds.CHANNEL, event), snapshot, None, shell)


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("state", STATES)
def test_every_state_takes_every_input(state, name, finding):
    found = FINDINGS[finding]
    before, computed = turn(state, name, found)
    assert state_of(before, library("ar")) == state
    assert input_of(worlds.event(name, found)) == name
    commit = computed.commit
    if commit.conversation is not None:
        assert codec.decode_conversation(codec.encode(commit.conversation)) == commit.conversation
    if commit.escalation is not None:
        assert commit.escalation.revision == commit.expected + 1
    writes = isinstance(worlds.event(name), MessageReceived)
    if state == "hidden" and not writes:
        assert not commit.deliver, "a hidden chat stays dark until the contact writes"
    if writes:
        assert commit.lines[0].who == "contact"
    opened = [m for m in computed.moves if m[1] in {"opened", "raised"}]
    if name in CARRY_TEXT and finding in {"alarm", "abuse"}:
        assert opened, "no state and no input is a way around risk"
        assert commit.escalation.level <= found.level
        assert commit.escalation.findings[-1].risk == found.risk
        assert commit.conversation.case.level <= found.level
    if name in CARRY_TEXT and finding == "alarm" and writes:
        assert commit.deliver[0].outgoing.urgent
        assert "112" in next(d.outgoing.text for d in commit.deliver if d.outgoing.urgent)
        assert commit.announce
    if name in CARRY_TEXT and finding == "check" and writes:
        asked = any(d.outgoing.flow == "safe_check" for d in commit.deliver)
        assert asked or any(d.outgoing.urgent for d in commit.deliver)
        assert any(t.kind == "check_silence" for t in commit.start_timers)


@pytest.mark.parametrize("state", STATES)
def test_the_gateways_answer_is_not_given_twice(state):
    shell = Shell(library("ar"))
    before = worlds.conversation(state)
    event = msgspec.structs.replace(worlds.event("text", FINDINGS["alarm"]), answered=True)
    commit = compute(
        InboxEntry("1", worlds.REF, worlds.CHANNEL, event), Snapshot(before, worlds.escalation(before)), None, shell
    ).commit
    assert not any(d.outgoing.urgent for d in commit.deliver)
    assert commit.escalation.level == "T0"


def test_every_effect_has_a_performer():
    def subclasses(kind):
        return {kind, *(found for one in kind.__subclasses__() for found in subclasses(one))}

    assert subclasses(effects.Effect) - {effects.Effect} == set(PERFORMERS)


@pytest.mark.parametrize("state", STATES)
def test_hiding_deletes_first_and_says_only_the_harmless_thing(state):
    _, computed = turn(state, "text", topic="hide")
    commit = computed.commit
    if state == "hidden":  # what a person wrote meanwhile waits again
        assert [one.reply for one in commit.conversation.held] == ["r0"]
        assert commit.held == ("r0",)
    assert commit.drop_waiting
    assert [d.kind for d in commit.deliver] == ["delete", "message"]
    assert commit.deliver[1].outgoing.flow == "hidden"
    assert commit.conversation.hidden
    assert [line.who for line in commit.lines] == ["contact", "bot"]


@pytest.mark.parametrize("level", ["T0", "T1", "T2", "T3"])
def test_erasing_keeps_an_open_serious_case_and_its_timers_alone(level):
    from bot.core.conversation import Case, Frame

    def change(conversation):
        return msgspec.structs.replace(
            conversation, case=Case(worlds.CASE, level, "danger"), stack=(Frame("delete_data.any", "sure"),)
        )

    shell = Shell(library("ar"))
    before = change(worlds.conversation("idle"))
    event = MessageReceived("e", worlds.AT, kind="button", button="delete_data.any/sure/yes")
    commit = compute(
        InboxEntry("1", worlds.REF, worlds.CHANNEL, event), Snapshot(before, worlds.escalation(before)), None, shell
    ).commit
    assert commit.erase
    assert commit.lines == ()
    flow = commit.deliver[-1].outgoing.flow
    if level in {"T0", "T1"}:
        assert flow == "erased_kept"
        assert commit.keep_escalation == worlds.CASE
        assert commit.conversation == type(before)(worlds.REF, worlds.CHANNEL, case=before.case)
        assert [t.kind for t in commit.start_timers] == ["announce"]
        assert commit.escalation.state == "waiting"
    else:
        assert flow == "erased"
        assert commit.conversation is None
        assert commit.escalation is None
        assert commit.start_timers == ()


def test_a_reply_is_held_while_hidden_and_sent_when_the_contact_writes():
    _, held = turn("hidden", "reply")
    assert held.commit.held == ("r1",)
    assert not held.commit.deliver
    _, back = turn("hidden", "text")
    replies = [d for d in back.commit.deliver if d.reply]
    assert [d.reply for d in replies] == ["r0"]
    assert replies[0].outgoing.who == "caseworker"
    assert replies[0].escalation == worlds.CASE


def test_a_reply_stands_once_in_the_log():
    _, computed = turn("talking", "reply")
    assert [(line.who, line.reply) for line in computed.commit.lines] == [("caseworker", "r1")]
    assert isinstance(worlds.event("reply"), CaseworkerReplied)


def test_a_label_and_not_its_payload_stands_in_the_log():
    shell = Shell(library("ar"))
    before = worlds.conversation("choosing")
    event = MessageReceived("e", worlds.AT, kind="button", button="danger.any/ask/no")
    commit = compute(InboxEntry("1", worlds.REF, worlds.CHANNEL, event), Snapshot(before), None, shell).commit
    assert commit.lines[0].text == "I am not safe"
    assert commit.lines[0].kind == "button"


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("state", STATES)
def test_the_last_resort_calls_a_person_from_every_state(state, finding):
    shell = Shell(library("ar"))
    before = worlds.conversation(state)
    event = MessageSetAside("e", worlds.AT, finding=FINDINGS[finding])
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    commit = last_resort(entry, Snapshot(before, worlds.escalation(before)), shell).commit
    assert commit.escalation.level in {"T0", "T1"}
    assert commit.conversation.case.id == commit.escalation.id


def test_a_conversation_is_not_made_of_nothing():
    shell = Shell(library("ar"))
    for name in ("timer", "offered", "handed_back", "resolved", "taken"):
        entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, worlds.event(name))
        assert compute(entry, Snapshot(), None, shell).commit.conversation is None
