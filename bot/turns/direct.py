"""One conversation in memory, for ``ucare play`` and ``ucare chat``, golden transcripts and tests.

It goes through the same ``compute`` as the worker, with the state stored and loaded again between all turns. Time
stands still unless it is told to pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from bot.core import codec
from bot.core.conversation import Conversation
from bot.core.effects import AnyEffect, OpenEscalation, RaiseEscalation, SendMessage, SendReply
from bot.core.escalation import Escalation, Verb, change
from bot.core.events import (
    AnyEvent,
    CaseworkerReplied,
    CaseworkerSentFlow,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
    Kind,
    MessageReceived,
    TimerFired,
)
from bot.core.library import Library
from bot.ports.basics import Understanding
from bot.ports.channels import Outgoing
from bot.ports.partitions import Commit, InboxEntry, Snapshot, Timer
from bot.teams.presence import Presence
from bot.turns.compute import Computed, compute
from bot.turns.performer import Shell
from bot.turns.think import Thinker

REF: Final = "direct"
START: Final = 1_767_706_200_000
"""13:30 UTC on Tuesday, 6 January 2026 (ms): the same in every run, and every help line is open."""
STEP_MS: Final = 1000
"""How much time passes between two inputs."""
CASEWORKER: Final = "caseworker"

Output = dict[str, Any]
"""One line of ``ucare play``, as design section 10 says."""


class Kept(msgspec.Struct, frozen=True):
    """Everything that a conversation in memory is, to go back to it."""

    conversation: bytes
    case: bytes
    timers: dict[str, Timer]
    count: int
    now: int
    offered: tuple[str, ...]


class DirectConversation:
    """Feeds one contact's inputs and returns what the contact and the caseworkers get."""

    def __init__(  # noqa: PLR0913 - each of them is something a person may choose on the command line
        self,
        library: Library,
        understanding: Understanding,
        *,
        channel: str = "webchat",
        locale: str = "",
        country: str = "",
        audience: str = "",
        now: int = START,
        presence: Presence | None = None,
    ) -> None:
        """Begin at a time (ms). With locale, country and audience all given, it starts after the welcome.

        ``presence`` are the teams and who works; None: nothing is said of hours.
        """
        self._shell = Shell(library, presence=presence)
        self._thinker = Thinker(understanding)
        self._channel = channel
        self._stored = b""
        self._case = b""
        self._timers: dict[str, Timer] = {}
        self._count = 0
        self.now = now
        self._turns: list[Computed] = []
        self.commit: Commit | None = None
        self._last: tuple[str, ...] = ()
        if locale or country or audience:
            whole = bool(locale and country and audience)
            self._store(
                Conversation(
                    REF, channel, locale=locale, chosen=bool(locale), country=country, audience=audience,
                    welcomed=whole, last_at=self.now if whole else 0,
                )
            )  # fmt: skip

    @property
    def conversation(self) -> Conversation | None:
        """The state, loaded from its stored bytes."""
        return codec.decode_conversation(self._stored) if self._stored else None

    @property
    def escalation(self) -> Escalation | None:
        """The escalation, loaded from its stored bytes."""
        return codec.decode_escalation(self._case) if self._case else None

    def drain(self) -> tuple[AnyEffect, ...]:
        """Return the effects of all turns since the last call, for golden transcripts."""
        return tuple(effect for computed in self.turns() for effect in computed.effects)

    def turns(self) -> tuple[Computed, ...]:
        """Return all turns since the last call of this or of ``drain``."""
        found, self._turns = tuple(self._turns), []
        return found

    def use(self, library: Library) -> None:
        """Go on with another library."""
        self._shell = msgspec.structs.replace(self._shell, library=library)

    def keep(self) -> Kept:
        """Return everything that the conversation is now."""
        return Kept(self._stored, self._case, dict(self._timers), self._count, self.now, self._last)

    def go_back(self, kept: Kept) -> None:
        """Be again what the conversation was."""
        self._stored, self._case, self._timers = kept.conversation, kept.case, dict(kept.timers)
        self._count, self.now, self._last = kept.count, kept.now, kept.offered

    @property
    def offered(self) -> Sequence[str]:
        """The labels last shown, in order."""
        return self._last

    async def feed(self, text: str, *, kind: Kind = "text", edited: bool = False) -> list[Output]:
        """Let the contact write a text (a label and a number are texts, too), or send another kind with a caption."""
        return await self._receive(MessageReceived(*self._stamp(), text=text, kind=kind, edited=edited))

    async def start(self, payload: str = "") -> list[Output]:
        """Let the contact open the chat, by a deep link with a payload or without one."""
        return await self._receive(MessageReceived(*self._stamp(), text="/start", start=payload))

    async def receive(self, event: MessageReceived) -> list[Output]:
        """Take what a channel received, as if it came now."""
        return await self._receive(msgspec.structs.replace(event, at=self._stamp()[1]))

    async def press(self, label: str) -> list[Output]:
        """Let the contact press the button that shows a label.

        Raises:
            LookupError: No such button was shown last.
        """
        conversation = self.conversation
        offered = conversation.offered if conversation else ()
        for button, shown in zip(offered, self._last, strict=False):
            if label in {shown, button.payload}:
                return await self._receive(MessageReceived(*self._stamp(), kind="button", button=button.payload))
        msg = f"No button {label!r}; there are: {', '.join(self._last) or 'none'}."
        raise LookupError(msg)

    async def claim(self) -> list[Output]:
        """Let a caseworker take the escalation."""
        case = self._verb("claim")
        return await self._turn(EscalationTaken(*self._stamp(), case.id, CASEWORKER))

    async def reply(self, text: str) -> list[Output]:
        """Let the caseworker write."""
        case = self._verb("reply")
        event = CaseworkerReplied(*self._stamp(), case.id, f"reply{self._count}", text, CASEWORKER)
        return await self._turn(event)

    async def send_flow(self, flow: str) -> list[Output]:
        """Let the caseworker send a flow, or start a form."""
        case = self._verb("reply")
        event = CaseworkerSentFlow(*self._stamp(), case.id, flow, CASEWORKER, f"flow{self._count}")
        return await self._turn(event)

    async def hand_back(self) -> list[Output]:
        """Let the caseworker put the case back into the queue."""
        case = self._verb("release")
        return await self._turn(EscalationHandedBack(*self._stamp(), case.id))

    async def resolve(self) -> list[Output]:
        """Let the caseworker close the case."""
        case = self._verb("resolve")
        return await self._turn(EscalationResolved(*self._stamp(), case.id))

    async def wait(self, ms: int) -> list[Output]:
        """Let time pass; timers that become due fire in their order."""
        until, found = self.now + ms, []
        while due := sorted((t.due, t.id) for t in self._timers.values() if t.due <= until):
            timer = self._timers.pop(due[0][1])
            self.now = max(self.now, timer.due)
            self._count += 1
            found += await self._turn(
                TimerFired(f"timer:{self._count}", self.now, timer.id, timer.kind, timer.escalation)
            )
        self.now = until
        return found

    def _stamp(self) -> tuple[str, int]:
        self._count += 1
        self.now += STEP_MS
        return f"event{self._count}", self.now

    def _verb(self, verb: Verb) -> Escalation:
        case = self.escalation
        if case is None:
            msg = "There is no escalation."
            raise LookupError(msg)
        self._case = codec.encode_escalation(change(case, verb, at=self.now, by=CASEWORKER))
        return case

    def _store(self, conversation: Conversation | None) -> None:
        self._stored = codec.encode(conversation) if conversation else b""

    async def _receive(self, event: MessageReceived) -> list[Output]:
        return await self._turn(await self._thinker.think(event, self.conversation))

    async def _turn(self, event: AnyEvent) -> list[Output]:
        event = codec.decode_event(codec.encode(event))
        entry = InboxEntry(event.id, REF, self._channel, event)
        computed = compute(entry, Snapshot(self.conversation, self.escalation), None, self._shell)
        self._take(computed)
        return self._outputs(computed)

    def _take(self, computed: Computed) -> None:
        commit = computed.commit
        self.commit = commit
        self._turns.append(computed)
        self._store(commit.conversation)
        if commit.erase:
            self._timers.clear()
            if not commit.keep_escalation:
                self._case = b""
        if commit.escalation:
            self._case = codec.encode_escalation(commit.escalation)
        for name in commit.cancel_timers:
            self._timers.pop(name, None)
        for timer in commit.start_timers:
            self._timers[timer.id] = timer

    def _outputs(self, computed: Computed) -> list[Output]:
        """Return what went out, in the order of the effects; a message that ``hide`` held back is not there."""
        found: list[Output] = []
        for effect, message in outcomes(computed):
            if isinstance(effect, OpenEscalation | RaiseEscalation):
                found.append({"escalation": self._escalation(effect)})
            elif message:
                found.append({"message": self._message(message)})
        return found

    def _message(self, message: Outgoing) -> Output:
        choices = [button.label for button in message.buttons]
        if choices:
            self._last = tuple(choices)
        shown: Output = {
            "text": message.text, "choices": choices, "locale": message.locale, "flow": message.flow,
            "step": message.step,
        }  # fmt: skip
        if message.who != "bot":
            shown["who"] = message.who
        if message.urgent:
            shown["urgent"] = True
        return shown

    def _escalation(self, effect: OpenEscalation | RaiseEscalation) -> Output:
        case = self.escalation
        finding = effect.finding
        return {
            "level": effect.level,
            "topic": effect.topic,
            "raised": isinstance(effect, RaiseEscalation),
            "pseudonym": case.pseudonym if case else "",
            "rule": finding.rule if finding else "",
            "concepts": list(finding.concepts) if finding else [],
        }


def outcomes(computed: Computed) -> Iterator[tuple[AnyEffect, Outgoing | None]]:
    """Yield the effects of a turn in their order, each with the message that was rendered from it and went out."""
    messages = [d.outgoing for d in computed.commit.deliver if d.outgoing]
    for effect in computed.effects:
        said = isinstance(effect, SendMessage | SendReply) and messages and came_from(effect, messages[0])
        yield effect, messages.pop(0) if said else None


def came_from(effect: SendMessage | SendReply, message: Outgoing) -> bool:
    """Whether a message was rendered from an effect."""
    if isinstance(effect, SendReply):
        return message.who == "caseworker"
    return (message.flow, message.step) == (effect.flow, effect.step)


def as_line(output: Output) -> str:
    """Return one output as the JSON line that ``ucare play`` prints."""
    return msgspec.json.encode(output).decode()
