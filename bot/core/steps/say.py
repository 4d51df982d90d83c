"""``say``: tell something, with what the country, region or age band adds."""

from __future__ import annotations

from bot.core.flow import Flow, Say
from bot.core.library import COUNTRIES
from bot.core.runner import STEPS, enter, go, place
from bot.core.turn import Turn

OVERLAY = "overlay"


def run(turn: Turn, flow: Flow, step: Say) -> bool:
    """Say the base at once; where the rest depends on an unknown country, ask for it, then say the rest."""
    by_country = any(key[:2] in COUNTRIES for key in step.overlay)
    if turn.conversation.stack[-1].part == OVERLAY:
        turn.say(flow.id, step.id, place(turn, step))
        return go(turn, step.next)
    if by_country and not turn.conversation.country and not turn.mute:
        turn.say(flow.id, step.id, step.say)
        turn.move(part=OVERLAY)
        enter(turn, "country")
        return False
    turn.say(flow.id, step.id, step.say + place(turn, step))
    return go(turn, step.next)


STEPS[Say] = run
