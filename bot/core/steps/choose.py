"""``choose``: offer choices, by button, by number or by typing the label."""

from __future__ import annotations

import msgspec

from bot.core.effects import Button, TextRef
from bot.core.flow import Choice, Choose, Flow
from bot.core.runner import STEPS, cuts, enter, go, leave, title_button
from bot.core.turn import Turn

TRAIL = 10


def run(turn: Turn, flow: Flow, step: Choose) -> bool:
    """Ask, and wait; a side question that has been answered asks nothing of its own."""
    if cuts(turn, flow):
        turn.update(deferred=(flow.id,))
        leave(turn)
        return False
    # A language is offered only where it is whole, and not asked for where there is just one.
    open_ = [choice for choice in step.choose if choice.set.get("locale", "en") in turn.library.locales]
    if len(open_) == 1 < len(step.choose):
        return go(turn, open_[0].next or step.next)
    buttons = tuple(
        Button(f"{flow.id}/{step.id}/{choice.id}", TextRef(f"{flow.id}/{step.id}", choice.label)) for choice in open_
    )
    offered = (title_button(turn, name) for name in turn.conversation.deferred if name in turn.library.flows)
    extra = tuple(button for button in offered if turn.library.text(turn.locale, button.label) is not None)
    if extra:
        buttons = (*extra, *buttons) if flow.id == "unsure" else (*buttons, *extra)
        if flow.id != "unsure":
            turn.update(deferred=())
    turn.say(flow.id, step.id, (step.text,), buttons)
    return True


def pick(turn: Turn, step: Choose, choice: Choice) -> None:
    """Take a choice of the question that is open, and go where it leads."""
    conversation = turn.conversation
    trail = (*conversation.trail, conversation.stack)[-TRAIL:]
    turn.update(trail=trail, misses=0, deferred=(), offered=())
    for name, value in choice.set.items():
        remember(turn, name, value)
    if choice.flow:
        turn.pop()
        enter(turn, choice.flow, again=conversation.stack[-1].again)
    else:
        go(turn, choice.next or step.next)


FIELDS = frozenset({"locale", "country", "region", "audience"})


def remember(turn: Turn, name: str, value: str) -> None:
    """Keep what was chosen: in a field of the conversation, or in a slot; figures as a number, for age bands."""
    if name == "welcomed":
        turn.update(welcomed=value not in {"", "no", "false"})
    elif name == "locale":
        turn.update(locale=value, chosen=True)
    elif name in FIELDS:
        turn.conversation = msgspec.structs.replace(turn.conversation, **{name: value})
        if name == "country":
            turn.update(region="")
    else:
        number = int(value) if value.isascii() and value.isdecimal() else value
        turn.update(slots={**turn.conversation.slots, name: number})


STEPS[Choose] = run
