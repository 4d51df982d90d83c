"""``link``: enter another flow and come back."""

from __future__ import annotations

from bot.core.flow import Flow, Link
from bot.core.runner import OFFERS, STEPS, enter, go, leave, tell
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, step: Link) -> bool:
    """Enter the flow; a side question has no closing of its own, and nothing is offered while a person talks."""
    if step.flow in OFFERS and (turn.talking or (step.flow == "closing" and turn.conversation.stack[-1].again)):
        leave(turn)
    elif step.flow == "waiting" and turn.talking:
        tell(turn, "taken")  # who asks for a person while one is talking is told so
        go(turn, step.next)
    else:
        enter(turn, step.flow)
    return False


STEPS[Link] = run
