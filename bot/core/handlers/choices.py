"""Answers to an open question: choices, typed answers, commands and buttons, old ones included."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core import answers, risk, survey
from bot.core.conversation import Frame
from bot.core.events import MessageReceived
from bot.core.flow import Ask, Choose, Statement
from bot.core.handlers import routing
from bot.core.runner import enter, go, run, tell
from bot.core.steps import act
from bot.core.steps.ask import TYPES
from bot.core.steps.choose import pick
from bot.core.turn import Turn
from bot.core.understood import RISKS, Understood, told

TOPIC_COMMANDS: Final = {
    "help": "menu",
    "menu": "menu",
    "language": "change_language",
    "country": "change_country",
    "person": "human",
    "human": "human",
    "privacy": "privacy",
    "delete": "delete_data",
}
"""Command or word → the topic it opens."""

WHILE_TALKING: Final = frozenset({"hide", "delete"})
"""Commands that are obeyed even while a person is talking; everything else is for the person."""


def choose(turn: Turn, event: MessageReceived) -> None:
    """Take a text for one of the choices; else it is a question of its own; else offer the choices again."""
    conversation = turn.conversation
    asks = conversation.stack[-1].flow == survey.FLOW
    payload: str | None = survey.answer(turn, event)
    if not asks:
        payload = answers.chosen(turn.library, turn.locale, conversation.offered, event.text, event.understood)
    if payload:
        take(turn, payload)
        return
    if conversation.stack[-1].flow == "safe_check" and not (event.understood and event.understood.nlu):
        risk.alarm(turn, conversation.check or act.UNSAFE)  # what cannot be understood here is not a yes
        return
    if asks or answers.number_of(event.text) is None:
        light = conversation.stack[-1].flow in routing.LIGHT
        if light or routing.sure_topic(turn, event.understood) or conversation.misses:
            routing.route(turn, event, again=True)
            return
        if routing.navigate(turn, event.text):
            return
    turn.update(misses=conversation.misses + 1)
    tell(turn, "again")
    run(turn)


def answer(turn: Turn, event: MessageReceived) -> None:
    """Take a text for the answer to an ask step, or answer it as a side question, or ask again kindly."""
    frame = turn.conversation.stack[-1]
    step = turn.library.flows[frame.flow].steps[frame.step]
    if not isinstance(step, Ask):
        msg = f"{frame.flow}/{frame.step} does not ask anything."
        raise TypeError(msg)
    value = TYPES[step.type](step, event.text, event.understood or Understood())
    if value is not None:
        turn.update(slots={**turn.conversation.slots, step.slot: value}, misses=0)
        go(turn, step.next)
        run(turn)
    elif routing.sure_topic(turn, event.understood):
        routing.route(turn, event, again=True)
    elif not routing.navigate(turn, event.text):
        turn.update(misses=turn.conversation.misses + 1)
        again: Statement = step.again if step.again.text else step.text
        turn.say(frame.flow, frame.step, (again,))


def answer_sent(turn: Turn, event: MessageReceived) -> None:
    """Take a text for an answer to what a caseworker's flow asks; anything else is for the person alone.

    What cannot be read is asked again once; whoever then writes something else is talking to the person.
    """
    conversation = turn.conversation
    frame = conversation.stack[-1]
    flow = turn.library.flows.get(frame.flow)
    step = flow.steps.get(frame.step) if flow else None
    if isinstance(step, Choose):
        payload = answers.chosen(turn.library, turn.locale, conversation.offered, event.text, event.understood)
        if payload:
            take(turn, payload)
    elif isinstance(step, Ask):
        value = TYPES[step.type](step, event.text, event.understood or Understood())
        if value is not None:
            turn.update(slots={**conversation.slots, step.slot: value}, misses=0)
            go(turn, step.next)
            run(turn)
        elif not conversation.misses and not routing.sure_topic(turn, event.understood):
            turn.update(misses=1)
            turn.say(frame.flow, frame.step, (step.again if step.again.text else step.text,))


def press(turn: Turn, event: MessageReceived) -> None:
    """Obey a button; one of an older version, or of a step that is gone, lands kindly."""
    take(turn, event.button)


def take(turn: Turn, payload: str) -> None:
    """Do what a payload says."""
    if payload.startswith("!flow:"):
        name = payload[6:]
        if name in turn.library.flows:
            if (topic := turn.library.flows[name].topic) in RISKS:
                risk.alarm(turn, told(topic, "button"))
                return
            back = turn.conversation.stack
            turn.update(trail=(*turn.conversation.trail, back)[-10:], deferred=(), offered=())
            routing.replace(turn, name, again=False)
            run(turn)
            return
    elif payload.startswith("!"):
        obey_name(turn, payload[1:])
        return
    parts = payload.split("/")
    flow = turn.library.flows.get(parts[0])
    step = flow.steps.get(parts[1]) if flow and len(parts) == 3 else None  # noqa: PLR2004 - flow, step, choice
    choice = next((c for c in step.choose if c.id == parts[2]), None) if isinstance(step, Choose) else None
    if isinstance(step, Choose) and choice and flow:
        stack = turn.conversation.stack
        if not stack or (stack[-1].flow, stack[-1].step) != (flow.id, step.id):
            keep = stack if stack and flow.id in {"country", "language", "audience", "safe_check"} else ()
            turn.update(stack=(*keep, Frame(flow.id, step.id, again=bool(keep))))
        pick(turn, step, choice)
        run(turn)
        if not turn.conversation.stack and not turn.spoke and not turn.talking:
            enter(turn, "menu")  # a button of a question that is long gone leads somewhere all the same
            run(turn)
        return
    tell(turn, "old_button")
    if not turn.conversation.stack:
        enter(turn, "menu")
    run(turn)


def command_of(text: str) -> str:
    """Return the name of a typed command, without its slash and without the bot's name."""
    return text.strip().removeprefix("/").partition(" ")[0].partition("@")[0].lower()


