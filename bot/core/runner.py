"""Walks through flows: runs steps until one of them waits for the contact.

Rules:

1. A flow that was entered by a ``link`` gives back to the step after the link.
2. A side question is answered up to its own first question; then the question below is asked again.
3. A step or flow that is gone (an author changed the file) is left without a word; what is below goes on.
4. The menu and the closing offer wait until a new contact has been asked what is still missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bot.core.conversation import Frame
from bot.core.effects import Button, TextRef
from bot.core.flow import Ask, Choose, Flow, Link, Say, Statement
from bot.core.turn import Turn
from bot.core.understood import RISKS
from bot.errors import FlowError

Runner = Callable[[Turn, Flow, Any], bool]
"""Runs one step; True when it waits for the contact."""

STEPS: Final[dict[type, Runner]] = {}
"""Kind of step → what runs it. Filled by ``bot.core.steps``."""

LIMIT: Final = 100
"""Steps in one turn; more means a loop without a question."""

FRESH: Final = "fresh"
"""A frame that was pushed but has not run yet."""

WHOLE: Final = frozenset({
    "human", "menu", "change_language", "change_country", "delete_data", "hide", "allegation", *RISKS,
})  # fmt: skip
"""Topics whose flow is run whole, even as a side question: they do something, and do not only tell."""

OFFERS: Final = frozenset({"closing", "menu"})


def enter(turn: Turn, flow_id: str, *, again: bool = False) -> None:
    """Enter a flow on top of the stack, in the contact's language or with a kind word about it.

    Raises:
        FlowError: There is no such flow.
    """
    library = turn.library
    flow = library.flows.get(flow_id)
    if flow is None:
        msg = f"There is no flow {flow_id!r}."
        raise FlowError(msg)
    if not library.has(turn.locale, flow_id):
        flow = library.flows["no_language"]
    missing = flow_id in OFFERS and not turn.conversation.welcomed
    turn.push(Frame(flow.id, flow.first, part=FRESH if missing else "", again=again))
    if flow.id in {"welcome", "rest"}:
        turn.update(welcomed=True)
    if missing:
        enter(turn, "rest")


def run(turn: Turn) -> None:
    """Run steps until one waits, or until every flow has ended.

    Raises:
        FlowError: The flows go round without ever asking anything.
    """
    for _ in range(LIMIT):
        if not turn.conversation.stack:
            return
        frame = turn.conversation.stack[-1]
        flow = turn.library.flows.get(frame.flow)
        step = flow.steps.get(frame.step) if flow else None
        if flow is None or step is None:
            turn.pop()
            continue
        if frame.part == FRESH:
            turn.move(part="")
        if STEPS[type(step)](turn, flow, step):
            return
    msg = f"The flow {turn.conversation.stack[-1].flow!r} goes round without asking anything."
    raise FlowError(msg)


def go(turn: Turn, step: str) -> bool:
    """Go on to a step of the same flow, or leave the flow where there is none. Never waits."""
    if step:
        turn.move(step=step, part="")
    else:
        leave(turn)
    return False


def leave(turn: Turn) -> None:
    """Leave the innermost flow and let the one below go on, or ask its question again."""
    ended = turn.pop()
    stack = turn.conversation.stack
    if ended is None or not stack:
        return
    below = stack[-1]
    flow = turn.library.flows.get(below.flow)
    step = flow.steps.get(below.step) if flow else None
    if ended.again and isinstance(step, Choose | Ask):
        tell(turn, "resume")
        return
    if isinstance(step, Link) and below.part != FRESH:
        go(turn, step.next)


def tell(turn: Turn, flow_id: str, *, urgent: bool = False) -> None:
    """Say the texts of a flow that only says, without entering it."""
    for step in turn.library.flows[flow_id].steps.values():
        if isinstance(step, Say):
            added = place(turn, step)
            turn.say(flow_id, step.id, step.say + added, urgent=urgent)


def place(turn: Turn, step: Say) -> tuple[Statement, ...]:
    """Return the statements that an overlay adds here: the most specific place, then the age band."""
    conversation = turn.conversation
    overlay = step.overlay
    if not overlay:
        return ()
    added = overlay.get(conversation.region) or overlay.get(conversation.country) or ()
    age = conversation.slots.get("age")
    if isinstance(age, int | float):
        for key, statements in overlay.items():
            if key.startswith("age:"):
                low, _, high = key[4:].partition("-")
                if float(low) <= age <= float(high or low):
                    added = (*added, *statements)
    return added


def title_button(turn: Turn, flow_id: str) -> Button:
    """Return the button that enters a flow, labelled with its title."""
    return Button(f"!flow:{flow_id}", TextRef(flow_id, turn.library.flows[flow_id].title))


def cuts(turn: Turn, flow: Flow) -> bool:
    """Whether the question of a side flow is left out, because the side question has been answered."""
    frame = turn.conversation.stack[-1]
    return frame.again and turn.said and bool(flow.topic) and flow.topic not in WHOLE
