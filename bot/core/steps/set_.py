"""``set``: remember something."""

from __future__ import annotations

from bot.core.flow import Flow, Set
from bot.core.runner import STEPS, go
from bot.core.steps.choose import remember
from bot.core.turn import Turn


def run(turn: Turn, _flow: Flow, step: Set) -> bool:
    """Keep the values and go on."""
    for name, value in step.set.items():
        remember(turn, name, value)
    return go(turn, step.next)


STEPS[Set] = run
