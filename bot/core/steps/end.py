"""``end``: end this flow."""

from __future__ import annotations

from bot.core.flow import End, Flow
from bot.core.runner import STEPS, leave
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, _step: End) -> bool:
    """Leave the flow; what is below goes on."""
    leave(turn)
    return False


STEPS[End] = run
