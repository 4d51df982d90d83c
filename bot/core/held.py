"""What caseworkers wrote while nothing could be sent, and when it goes out.

It goes out with the contact's next message, whatever that is about, but not before it is known who holds the phone.
"""

from __future__ import annotations

from typing import Final

from bot.core.conversation import HeldFlow
from bot.core.runner import enter, run
from bot.core.turn import Turn

LONG_SILENCE_MS: Final = 7 * 24 * 3_600_000
"""After so long somebody else may hold the phone: numbers are recycled and phones shared."""

MOST_FLOWS: Final = 5
"""Flows that are held at most; a further one takes the place of the oldest."""

WHO: Final = "who"
"""The slot that says: who is there was asked, or must be, and is not answered yet."""


def silent_long(last_at: int, at: int) -> bool:
    """Whether the contact had not written for long: before, at ``last_at``, and now, in milliseconds; 0: never."""
    return bool(last_at) and at - last_at >= LONG_SILENCE_MS


def doubt(turn: Turn) -> None:
    """Remember that it is not known who is there."""
    turn.update(slots={**turn.conversation.slots, WHO: True})


def waits(turn: Turn) -> bool:
    """Whether something is held that goes out only to somebody who is known."""
    conversation = turn.conversation
    return bool((conversation.held or conversation.held_flows) and conversation.slots.get(WHO))


def holds_flows(turn: Turn) -> bool:
    """Whether a flow that a caseworker sends must wait: nothing may be sent, or it is not known who is there."""
    conversation = turn.conversation
    return conversation.hidden or conversation.blocked or bool(conversation.slots.get(WHO))


def hold_flow(turn: Turn, flow: HeldFlow) -> None:
    """Keep a flow until the contact writes."""
    turn.update(held_flows=(*turn.conversation.held_flows, flow)[-MOST_FLOWS:])


def give_flows(turn: Turn) -> None:
    """Send the flows that are held, after the contact's message was dealt with, so that none of it answers them."""
    held = turn.conversation.held_flows
    if held and not holds_flows(turn):
        turn.update(held_flows=())
        for one in held:
            if turn.library.has(turn.locale, one.flow):
                send_flow(turn, one)


def send_flow(turn: Turn, sent: HeldFlow) -> None:
    """Say what a caseworker's flow says, up to its first question; while the person talks, it takes the answers."""
    turn.update(stack=(), trail=(), offered=(), deferred=(), misses=0, sent=sent.flow)
    turn.sending = (sent.reply, sent.escalation)
    enter(turn, sent.flow)
    run(turn)
    turn.sending = ("", "")


def give(turn: Turn, last_at: int) -> None:
    """Send what is held, or keep it where it is not known who writes after ``last_at``, in milliseconds."""
    if (turn.conversation.held or turn.conversation.held_flows) and silent_long(last_at, turn.event.at):
        doubt(turn)
    if not waits(turn):
        _release(turn)


def same(turn: Turn) -> None:
    """The contact said to be the same as before: send what is held."""
    turn.update(slots={name: value for name, value in turn.conversation.slots.items() if name != WHO})
    _release(turn)


def _release(turn: Turn) -> None:
    held = turn.conversation.held
    if held:
        turn.update(held=())
    for reply in held:
        turn.emit(reply)
