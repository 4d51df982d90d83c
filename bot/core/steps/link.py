"""``link``: enter another flow and come back."""

from __future__ import annotations

from bot.core.flow import Flow, Link
from bot.core.runner import STEPS, enter, leave
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, step: Link) -> bool:
    """Enter the flow; a side question has no closing of its own."""
    if step.flow == "closing" and turn.conversation.stack[-1].again:
        leave(turn)
    else:
        enter(turn, step.flow)
    return False


STEPS[Link] = run
