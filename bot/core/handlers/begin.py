"""The first message of a contact, and the first one after ``hide`` or after a long silence."""

from __future__ import annotations

from typing import Final

from bot.core import held
from bot.core.events import MessageReceived
from bot.core.handlers import choices, media, people, routing
from bot.core.runner import enter, run
from bot.core.turn import Turn

OPENINGS: Final = frozenset({"greet", "menu"})
"""A first message about one of these asks nothing yet."""


def begin(turn: Turn, event: MessageReceived) -> None:
    """Welcome somebody new; a question that stands in the first message is answered first."""
    understood = event.understood
    if event.start or (event.text.startswith("/") and not event.button):
        choices.obey(turn, event)
    elif event.button:
        choices.press(turn, event)
    elif event.kind not in {"text", "button"}:
        routing.greet_once(turn)
        media.receive(turn, event)
    elif not event.text.strip() or understood is None or routing.sure_topic(turn, understood) in OPENINGS:
        enter(turn, "welcome")
        run(turn)
    else:
        routing.route(turn, event)


def asks_to_hide(turn: Turn, event: MessageReceived) -> bool:
    """Whether a message is the word or the command for hiding, and nothing else: it is obeyed in every state."""
    if event.button or event.start:
        return False
    if event.text.startswith("/"):
        return choices.command_of(event.text) == "hide"
    return routing.nav_word(turn, event.text) == "hide"


def come_back(turn: Turn, event: MessageReceived) -> None:
    """Answer again after ``hide``: the message is the first of a new talk, without welcoming again."""
    case = turn.conversation.case
    if event.button:
        choices.press(turn, event)
    elif event.start or event.text.startswith("/"):
        choices.obey(turn, event)
    elif case and case.talking:
        people.pass_on(turn, event)
    elif event.kind not in {"text", "button"}:
        media.receive(turn, event)
    else:
        routing.route(turn, event)


def _still_in_doubt(turn: Turn, event: MessageReceived) -> bool:
    """Whether replies are held for a contact who is not known, and no flow that matters would be broken off."""
    stack, case = turn.conversation.stack, turn.conversation.case
    answers = event.button.startswith(f"{people.WHO_FLOW}/")
    if not held.waits(turn) or answers or any(frame.flow == people.WHO_FLOW for frame in stack):
        return False
    return not stack or stack[-1].flow in routing.LIGHT or bool(case and case.talking)


def ask_who(turn: Turn, event: MessageReceived, last_at: int) -> bool:
    """After a long silence ask who is there before anything of before is shown; True when that was done.

    Where a danger had to come first, it is asked afterwards, as long as replies are held for the contact.
    ``last_at`` is when the contact had written before this message, in milliseconds.
    """
    if not held.silent_long(last_at, event.at) and not _still_in_doubt(turn, event):
        return False
    held.doubt(turn)
    topic = routing.sure_topic(turn, event.understood)
    flow = turn.library.find(topic, turn.conversation.audience, turn.conversation.country) if topic else None
    turn.update(stack=(), trail=(), offered=(), deferred=(flow,) if flow else ())
    enter(turn, people.WHO_FLOW)
    run(turn)
    return True
