"""What caseworkers wrote while nothing could be sent, and when it goes out.

It goes out with the contact's next message, whatever that is about, but not before it is known who holds the phone.
"""

from __future__ import annotations

from typing import Final

from bot.core.turn import Turn

LONG_SILENCE_MS: Final = 7 * 24 * 3_600_000
"""After so long somebody else may hold the phone: numbers are recycled and phones shared."""

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
    return bool(turn.conversation.held and turn.conversation.slots.get(WHO))


def give(turn: Turn, last_at: int) -> None:
    """Send what is held, or keep it where it is not known who writes after ``last_at``, in milliseconds."""
    if turn.conversation.held and silent_long(last_at, turn.event.at):
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
