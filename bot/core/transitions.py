"""What is done with each kind of input in each state: the whole conversation in one table.

Rules that hold before the table is looked at:

1. Risk is read first, in every state, for every text, caption and edit (design, section 4).
2. A contact who writes is no longer hidden and no longer blocked.
3. The word or the command for hiding, and nothing else in the message, hides in every state.
4. What a person says goes out in every state but ``hidden``, where it is held back until the contact writes.
"""

from __future__ import annotations

from typing import Final, Literal

from bot.core.conversation import Conversation
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
from bot.core.flow import Ask, Choose
from bot.core.library import Library

State = Literal["new", "idle", "choosing", "asking", "talking", "hidden"]
Input = Literal[
    "text", "command", "button", "media", "edited", "reply", "sent_flow", "taken", "handed_back", "resolved",
    "timer", "offered", "blocked", "set_aside",
]  # fmt: skip

STATES: Final[tuple[State, ...]] = ("new", "idle", "choosing", "asking", "talking", "hidden")
INPUTS: Final[tuple[Input, ...]] = (
    "text", "command", "button", "media", "edited", "reply", "sent_flow", "taken", "handed_back", "resolved",
    "timer", "offered", "blocked", "set_aside",
)  # fmt: skip

_SAME: Final[dict[Input, str]] = {
    "reply": "pass_reply",
    "sent_flow": "send_flow",
    "taken": "person_taken",
    "handed_back": "person_left",
    "resolved": "case_closed",
    "timer": "timer_fired",
    "offered": "flow_offered",
    "blocked": "contact_blocked",
    "set_aside": "message_set_aside",
}
"""What other people and the clock do is the same in every state."""

_WRITES: Final[dict[State, dict[Input, str]]] = {
    "new": {
        "text": "begin", "command": "begin", "button": "begin", "media": "begin", "edited": "begin",
    },
    "idle": {
        "text": "route", "command": "obey", "button": "press", "media": "receive_medium", "edited": "reread",
    },
    "choosing": {
        "text": "choose", "command": "obey", "button": "press", "media": "receive_medium", "edited": "reread",
    },
    "asking": {
        "text": "answer", "command": "obey", "button": "press", "media": "receive_medium", "edited": "reread",
    },
    "talking": {
        "text": "pass_on", "command": "obey", "button": "press", "media": "pass_on", "edited": "pass_on",
    },
    "hidden": {
        "text": "come_back", "command": "come_back", "button": "come_back", "media": "come_back",
        "edited": "come_back",
    },
}  # fmt: skip

TRANSITIONS: Final[dict[tuple[State, Input], str]] = {
    (state, key): handler for state in STATES for key, handler in {**_SAME, **_WRITES[state]}.items()
}
"""(state, input) → name of the handler in ``bot.core.handlers``."""

_EVENTS: Final[dict[type, Input]] = {
    CaseworkerReplied: "reply",
    CaseworkerSentFlow: "sent_flow",
    EscalationTaken: "taken",
    EscalationHandedBack: "handed_back",
    EscalationResolved: "resolved",
    TimerFired: "timer",
    FlowOffered: "offered",
    ContactBlocked: "blocked",
    MessageSetAside: "set_aside",
}


def state_of(conversation: Conversation, library: Library) -> State:
    """Return the state of a conversation. It is derived and never stored, so it cannot disagree with the rest."""
    if conversation.hidden:
        return "hidden"
    if conversation.case and conversation.case.talking:
        return "talking"
    if not conversation.last_at:
        return "new"
    if conversation.stack:
        top = conversation.stack[-1]
        flow = library.flows.get(top.flow)
        step = flow.steps.get(top.step) if flow else None
        if isinstance(step, Choose):
            return "choosing"
        if isinstance(step, Ask):
            return "asking"
    return "idle"


def input_of(event: AnyEvent) -> Input:
    """Return what kind of input an event is."""
    if not isinstance(event, MessageReceived):
        return _EVENTS[type(event)]
    if event.button:
        return "button"
    if event.edited:
        return "edited"
    if event.start or event.text.startswith("/"):
        return "command"
    if event.kind in {"text", "button"} or event.text:
        return "text" if event.text.strip() and event.kind in {"text", "button"} else "media"
    return "media"
