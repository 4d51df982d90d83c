"""The conversation of the preview: a list of turns, each with the state it began in, so that it can be played again.

Rules:

1. After a reload every turn is played again **from the state in which it began**: the conversation stays at the same
   step, whatever moved before it.
2. With other settings (locale, country, audience, time) the turns are played again **from the beginning**: the same way
   in another language or country. Where a button of the way is not offered any more, the conversation stops before it.
3. A turn that cannot be computed says why, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.core.conversation import Conversation
from bot.core.effects import AnyEffect, OpenEscalation, RaiseEscalation
from bot.core.events import MessageReceived
from bot.core.library import Library
from bot.errors import UcareError
from bot.ports.basics import Understanding
from bot.ports.channels import Outgoing
from bot.turns.direct import START, DirectConversation, Kept, outcomes
from bot.turns.local import moment

AHEAD: Final = "!flow:"
"""What a button's payload begins with that leads to a flow; also when an author goes there."""
ENTERED: Final = "go-"
"""What the id of an event begins with by which an author goes to a flow."""


class Setting(msgspec.Struct, frozen=True):
    """Who the contact is; empty: not known yet. With all three the conversation begins after the welcome."""

    locale: str = "en"
    country: str = "BE"
    audience: str = "child"
    at: str = ""
    """The time of the country's clock at which it begins, ISO; empty: a Tuesday at 14:30."""

    @property
    def now(self) -> int:
        """The same in milliseconds since 1970, UTC.

        Raises:
            ValueError: It is no time.
        """
        import datetime as dt  # noqa: PLC0415 - for this alone

        return moment(self.country, dt.datetime.fromisoformat(self.at)) if self.at else START


class Said(msgspec.Struct, frozen=True):
    """One message that went out, or one case that was opened, and the effect it came from."""

    effect: AnyEffect
    outgoing: Outgoing | None = None


class Turn(msgspec.Struct, frozen=True):
    """What the contact did, what began, and what came of it."""

    event: MessageReceived
    before: Kept
    said: tuple[Said, ...] = ()
    pressed: bool = False
    """A button that was offered was pressed."""
    fault: str = ""
    """Why the turn could not be computed."""

    @property
    def entered(self) -> bool:
        """Whether the author went to a flow."""
        return self.event.id.startswith(ENTERED)

    @property
    def shown(self) -> tuple[object, ...]:
        """What can be seen of it: two turns that show the same are the same to an author."""
        return self.fault, *(one.outgoing or type(one.effect) for one in self.said)


class Talk:
    """The turns, and the conversation they led to."""

    def __init__(self, library: Library, understanding: Understanding, setting: Setting) -> None:
        """Begin with nothing said.

        Raises:
            ValueError: The setting's time is none.
        """
        self._understanding = understanding
        self.library = library
        self.turns: list[Turn] = []
        self._begin(setting)

    def _begin(self, setting: Setting) -> None:
        self.setting = setting
        self._direct = DirectConversation(
            self.library,
            self._understanding,
            locale=setting.locale,
            country=setting.country,
            audience=setting.audience,
            now=setting.now,
        )

    @property
    def conversation(self) -> Conversation | None:
        """The state now; None where nobody has written."""
        return self._direct.conversation

    @property
    def now(self) -> int:
        """The time of the conversation, in milliseconds."""
        return self._direct.now

    def offers(self, payload: str) -> bool:
        """Whether a button was shown last."""
        conversation = self._direct.conversation
        return conversation is not None and any(button.payload == payload for button in conversation.offered)

    async def play(self, event: MessageReceived) -> Turn:
        """Let the contact do something, and return what came of it."""
        turn = await self._played(event)
        self.turns.append(turn)
        return turn

    async def _played(self, event: MessageReceived) -> Turn:
        before = self._direct.keep()
        pressed = bool(event.button) and self.offers(event.button)
        try:
            await self._direct.receive(event)
        except UcareError as error:
            self._direct.go_back(before)
            self._direct.turns()
            return Turn(event, before, pressed=pressed, fault=str(error))
        computed = self._direct.turns()
        received = computed[0].commit.entry.event
        said = tuple(
            Said(effect, outgoing)
            for one in computed
            for effect, outgoing in outcomes(one)
            if outgoing or isinstance(effect, OpenEscalation | RaiseEscalation)
        )
        return Turn(received if isinstance(received, MessageReceived) else event, before, said, pressed)

    async def again(self, library: Library) -> tuple[Turn, ...]:
        """Play every turn again with another library, each from where it began; return the turns as they were."""
        self.library = library
        self._direct.use(library)
        old = tuple(self.turns)
        for index, turn in enumerate(old):
            self._direct.go_back(turn.before)
            self.turns[index] = await self._played(turn.event)
        return old

    async def anew(self, setting: Setting) -> str:
        """Play all turns again from the beginning with another setting; return where the way ended early, if it did.

        Raises:
            ValueError: The setting's time is none; nothing has changed.
        """
        old: Sequence[Turn] = tuple(self.turns)
        self._begin(setting)
        self.turns = []
        for number, turn in enumerate(old, 1):
            button = turn.event.button
            if turn.pressed and not self.offers(button):
                return f"With this setting the button of message {number} is not offered ({button})."
            await self.play(msgspec.structs.replace(turn.event, understood=None))
        return ""

    def back(self) -> None:
        """Take the last turn back."""
        if self.turns:
            self._direct.go_back(self.turns.pop().before)

    def restart(self) -> None:
        """Begin again with nothing said."""
        self.turns = []
        self._begin(self.setting)

    async def enter(self, flow: str) -> Turn:
        """Go to a flow, as a button of ours that leads there does."""
        name = f"{ENTERED}{len(self.turns)}"
        return await self.play(MessageReceived(name, 0, kind="button", button=f"{AHEAD}{flow}"))
