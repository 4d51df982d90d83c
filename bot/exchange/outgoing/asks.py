"""``choose`` and ``ask``: a node that asks, and one that waits for the answer.

A choice opens by its label in each language, typed or pressed, and by its number. What fits nothing asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.core.flow import Ask, Choice, Choose, Statement
from bot.errors import FlowError
from bot.exchange.dialects import PLAIN, Json
from bot.exchange.numbers import known, names_in, put_in
from bot.exchange.outgoing.canvas import Canvas, Way
from bot.exchange.words import Words
from bot.flowfiles.checks.buttons import LABEL
from bot.i18n.writing import isolate

REPLIES: Final = 10
"""Most quick replies of a message."""
OTHER: Final = Words("Other")
YES: Final = "yes y ok okay"
NO: Final = "no n nope"


def question(canvas: Canvas, step: str, statement: Statement) -> Words:
    """Return the text of a question as it is sent.

    Raises:
        FlowError: It names a number that is not the same for everybody; ``ucare flows check`` tells it too.
    """
    words = canvas.words(step, statement.text)
    numbers = known(canvas.job.library, names_in(words), "", canvas.flow.audience)
    if numbers is None:
        msg = f"the question {canvas.flow.id}/{step} names a number that is not there for everybody"
        raise FlowError(msg, file=canvas.flow.file, line=1)
    return canvas.escaped(put_in(words, numbers))


def choose(canvas: Canvas, step: Choose) -> None:
    """Add the nodes of a step that offers choices."""
    ask, wait = canvas.id(step.id), canvas.id(step.id, "wait")
    labels = [canvas.escaped(canvas.words(step.id, one.label)) for one in step.choose]
    shown = [one.each(_shown) for one in labels]
    text = question(canvas, step.id, step.text)
    listed = len(step.choose) > REPLIES or not canvas.job.dialect.buttons
    if listed:
        text = numbered(text, shown)
    common: Json = {"step": step.id, "kind": "choose"}
    names = names_in(canvas.words(step.id, step.text.text))
    numbers = known(canvas.job.library, names, "", canvas.flow.audience) or {}
    canvas.add(ask, {**common, "part": "ask", "numbers": numbers}, [canvas.send(ask, text, shown[:REPLIES])], wait)
    if len(step.choose) > REPLIES:
        says = f"only {REPLIES} of {len(step.choose)} choices are buttons; all of them are numbered in the text"
        canvas.told("changed", "quick_replies", says, ask)
    kept = [{"id": one.id, **({"on": True} if not one.next and not one.flow else {})} for one in step.choose]
    ways = [_way(canvas, step, number, one, labels[number]) for number, one in enumerate(step.choose)]
    ours = {**common, "part": "wait", "choices": kept, "next": step.next}
    canvas.wait(wait, ours, [*ways, Way(_other(labels), ask)])
    for one in step.choose:
        _after(canvas, step, one)


def _shown(label: str, locale: str) -> str:
    """Return a label as a button shows it: with marks of direction only where there is room for them."""
    marked = isolate(label, locale)
    return marked if len(marked) <= LABEL else label


def numbered(text: Words, labels: Sequence[Words]) -> Words:
    """Return a question with its choices in a numbered list below."""

    def listed(question: str, locale: str) -> str:
        said = (one.as_map().get(locale, one.english) for one in labels)
        return question + "".join(f"\n{number}. {label}" for number, label in enumerate(said, 1))

    return text.each(listed)


def _other(labels: Sequence[Words]) -> Words:
    taken = {one.english.casefold() for one in labels}
    return OTHER if OTHER.english.casefold() not in taken else Words("No Match")


def _way(canvas: Canvas, step: Choose, number: int, one: Choice, label: Words) -> Way:
    kind, argument = canvas.job.dialect.number(number + 1)
    name = label.each(lambda text, _: text.replace("@@", "@"))
    shown = label.each(_shown)  # a pressed button sends the marks along, and a typed label has none
    marked = ((PLAIN, (shown,)),) if shown != label else ()
    return Way(name, _leads(canvas, step, one), ((PLAIN, (label,)), *marked, (kind, (Words(argument),))))


def _leads(canvas: Canvas, step: Choose, one: Choice) -> str | None:
    if one.set:
        return canvas.id(step.id, "set", one.id)
    if one.flow:
        return canvas.id(step.id, "flow", one.id)
    return canvas.to(one.next or step.next)


def _after(canvas: Canvas, step: Choose, one: Choice) -> None:
    """Add what happens between a choice and where it leads."""
    common: Json = {"step": step.id, "kind": "choose"}
    if one.set:
        node = canvas.id(step.id, "set", one.id)
        actions = [canvas.remember(node, name, value) for name, value in one.set.items()]
        to = canvas.id(step.id, "flow", one.id) if one.flow else canvas.to(one.next or step.next)
        canvas.add(node, {**common, "part": "set"}, actions, to)
    if one.flow:
        canvas.enter(canvas.id(step.id, "flow", one.id), {**common, "part": "flow"}, one.flow, None)


def ask(canvas: Canvas, step: Ask) -> None:
    """Add the nodes of a step that asks for something typed."""
    first, wait, keep = canvas.id(step.id), canvas.id(step.id, "wait"), canvas.id(step.id, "keep")
    common: Json = {"step": step.id, "kind": "ask"}
    canvas.add(first, {**common, "part": "ask"}, [canvas.send(first, question(canvas, step.id, step.text))], wait)
    again = canvas.id(step.id, "again") if step.again.text else first
    ways = [*_tests(canvas, step, keep, wait), Way(OTHER, again)]
    if step.type == "text":
        ways = [Way(Words("All Responses"), keep)]
    limits = {"min": step.min, "max": step.max}
    ours = {**common, "part": "wait", "type": step.type, "slot": step.slot} | {
        key: value for key, value in limits.items() if value is not None
    }
    canvas.wait(wait, ours, ways, step.slot)
    canvas.add(keep, {**common, "part": "keep"}, [canvas.remember(keep, step.slot, f"@results.{step.slot}")],
               canvas.to(step.next))  # fmt: skip
    if step.again.text:
        says = [canvas.send(again, question(canvas, step.id, step.again))]
        canvas.add(again, {**common, "part": "again"}, says, wait)


def _tests(canvas: Canvas, step: Ask, keep: str, wait: str) -> list[Way]:
    match step.type:
        case "number":
            return [Way(Words("Number"), keep, (_between(step),))]
        case "date":
            return [Way(Words("Date"), keep, (("has_date", ()),))]
        case "yes_no":
            says = "yes and no are known in English alone: add the words of the other languages to the cases"
            canvas.told("changed", "ask yes_no", says, wait)
            return [
                Way(Words("Yes"), keep, (("has_any_word", (Words(YES),)),)),
                Way(Words("No"), keep, (("has_any_word", (Words(NO),)),)),
            ]
        case _:
            return []


def _between(step: Ask) -> tuple[str, tuple[Words, ...]]:
    low, high = (None if one is None else f"{one:g}" for one in (step.min, step.max))
    if low is not None and high is not None:
        return "has_number_between", (Words(low), Words(high))
    if low is not None:
        return "has_number_gte", (Words(low),)
    return ("has_number_lte", (Words(high),)) if high is not None else ("has_number", ())
