"""The log in the language of who reads it."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.conversation import Case
from bot.core.events import CaseworkerReplied, CaseworkerSentFlow, MessageReceived
from bot.ports.partitions import InboxEntry, Line, Snapshot
from bot.turns.bilingual import shown
from bot.turns.compute import compute
from bot.turns.performer import Shell
from tests.turns import worlds
from tests.turns.library import library

LIBRARY = library("ar", "nl")
DECODE = msgspec.msgpack.Decoder(tuple[Line, ...])


def kept(lines):
    return DECODE.decode(msgspec.msgpack.encode(lines))


def turn(event, before):
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    commit = compute(entry, Snapshot(before, worlds.escalation(before)), None, Shell(LIBRARY)).commit
    return kept(commit.lines), commit


def in_arabic(state):
    return msgspec.structs.replace(worlds.conversation(state), locale="ar")


def test_what_the_bot_said_is_shown_in_the_caseworkers_language_with_its_numbers():
    event = msgspec.structs.replace(worlds.event("text"), text="school words")
    lines, commit = turn(event, in_arabic("idle"))
    bots = [line for line in lines if line.who == "bot"]
    assert bots
    for line, deliver in zip(bots, commit.deliver, strict=True):
        assert line.text == deliver.outgoing.text
        assert line.text.startswith("ع")
        dutch = shown(line, LIBRARY, "nl")
        assert dutch.startswith("nl ")
        assert dutch.count("\n") == line.text.count("\n")
        assert shown(line, LIBRARY, "en") == dutch.replace("nl ", "")
    danger, _ = turn(worlds.event("text", worlds_danger()), in_arabic("idle"))
    first = next(line for line in danger if line.who == "bot")
    assert "101" in shown(first, LIBRARY, "nl"), "the number of the contact's country"


def worlds_danger():
    from tests.turns.doubles import FINDINGS

    return FINDINGS["alarm"]


def test_a_button_is_shown_in_both_languages_also_one_of_an_older_message():
    before = in_arabic("choosing")
    for payload, english in [
        ("danger.any/ask/no", "I am not safe"),
        ("closing/more/menu", "Menu"),
        ("!flow:school.child", "School"),
    ]:
        lines, _ = turn(MessageReceived("e", worlds.AT, kind="button", button=payload), before)
        line = lines[0]
        assert (line.who, line.kind, line.locale) == ("contact", "button", "ar")
        assert line.text == f"ع {english}"
        assert shown(line, LIBRARY, "en") == english
        assert shown(line, LIBRARY, "nl") == f"nl {english}"


def test_what_nobody_checked_has_no_second_language():
    lines, _ = turn(MessageReceived("e", worlds.AT, text="ماذا"), in_arabic("talking"))
    assert shown(lines[0], LIBRARY, "nl") is None
    gone, _ = turn(MessageReceived("e", worlds.AT, kind="button", button="gone/x/y"), in_arabic("talking"))
    assert gone[0].text == ""
    assert shown(gone[0], LIBRARY, "nl") is None
    lost = Line(
        worlds.AT,
        "bot",
        "text",
        flow="f",
        step="s",
        texts=(msgspec.convert({"context": "f/s", "msgid": "Was"}, type(LIBRARY.ref("f", "s", "x"))),),
    )
    assert shown(lost, LIBRARY, "nl") is None


def test_a_text_and_its_placeholders_that_are_no_numbers():
    ref = LIBRARY.ref("f", "s", "Open at {opens}.")
    line = Line(worlds.AT, "bot", "x", flow="f", step="s", texts=(ref,), values=(("opens", "08:00"),))
    assert shown(line, LIBRARY, "en") == "Open at 08:00."


def test_a_reply_keeps_its_phrase_and_what_the_caseworker_read():
    event = CaseworkerReplied("e", worlds.AT, worlds.CASE, "r1", "سلام", "anna", "greeting.hello", "Hello!")
    lines, _ = turn(event, in_arabic("talking"))
    (line,) = lines
    assert (line.phrase, line.original, line.by, line.locale) == ("greeting.hello", "Hello!", "anna", "ar")


@pytest.mark.parametrize(
    ("flow", "kind", "reply"), [("school.child", "flow", "f1"), ("gone.flow", "flow_not_sent", "")]
)
def test_a_sent_flow_is_named_and_one_that_is_gone_is_said(flow, kind, reply):
    before = in_arabic("talking")
    lines, commit = turn(CaseworkerSentFlow("e", worlds.AT, worlds.CASE, flow, "anna", "f1"), before)
    assert (lines[0].who, lines[0].kind, lines[0].text, lines[0].reply) == ("caseworker", kind, flow, reply)
    assert shown(lines[0], LIBRARY, "nl") == ("nl School" if reply else None)
    assert {d.reply for d in commit.deliver} == ({"f1"} if reply else set())


def test_a_sent_flow_is_held_while_hidden():
    before = msgspec.structs.replace(in_arabic("hidden"), case=Case(worlds.CASE, "T2", "human", talking=True))
    _, commit = turn(CaseworkerSentFlow("e", worlds.AT, worlds.CASE, "school.child", "anna", "f1"), before)
    assert commit.held == ("f1",)
    assert not commit.deliver


def test_lines_of_before_are_still_read():
    class Old(msgspec.Struct):
        at: int
        who: str
        text: str
        kind: str = "text"
        reply: str = ""
        locale: str = ""

    (line,) = DECODE.decode(msgspec.msgpack.encode((Old(1, "bot", "Hello", locale="en"),)))
    assert line == Line(1, "bot", "Hello", locale="en")
    assert shown(line, LIBRARY, "nl") is None
