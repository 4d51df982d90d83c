"""The first message of a contact, and the first one after ``hide`` or after a long silence."""

from __future__ import annotations

from typing import Final

from bot.core.events import MessageReceived
from bot.core.handlers import choices, media, routing
from bot.core.runner import enter, run
from bot.core.turn import Turn

OPENINGS: Final = frozenset({"greet", "menu"})
"""A first message about one of these asks nothing yet."""

LONG_SILENCE_MS: Final = 7 * 24 * 3_600_000
"""After so long somebody else may hold the phone: numbers are recycled and phones shared."""


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


def come_back(turn: Turn, event: MessageReceived) -> None:
    """Answer again after ``hide``; replies that waited are sent now."""
    held = turn.conversation.held
    turn.update(held=())
    for reply in held:
        turn.emit(reply)
    begin_again(turn, event)


def begin_again(turn: Turn, event: MessageReceived) -> None:
    """Treat the message as the first of a new talk, without welcoming again."""
    if event.button:
        choices.press(turn, event)
    elif event.start or event.text.startswith("/"):
        choices.obey(turn, event)
    elif event.kind not in {"text", "button"}:
        media.receive(turn, event)
    elif turn.conversation.case and turn.conversation.case.talking:
        return
    else:
        routing.route(turn, event)


def ask_who(turn: Turn, event: MessageReceived, last_at: int) -> bool:
    """After a long silence ask who is there before anything of before is shown; True when that was done.

    ``last_at`` is when the contact had written before this message, in milliseconds.
    """
    if not last_at or event.at - last_at < LONG_SILENCE_MS:
        return False
    topic = routing.sure_topic(turn, event.understood)
    flow = turn.library.find(topic, turn.conversation.audience, turn.conversation.country) if topic else None
    turn.update(stack=(), trail=(), offered=(), held=(), deferred=(flow,) if flow else ())
    enter(turn, "who_is_there")
    run(turn)
    return True
