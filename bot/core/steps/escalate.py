"""``escalate``: put the conversation into the queue of the caseworkers, or raise the case that is open."""

from __future__ import annotations

from bot.core.cases import escalate
from bot.core.flow import Escalate, Flow
from bot.core.runner import STEPS, go
from bot.core.turn import Turn


def run(turn: Turn, flow: Flow, step: Escalate) -> bool:
    """Escalate and go on."""
    escalate(turn, step.level, step.topic or flow.topic or "human")
    return go(turn, step.next)


STEPS[Escalate] = run