def obey(turn: Turn, event: MessageReceived) -> None:
    """Obey a typed command; an unknown one is read as text."""
    name = command_of(event.text)
    case = turn.conversation.case
    if case and case.talking and name not in WHILE_TALKING:
        return
    if event.start:
        open_link(turn, event.start)
        return
    if not obey_name(turn, name):
        text = event.text.lstrip("/")
        routing.route(turn, msgspec.structs.replace(event, text=text), again=bool(turn.conversation.stack))


def obey_name(turn: Turn, name: str) -> bool:
    """Do what a command, a button of ours or a navigation word names; False when it is none."""
    if name in {"start", "restart"}:
        turn.update(stack=(), trail=(), misses=0)
        enter(turn, "menu" if turn.conversation.welcomed else "welcome")
    elif name == "back":
        back(turn)
    elif name == "hide":
        act.hide(turn)
        return True
    elif name in TOPIC_COMMANDS:
        if name != "menu":
            routing.greet_once(turn)
        routing.open_topic(turn, TOPIC_COMMANDS[name], again=name not in {"menu", "help"})
    else:
        return False
    run(turn)
    return True


def back(turn: Turn) -> None:
    """Go back to the question before; at the beginning there is the menu."""
    trail = turn.conversation.trail
    if trail and trail[-1]:
        turn.update(stack=trail[-1], trail=trail[:-1], misses=0)
    else:
        turn.update(stack=(), trail=())
        enter(turn, "menu")


def open_link(turn: Turn, payload: str) -> None:
    """Follow a deep link: locale, country, audience and topic in any order, joined by hyphens (``nl-BE-school``).

    The topic of a risk calls a person.
    """
    begun, danger = False, ""
    for word in payload.split("-"):
        if word in turn.library.locales:
            turn.update(locale=word)
        elif word in {"BE", "DE", "GR"}:
            turn.update(country=word)
        elif word in {"child", "carer"}:
            turn.update(audience=word)
        elif word in RISKS:
            danger = word
        elif turn.library.find(word, turn.conversation.audience, turn.conversation.country):
            routing.greet_once(turn)
            routing.open_topic(turn, word, again=False)
            begun = True
    if danger:  # a poster may lead here; whoever follows it is treated as if they had written it
        risk.alarm(turn, told(danger, "link"))
        return
    if not begun:
        turn.update(stack=())
        enter(turn, "menu" if turn.conversation.welcomed else "welcome")
    run(turn)
