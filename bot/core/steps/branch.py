"""``branch``: go on by what is known."""

from __future__ import annotations

from bot.core.flow import Branch, Flow
from bot.core.runner import STEPS, go
from bot.core.turn import Turn

UNKNOWN = "unknown"


def value_of(turn: Turn, name: str) -> str:
    """Return what is known under a name, as text; ``unknown`` where nothing is."""
    conversation = turn.conversation
    case = conversation.case if conversation.case and conversation.case.open else None
    known: object
    match name:
        case "country" | "region" | "audience" | "channel":
            known = getattr(conversation, name)
        case "locale":
            known = turn.locale
        case "hidden" | "welcomed":
            known = "yes" if getattr(conversation, name) else "no"
        case "case":
            known = "yes" if case else "no"
        case "level":
            known = case.level if case else ""
        case "waiting":
            known = "yes" if case and not case.talking else "no"
        case _:
            known = conversation.slots.get(name, "")
    return str(known) if known != "" else UNKNOWN


def run(turn: Turn, _flow: Flow, step: Branch) -> bool:
    """Take the first arm whose conditions all hold; without one, the flow ends."""
    for arm in step.branch:
        if all(value_of(turn, name) in wanted for name, wanted in arm.when.items()):
            return go(turn, arm.next)
    return go(turn, step.next)


STEPS[Branch] = run
