"""One turn in the making: the conversation as it changes, and the effects so far."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.core import said
from bot.core.conversation import Conversation, Frame
from bot.core.effects import AnyEffect, Button, SendMessage, TextRef
from bot.core.events import (
    AnyEvent,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
    FlowOffered,
    MessageReceived,
    TimerFired,
)
from bot.core.flow import Statement
from bot.core.library import Library

_UNASKED = (TimerFired, FlowOffered, EscalationTaken, EscalationHandedBack, EscalationResolved)
"""What the bot would tell of its own accord: neither the contact nor a caseworker wrote or sent anything."""


class Turn:
    """Collects what one event changes. It lives for one call of ``advance`` and is never shared."""

    __slots__ = ("conversation", "effects", "event", "library", "said", "sending")

    def __init__(self, conversation: Conversation, event: AnyEvent, library: Library) -> None:
        """Start from the stored conversation."""
        self.conversation = conversation
        self.event = event
        self.library = library
        self.effects: list[AnyEffect] = []
        self.said = False
        """Whether a text of the current flow went out in this turn (a side question counts as answered then)."""
        self.sending = ("", "")
        """(reply, escalation) of what a caseworker sent, while its messages go out."""

    def update(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Conversation, checked by msgspec
        """Replace fields of the conversation."""
        self.conversation = msgspec.structs.replace(self.conversation, **changes)

    def emit(self, effect: AnyEffect) -> None:
        """Add an effect."""
        self.effects.append(effect)

    @property
    def locale(self) -> str:
        """The locale to speak in now."""
        return self.conversation.locale or "en"

    @property
    def spoke(self) -> bool:
        """Whether anything was sent in this turn."""
        return any(isinstance(effect, SendMessage) for effect in self.effects)

    @property
    def talking(self) -> bool:
        """Whether a person is talking with the contact: the bot offers nothing of its own."""
        return bool(self.conversation.case and self.conversation.case.talking)

    @property
    def mute(self) -> bool:
        """Whether nothing may be sent: the chat is hidden, or its case quiet, and the contact does not write now."""
        case = self.conversation.case
        quiet = bool(case and case.quiet) and isinstance(self.event, _UNASKED)
        return quiet or (self.conversation.hidden and not isinstance(self.event, MessageReceived))

    def say(
        self,
        flow: str,
        step: str,
        statements: tuple[Statement, ...],
        buttons: tuple[Button, ...] = (),
        *,
        urgent: bool = False,
    ) -> None:
        """Send statements as one message, with buttons below; remember the buttons for typed answers."""
        if self.mute or not (statements or buttons):
            return
        self.emit(
            SendMessage(
                flow=flow,
                step=step,
                texts=tuple(TextRef(s.context, s.text, s.closed) for s in statements),
                buttons=buttons,
                locale=self.locale,
                country=self.conversation.country,
                audience=self.conversation.audience,
                at=self.event.at,
                urgent=urgent,
                reply=self.sending[0],
                escalation=self.sending[1],
                said=said.values(statements, self.conversation.slots, self.library),
            )
        )
        self.said = True
        if buttons:
            self.update(offered=buttons)

    def push(self, frame: Frame) -> None:
        """Enter a flow on top of what is there; beyond eight levels the outermost is forgotten."""
        self.update(stack=(*self.conversation.stack, frame)[-8:])

    def pop(self) -> Frame | None:
        """Leave the innermost frame and return it."""
        stack = self.conversation.stack
        if not stack:
            return None
        self.update(stack=stack[:-1])
        return stack[-1]

    def move(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Frame
        """Change the innermost frame."""
        stack = self.conversation.stack
        self.update(stack=(*stack[:-1], msgspec.structs.replace(stack[-1], **changes)))
