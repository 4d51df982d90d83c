"""``act``: what only the engine can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from bot.core import held, survey
from bot.core.cases import escalate
from bot.core.conversation import Conversation
from bot.core.effects import CancelTimer, EraseContact, HideChat
from bot.core.flow import Act, Flow
from bot.core.risk import CHECK_TIMER, alarm
from bot.core.runner import STEPS, enter, go, leave, tell
from bot.core.turn import Turn
from bot.core.understood import SERIOUS, RiskFinding

UNSAFE: Final = RiskFinding(risk="danger", level="T1", care="alarm", rule="said-not-safe")
"""The contact answered that they are not safe, and what the first sign was is no longer known."""


def hide(turn: Turn) -> bool:
    """Answer with something harmless, delete what can be deleted, and be silent until the contact writes."""
    tell(turn, "hidden")
    turn.emit(HideChat())
    survey.drop(turn)
    if turn.conversation.case:
        turn.update(case=msgspec.structs.replace(turn.conversation.case, spared=True))
    turn.update(hidden=True, stack=(), trail=(), offered=(), deferred=(), recent=(), misses=0)
    return True


def erase(turn: Turn) -> bool:
    """Erase everything; an open T0 or T1 case stays under its own retention, and the contact is told so."""
    check = turn.conversation.check
    if check:  # nobody has answered yet whether they are safe, and nothing else would remember that it was asked
        escalate(turn, check.level, check.risk, msgspec.structs.replace(check, care="alarm"))
    old = turn.conversation
    kept = old.case if old.case and old.case.open and old.case.level in SERIOUS else None
    tell(turn, "erased_kept" if kept else "erased")
    turn.emit(EraseContact(kept.id if kept else ""))
    turn.conversation = Conversation(ref=old.ref, channel=old.channel, case=kept)
    return True


def restart(turn: Turn) -> bool:
    """Begin again for somebody new: all is forgotten, replies held for another person too, but never an open case."""
    old = turn.conversation
    turn.conversation = Conversation(
        ref=old.ref,
        channel=old.channel,
        locale=old.locale,
        case=old.case,
        check=old.check,
        alarmed_at=old.alarmed_at,
        last_at=old.last_at,
    )
    enter(turn, "welcome")
    return False


def menu(turn: Turn) -> bool:
    """Leave everything and show the menu."""
    turn.update(stack=(), misses=0)
    enter(turn, "menu")
    return False


def not_safe(turn: Turn) -> bool:
    """Turn the gentle check into an alarm."""
    return alarm(turn, turn.conversation.check or UNSAFE)


def safe(turn: Turn) -> bool:
    """End the gentle check. An open case is not touched: who holds the phone may not be the child."""
    turn.update(check=None)
    turn.emit(CancelTimer(CHECK_TIMER))
    return False


def answer_first(turn: Turn) -> bool:
    """Answer what was asked before another question had to come first."""
    waiting = turn.conversation.deferred
    turn.update(deferred=())
    ended, case = turn.conversation.stack[-1].flow, turn.conversation.case
    leave(turn)
    if ended == "who_is_there":
        held.same(turn)
        if case and case.talking:
            return True  # the question goes to the person who talks
    if waiting and waiting[0] in turn.library.flows:
        enter(turn, waiting[0])
    elif not turn.conversation.stack:
        enter(turn, "menu")
    return False


ACTS: Final[dict[str, Callable[[Turn], bool]]] = {
    "hide": hide,
    "erase": erase,
    "restart": restart,
    "menu": menu,
    "alarm": not_safe,
    "safe": safe,
    "answer_first": answer_first,
    "helped": survey.helped,
}
"""Name of an act → what does it; True when the turn ends here."""

STAYS: Final = frozenset({"safe", "helped"})
"""Acts after which the flow goes on with its next step."""


def run(turn: Turn, _flow: Flow, step: Act) -> bool:
    """Do it."""
    stop = ACTS[step.act](turn)
    if step.act in STAYS:
        return go(turn, step.next)
    return stop


STEPS[Act] = run
