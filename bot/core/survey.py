"""One question after a case is closed: did it help? With faces, so that whoever reads little can answer.

Rules:

1. It is asked once in the life of a case, after it was closed by a person, and an answer is never asked for again.
2. Never where the case was T0 or T1 at any time, is about a risk, or the chat was hidden in it: who holds the phone
   may not be the child.
3. Never while nothing may be sent: hidden, blocked, quiet, in doubt who is there, or out of the channel's window.
4. At night it waits for the morning, and is dropped when the contact writes before.
5. Any other text is a message like any other, and reopens the case as always.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core import answers
from bot.core.conversation import Conversation
from bot.core.effects import CancelTimer, NoteHelped, StartTimer
from bot.core.events import MessageReceived, TimerFired
from bot.core.held import LONG_SILENCE_MS, WHO
from bot.core.runner import enter, run
from bot.core.turn import Turn
from bot.core.understood import RISKS
from nlu.text.normalise import normalise

FLOW: Final = "survey"
"""The flow that asks; a locale without it is asked nothing."""
TIMER: Final = "survey"
SLOT: Final = "helped"
"""What the flow sets: 1 no, 2 a little, 3 yes."""
WINDOWS: Final = {"whatsapp": 23 * 3_600_000}
"""How long after the contact's last message a channel lets us write of our own accord, in milliseconds, with room."""
FACES: Final = {"yes": "🙂😊😀😃😄👍❤", "little": "😐😕🤷", "no": "🙁☹😞😢😭👎"}
"""Choice of the flow → faces that a contact may type for it."""
TRIM: Final = "\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff "
"""What belongs to an emoji and says nothing: its looks and its tone of skin."""


def begin(turn: Turn, ask_at: int) -> None:
    """Ask now, or start the timer that asks.

    Args:
        turn: The turn in which a case was closed.
        ask_at: The earliest time (ms) at which the contact may be asked; 0: never.
    """
    case = turn.conversation.case
    if case is None or case.survey or not ask_at or not _may(turn, max(ask_at, turn.event.at)):
        return
    if ask_at > turn.event.at:
        turn.update(case=msgspec.structs.replace(case, survey="later"))
        turn.emit(StartTimer(TIMER, TIMER, ask_at, case.id))
    else:
        _ask(turn)


def due(turn: Turn, event: TimerFired) -> None:
    """Ask in the morning, where nothing came between."""
    case = turn.conversation.case
    if case is None or case.id != event.escalation or case.survey != "later":
        return
    if event.night or not _may(turn, event.at):
        turn.update(case=msgspec.structs.replace(case, survey=""))
    else:
        _ask(turn)


def drop(turn: Turn) -> None:
    """Do not ask after all: the contact wrote, or hid the chat, before the morning came."""
    case = turn.conversation.case
    if case and case.survey == "later":
        turn.update(case=msgspec.structs.replace(case, survey=""))
        turn.emit(CancelTimer(TIMER))


def answer(turn: Turn, event: MessageReceived) -> str:
    """Return the payload of the choice that a text names, where the question is open; else an empty text.

    Only what is plainly an answer: a label, its number or a face. "No, I am still hungry" is a message for people.
    """
    conversation = turn.conversation
    asks = bool(conversation.stack) and conversation.stack[-1].flow == FLOW
    if not asks or event.kind not in {"text", "button"} or event.edited:
        return ""
    offered = conversation.offered
    number = answers.number_of(event.text)
    if number is not None:
        return offered[number - 1].payload if 1 <= number <= len(offered) else ""
    signs = {sign for sign in event.text if sign not in TRIM}
    face = next((name for name, faces in FACES.items() if signs and signs <= set(faces)), "")
    typed = _bare(normalise(event.text)) if len(event.text) <= answers.LONGEST else ""
    for button in offered:
        same = typed and _bare(answers.label_of(turn.library, turn.locale, button)) == typed
        if same or (face and button.payload.endswith(f"/{face}")):
            return button.payload
    return ""


def _bare(label: str) -> str:
    """Return a folded label without its face."""
    return label.strip("".join(FACES.values()) + TRIM)


def helped(turn: Turn) -> bool:
    """Write down what was answered, where the case is still closed. Never ends the turn."""
    conversation = turn.conversation
    case, value = conversation.case, conversation.slots.get(SLOT)
    turn.update(slots={name: kept for name, kept in conversation.slots.items() if name != SLOT})
    asked = case is not None and not case.open and not case.spared and case.survey == "asked"
    if case and asked and isinstance(value, int) and 1 <= value <= 3:  # noqa: PLR2004 - no, a little, yes
        turn.emit(NoteHelped(case.id, value))
    return False


def _may(turn: Turn, at: int) -> bool:
    conversation = turn.conversation
    case = conversation.case
    if case is None or case.open or case.spared or case.quiet or case.level < "T2" or case.topic in RISKS:
        return False
    silent = conversation.hidden or conversation.blocked or conversation.held or conversation.held_flows
    if silent or conversation.check or conversation.slots.get(WHO) or not _reached(conversation, at):
        return False
    if conversation.last_at > case.resolved_at:
        return False
    return FLOW in turn.library.flows and turn.library.has(turn.locale, FLOW)


def _reached(conversation: Conversation, at: int) -> bool:
    window = WINDOWS.get(conversation.channel, LONG_SILENCE_MS)
    return bool(conversation.last_at) and at - conversation.last_at < window


def _ask(turn: Turn) -> None:
    case = turn.conversation.case
    if case:
        turn.update(case=msgspec.structs.replace(case, survey="asked"), deferred=(), stack=(), trail=(), misses=0)
        enter(turn, FLOW)
        run(turn)
