"""Conversations in each state, and one event of each input, as the engine's table names them."""

from __future__ import annotations

import msgspec

from bot.core.conversation import Case, Conversation, Frame
from bot.core.effects import Button, SendReply, TextRef
from bot.core.escalation import change, open_escalation
from bot.core.events import (
    AnyEvent,
    CaseworkerReplied,
    CaseworkerSentFlow,
    ContactBlocked,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
    FlowOffered,
    MessageReceived,
    MessageSetAside,
    TimerFired,
)
from bot.core.understood import Ranked, RiskFinding, Understood

AT = 1_800_000_000_000
REF, CHANNEL = "ref", "double"
CASE = "ref-case"


def conversation(state: str) -> Conversation:
    base = Conversation(REF, CHANNEL, locale="en", country="BE", audience="child", welcomed=True, last_at=AT - 60_000)
    match state:
        case "new":
            return Conversation(REF, CHANNEL)
        case "choosing":
            return msgspec.structs.replace(
                base, stack=(Frame("danger.any", "ask"),),
                offered=(Button("danger.any/ask/yes", TextRef("danger.any/ask", "I am safe now")),
                         Button("danger.any/ask/no", TextRef("danger.any/ask", "I am not safe"))),
            )  # fmt: skip
        case "asking":
            return msgspec.structs.replace(base, stack=(Frame("test.ask", "age"),))
        case "talking":
            return msgspec.structs.replace(base, case=Case(CASE, "T2", "human", talking=True))
        case "hidden":
            held = (SendReply("r0", CASE, "held words"),)
            return msgspec.structs.replace(base, hidden=True, held=held, case=Case(CASE, "T2", "human"))
        case _:
            return base


def escalation(conversation: Conversation):
    case = conversation.case
    if case is None:
        return None
    made = open_escalation(
        id=case.id, ref=REF, partition=0, channel=CHANNEL, level=case.level, topic=case.topic, at=AT - 1_000_000,
        pseudonym="Maple Lake 100",
    )  # fmt: skip
    return change(made, "claim", at=AT - 500_000, by="anna") if case.talking else made


def event(name: str, finding: RiskFinding | None = None, topic: str = "school") -> AnyEvent:  # noqa: C901, PLR0911, PLR0912 - a table
    understood = Understood("en", 0.9, finding, (Ranked(topic, 0.9),))
    head = (f"e-{name}", AT)
    match name:
        case "text":
            return MessageReceived(*head, text="school words", understood=understood)
        case "command":
            return MessageReceived(*head, text="/menu words", understood=understood)
        case "button":
            return MessageReceived(*head, kind="button", button="closing/more/menu")
        case "media":
            return MessageReceived(*head, text="a caption", kind="picture", understood=understood)
        case "edited":
            return MessageReceived(*head, text="school words", edited=True, understood=understood)
        case "reply":
            return CaseworkerReplied(*head, CASE, "r1", "words of a person", "anna")
        case "sent_flow":
            return CaseworkerSentFlow(*head, CASE, "menu", "anna")
        case "taken":
            return EscalationTaken(*head, CASE, "anna")
        case "handed_back":
            return EscalationHandedBack(*head, CASE)
        case "resolved":
            return EscalationResolved(*head, CASE)
        case "timer":
            return TimerFired(*head, "check", "check_silence")
        case "offered":
            return FlowOffered(*head, "survey")
        case "blocked":
            return ContactBlocked(*head)
        case "set_aside":
            return MessageSetAside(*head, risk_read=finding is not None, finding=finding)
        case _:
            raise LookupError(name)
