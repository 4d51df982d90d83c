"""What a turn's effects become in its commit, where nothing else shows it."""

from __future__ import annotations

import msgspec

from bot.core import effects as fx
from bot.core.events import MessageReceived
from bot.ports.channels import Outgoing
from bot.ports.partitions import Deliver, InboxEntry, Snapshot
from bot.turns.compute import compute, finished
from bot.turns.performer import Draft, Shell, perform
from tests.turns import worlds
from tests.turns.library import library


def draft(*known) -> Draft:
    before = worlds.conversation("free")
    event = worlds.event("text")
    return Draft(InboxEntry("1", worlds.REF, worlds.CHANNEL, event), event, before, Shell(library("ar")), known)


def test_a_new_case_stays_closed_to_whoever_was_accused_before():
    old = worlds.escalation(worlds.conversation("talking"))
    made = draft(msgspec.structs.replace(old, id="old", state="resolved", excluded=("anna",)))
    perform(made, (fx.OpenEscalation("new", "T1", "abuse", None),))
    assert (made.escalation.id, made.escalation.excluded) == ("new", ("anna",))
    made = draft()
    perform(made, (fx.OpenEscalation("new", "T1", "abuse", None),))
    assert made.escalation.excluded == ()


def test_what_waited_for_the_contact_stays_parked_while_it_is_asked_who_is_there():
    made = draft()
    assert finished(made, Snapshot(), ()).commit.unpark
    made.deliver.append(Deliver("message", Outgoing("Did you write to me before?", flow="who_is_there")))
    assert not finished(made, Snapshot(), ()).commit.unpark


def test_who_comes_back_after_a_long_silence_is_asked_before_anything_is_sent():
    long_ago = msgspec.structs.replace(worlds.conversation("free"), last_at=worlds.AT - 8 * 24 * 3_600_000)
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, worlds.event("text"))
    commit = compute(entry, Snapshot(long_ago), None, Shell(library("ar"))).commit
    assert [d.outgoing.flow for d in commit.deliver] == ["who_is_there"]
    assert not commit.unpark
    asked = commit.conversation
    yes, no = (b.payload for b in asked.offered[:2])
    for button, unpark, drop in ((yes, True, False), (no, True, True)):
        pressed = MessageReceived("e2", worlds.AT + 1, kind="button", button=button)
        entry = InboxEntry("2", worlds.REF, worlds.CHANNEL, pressed)
        commit = compute(entry, Snapshot(asked), None, Shell(library("ar"))).commit
        assert commit.deliver
        assert (commit.unpark, commit.drop_waiting) == (unpark, drop), button
