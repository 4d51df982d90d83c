"""Finds what answers a free text: sure → the flow; unsure → "Did you mean …?"; nothing → menu and person."""

from __future__ import annotations

import re
from typing import Final

from bot.core import answers
from bot.core.effects import Button, TextRef
from bot.core.events import MessageReceived
from bot.core.flow import Choose
from bot.core.runner import enter, run, tell
from bot.core.turn import Turn
from bot.core.understood import RISKS, Ranked, Understood

LIGHT: Final = frozenset({
    "closing", "menu", "unsure", "lost", "no_flow", "nlu_down", "no_language", "kind.voice", "kind.picture",
    "kind.video", "kind.sticker", "kind.location", "kind.contact", "kind.document", "kind.unknown", "set_aside",
    "unsupported", "survey",
})  # fmt: skip
"""Flows that only offer something: a new question replaces them and does not come back to them."""

ANSWERS: Final = frozenset({"affirm", "deny"})
"""Topics that mean something only as an answer."""

SUGGESTIONS: Final = 3
SWITCH: Final = 0.8
"""From this confidence on (0 to 1) another language than the conversation's is taken for one and offered."""

_AROUND: Final = re.compile(r"^\W+|\W+$")
"""Quotation marks and the like: our texts say: write “hide”."""


def route(turn: Turn, event: MessageReceived, *, again: bool = False) -> None:
    """Answer a free text, on top of the question that is open where ``again``."""
    if navigate(turn, event.text):
        return
    understood = event.understood or Understood(nlu=False)
    greet_once(turn)
    if offer_language(turn, understood):
        return
    best = topics(understood)
    if best and best[0].confidence >= turn.library.sure:
        open_topic(turn, best[0].topic, again=again)
    elif best and best[0].confidence >= turn.library.maybe:
        suggest(turn, best, again=again)
    elif not understood.nlu:
        replace(turn, "nlu_down", again=again)
    else:
        turn.update(misses=turn.conversation.misses + 1)
        replace(turn, "lost", again=again)
    run(turn)


def reread(turn: Turn, event: MessageReceived) -> None:
    """Thank for an edited message and answer it as if it had been written so at first."""
    tell(turn, "edited")
    route(turn, event, again=bool(turn.conversation.stack))


def topics(understood: Understood) -> tuple[Ranked, ...]:
    """Return the ranking without risks (they were read before) and without answers that answer nothing here."""
    return tuple(r for r in understood.ranking if r.topic not in RISKS and r.topic not in ANSWERS)


def sure_topic(turn: Turn, understood: Understood | None) -> str | None:
    """Return the topic of a text when there is no doubt, else None."""
    best = topics(understood) if understood else ()
    return best[0].topic if best and best[0].confidence >= turn.library.sure else None


def replace(turn: Turn, flow: str, *, again: bool) -> None:
    """Enter a flow: in place of what is open where that only offers something, else on top of it."""
    stack = turn.conversation.stack
    while stack and stack[-1].flow in LIGHT:
        stack = stack[:-1]
    turn.update(stack=stack if again else ())
    turn.said = False
    enter(turn, flow, again=again and bool(stack))


def open_topic(turn: Turn, topic: str, *, again: bool) -> None:
    """Enter the flow of a topic, or say truthfully that there is no checked text about it."""
    conversation = turn.conversation
    flow = turn.library.find(topic, conversation.audience, conversation.country)
    turn.update(misses=0, deferred=())
    replace(turn, flow or "no_flow", again=again)


def suggest(turn: Turn, best: tuple[Ranked, ...], *, again: bool) -> None:
    """Offer the best flows by their titles."""
    conversation = turn.conversation
    found: list[str] = []
    for ranked in best:
        flow = turn.library.find(ranked.topic, conversation.audience, conversation.country)
        if flow and flow not in found and turn.library.flows[flow].title:
            found.append(flow)
        if len(found) == SUGGESTIONS:
            break
    turn.update(deferred=tuple(found))
    replace(turn, "unsure" if found else "no_flow", again=again)


def greet_once(turn: Turn) -> None:
    """Say once that this is a bot, before its first answer."""
    if not turn.conversation.welcomed and not turn.conversation.slots.get("greeted"):
        turn.update(slots={**turn.conversation.slots, "greeted": True})
        tell(turn, "hello")


def offer_language(turn: Turn, understood: Understood) -> bool:
    """Offer, once for each, a language that the contact seems to write in; True when that is all for now."""
    conversation = turn.conversation
    seen = understood.locale
    if not seen or seen == conversation.locale or understood.locale_confidence < SWITCH or conversation.chosen:
        return False
    if conversation.slots.get("offered_locale") == seen:
        return False
    turn.update(slots={**conversation.slots, "offered_locale": seen})
    best = topics(understood)
    flow = turn.library.find(best[0].topic, conversation.audience, conversation.country) if best else None
    if seen not in turn.library.locales:
        tell(turn, "unsupported")
        return False
    turn.update(deferred=(flow,) if flow and best[0].confidence >= turn.library.sure else ())
    enter(turn, "language", again=bool(conversation.stack))
    run(turn)
    return True


def navigate(turn: Turn, text: str) -> bool:
    """Obey the words back, menu, start again and person, typed as the ``nav`` flow labels them."""
    from bot.core.handlers.choices import obey_name  # noqa: PLC0415 - both call each other

    name = nav_word(turn, text)
    if name is None:
        return False
    obey_name(turn, name)
    return True


def nav_word(turn: Turn, text: str) -> str | None:
    """Return what a typed word of the ``nav`` flow names, or None where the text is none."""
    flow = turn.library.flows["nav"]
    step = flow.steps[flow.first]
    if not isinstance(step, Choose) or answers.number_of(text) is not None:
        return None
    buttons = [Button(f"!{c.id}", TextRef(f"nav/{step.id}", c.label)) for c in step.choose]
    payload = answers.exact(turn.library, turn.locale, buttons, _AROUND.sub("", text))
    return payload[1:] if payload else None
