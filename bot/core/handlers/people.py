"""What caseworkers do, and what reaches them."""

from __future__ import annotations

import msgspec

from bot.core import answers, held, risk, survey
from bot.core.cases import escalate
from bot.core.conversation import Case, HeldFlow
from bot.core.effects import HoldReply, SendReply, TextRef
from bot.core.events import (
    CaseworkerReplied,
    CaseworkerSentFlow,
    ContactBlocked,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
    MessageReceived,
    MessageSetAside,
)
from bot.core.handlers import choices
from bot.core.runner import enter, run, tell
from bot.core.steps import act
from bot.core.turn import Turn

HIDE = 0.8
"""From this confidence on (0 to 1) a text asks to hide the chat, even while a person is talking."""


WHO_FLOW = "who_is_there"
MACHINE = TextRef("machine_translated/say", "A computer translated this message. It can have mistakes.")
"""What stands above a machine's translation; in English where it is not translated itself."""


def _case(turn: Turn, escalation: str) -> Case | None:
    case = turn.conversation.case
    return case if case and case.id == escalation else None


def pass_on(turn: Turn, event: MessageReceived) -> None:
    """Keep quiet: the message is in the case, and the person reads it. Hiding and who is there still work.

    Where the person sent a flow that asks something, the answer is taken as well.
    """
    best = event.understood.ranking[0] if event.understood and event.understood.ranking else None
    if best and best.topic == "hide" and best.confidence >= HIDE:
        act.hide(turn)
        return
    conversation = turn.conversation
    if conversation.stack and conversation.stack[-1].flow == WHO_FLOW:
        payload = answers.chosen(turn.library, turn.locale, conversation.offered, event.text, event.understood)
        if payload:
            choices.take(turn, payload)
    elif conversation.sent and conversation.stack and event.kind == "text" and not event.edited:
        choices.answer_sent(turn, event)


def compose(turn: Turn, event: CaseworkerReplied) -> str:
    """Return what the contact reads: of a machine's translation, that it is one, and below it what the person wrote.

    A phrase was translated and checked by people, and stands alone.
    """
    if not event.original or event.phrase:
        return event.text
    mark = turn.library.text(turn.locale, MACHINE) or MACHINE.msgid
    return f"{mark}\n\n{event.text}\n\n{event.original}"


def pass_reply(turn: Turn, event: CaseworkerReplied) -> None:
    """Send what the caseworker wrote, or hold it while the chat is hidden."""
    case = _case(turn, event.escalation)
    if case:
        turn.update(case=msgspec.structs.replace(case, talking=True, resolved_at=0))
    reply = SendReply(event.reply, event.escalation, compose(turn, event))
    if turn.conversation.hidden or turn.conversation.blocked:
        turn.update(held=(*turn.conversation.held, reply)[-20:])
        turn.emit(HoldReply(event.reply, event.escalation))
    else:
        turn.emit(reply)


def send_flow(turn: Turn, event: CaseworkerSentFlow) -> None:
    """Send a checked flow that a caseworker chose, or hold it; one that is gone in this language changes nothing."""
    if not turn.library.has(turn.locale, event.flow):
        return
    case = _case(turn, event.escalation)
    if case:
        turn.update(case=msgspec.structs.replace(case, talking=True, resolved_at=0))
    sent = HeldFlow(event.flow, event.escalation, event.reply)
    if not held.holds_flows(turn):
        held.send_flow(turn, sent)
        return
    held.hold_flow(turn, sent)
    if event.reply:
        turn.emit(HoldReply(event.reply, event.escalation))


def taken(turn: Turn, event: EscalationTaken) -> None:
    """A person took the case: say so once and be quiet from now on."""
    case = _case(turn, event.escalation)
    if case and not case.talking:
        turn.update(case=msgspec.structs.replace(case, talking=True, resolved_at=0))
        tell(turn, "taken")


def left(turn: Turn, event: EscalationHandedBack) -> None:
    """The bot answers again; the case stays open."""
    case = _case(turn, event.escalation)
    if case and case.talking:
        turn.update(case=msgspec.structs.replace(case, talking=False))
        tell(turn, "handed_back")


def closed(turn: Turn, event: EscalationResolved) -> None:
    """A person closed the case; for a while the contact who writes comes back to it."""
    case = _case(turn, event.escalation)
    if case and case.open:
        turn.update(case=msgspec.structs.replace(case, talking=False, resolved_at=event.at), stack=(), offered=())
        tell(turn, "resolved")
        survey.begin(turn, event.ask_at)


def blocked(turn: Turn, _event: ContactBlocked) -> None:
    """Nothing reaches the contact until they write."""
    turn.update(blocked=True)


def set_aside(turn: Turn, event: MessageSetAside) -> None:
    """Say truthfully that a message could not be read and offer a person; unread by the risk rules, call one."""
    if risk.consider(turn, event.finding):
        return
    if not event.risk_read:
        escalate(turn, "T1", "human")
    case = turn.conversation.case
    if not (case and case.talking) and not turn.mute:
        enter(turn, "set_aside", again=bool(turn.conversation.stack))
        run(turn)
