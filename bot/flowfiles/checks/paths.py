"""Ways through the flows: dead ends, steps nobody reaches, rounds without a question, and the way to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.core.flow import Act, Ask, Branch, Choose, End, Escalate, Flow, Link
from bot.core.steps.act import STAYS
from bot.core.understood import RISKS
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.stats import depth

TALKS: Final = frozenset({"rights", "carer"})
"""Groups of topics whose flows tell something, and so end with an offer and show the way to a person."""

DEEP: Final = 3
"""So many exchanges at least: what it is, what happens here, what one can do now."""


def leads(step: object) -> tuple[str, ...]:
    """Return the steps of the same flow that may follow a step; empty text for the end of the flow."""
    match step:
        case Choose():
            return tuple(dict.fromkeys(c.next or step.next for c in step.choose if not c.flow))
        case Branch():
            arms = tuple(arm.next for arm in step.branch)
            return arms if any(not arm.when for arm in step.branch) else (*arms, step.next)
        case End():
            return ("",)
        case Act():
            return (step.next,) if step.act in STAYS else ()
        case _:
            return (getattr(step, "next", ""),)


def reached(flow: Flow) -> set[str]:
    """Return the steps that can be reached from the first one."""
    seen: set[str] = set()
    todo = [flow.first]
    while todo:
        name = todo.pop()
        if name and name not in seen and name in flow.steps:
            seen.add(name)
            todo += leads(flow.steps[name])
    return seen


def enters(flow: Flow) -> Iterator[str]:
    """Yield the flows that a flow may enter."""
    for step in flow.steps.values():
        if isinstance(step, Link):
            yield step.flow
        elif isinstance(step, Choose):
            yield from (choice.flow for choice in step.choose if choice.flow)


@check("unreachable", "Let a step or a choice lead here by its next, or take the step out.")
def unreachable(book: Book) -> Iterator[Found]:
    """Find steps that no way leads to."""
    for flow in book.flows.values():
        for name in flow.steps.keys() - reached(flow):
            yield book.at(f"{flow.id}/{name}"), f"nothing leads to the step {name!r} of {flow.id}"


@check("dead_end", "Give it a next or a flow, or end the flow with `link: closing`.")
def dead_ends(book: Book) -> Iterator[Found]:
    """Find choices and branches that lead nowhere, and answers that end without an offer."""
    for flow, step in book.chooses():
        for choice in step.choose:
            if not (choice.next or choice.flow or choice.set or step.next):
                yield book.at(f"{flow.id}/{step.id}/{choice.id}"), f"the choice {choice.label!r} leads nowhere"
    for flow in book.flows.values():
        for name in reached(flow):
            step_ = flow.steps[name]
            if isinstance(step_, Branch) and not step_.next and all(arm.when for arm in step_.branch):
                yield book.at(f"{flow.id}/{name}"), f"the branch {name!r} has no arm for everybody else"
            ends = "" in leads(step_) and not isinstance(step_, Link | Choose | Escalate | Branch)
            if ends and book.topics.get(flow.topic) in TALKS:
                yield book.at(f"{flow.id}/{name}"), f"{flow.id} ends at {name!r} without offering anything"


def _passes(book: Book) -> set[str]:
    """Return the flows that can be gone through from first to last step without a question."""
    passing: set[str] = set()
    while True:
        more = {flow.id for flow in book.flows.values() if _through(flow, passing)} - passing
        if not more:
            return passing
        passing |= more


def _waits(step: object, passing: set[str]) -> bool:
    return isinstance(step, Choose | Ask) or (isinstance(step, Link) and step.flow not in passing)


def _through(flow: Flow, passing: set[str]) -> bool:
    seen: set[str] = set()
    todo = [flow.first]
    while todo:
        name = todo.pop()
        if not name:
            return True
        if name in seen or name not in flow.steps:
            continue
        seen.add(name)
        if not _waits(flow.steps[name], passing):
            todo += leads(flow.steps[name])
    return False


@check("silent_loop", "Put a question (choose or ask) into the round, or let it end.")
def silent_loops(book: Book) -> Iterator[Found]:
    """Find rounds in which nothing is ever asked; the engine would stop them with an error."""
    passing = _passes(book)

    def onward(node: tuple[str, str]) -> list[tuple[str, str]]:
        step = book.flows[node[0]].steps[node[1]]
        if isinstance(step, Choose | Ask):
            return []
        nodes = [] if _waits(step, passing) else [(node[0], name) for name in leads(step) if name]
        if isinstance(step, Link) and step.flow in book.flows:
            nodes.append((step.flow, book.flows[step.flow].first))
        return [one for one in nodes if one[1] in book.flows[one[0]].steps]

    done: set[tuple[str, str]] = set()
    for flow in book.flows.values():
        for name in flow.steps:
            loop = _round((flow.id, name), onward, done)
            if loop:
                yield book.at("/".join(loop)), f"{'/'.join(loop)} comes back to itself without asking anything"


def _round(start: tuple[str, str], onward: object, done: set[tuple[str, str]]) -> tuple[str, str] | None:
    """Return a node of a round that is met on the way from ``start``, or None; depth first, without recursion."""
    assert callable(onward)
    path: dict[tuple[str, str], list[tuple[str, str]]] = {}
    node: tuple[str, str] | None = start
    if start in done:
        return None
    path[start] = list(onward(start))
    while path:
        node = next(reversed(path))
        if not path[node]:
            done.add(node)
            del path[node]
            continue
        following = path[node].pop()
        if following in path:
            done.update(path)
            return following
        if following not in done:
            path[following] = list(onward(following))
    return None


@check(
    "no_person", "Offer a choice `{id: person, label: Talk to a person, flow: human.any}`, or end with `link: closing`."
)
def no_person(book: Book) -> Iterator[Found]:
    """Find flows about rights and caring from which no way leads to a person."""
    for flow in book.flows.values():
        if book.topics.get(flow.topic) not in TALKS:
            continue
        seen: set[str] = set()
        todo = [flow.id]
        while todo:
            name = todo.pop()
            if name in book.flows and name not in seen:
                seen.add(name)
                todo += enters(book.flows[name])
        around = [book.flows[name] for name in seen]
        if not any(one.topic == "human" or _calls(one) for one in around):
            yield book.at(flow.id), f"{flow.id} has no way to a person"


def _calls(flow: Flow) -> bool:
    return any(isinstance(step, Escalate) for step in flow.steps.values())


@check("risk_without_flow", "Write a flow with this topic for audience any, or one each for child and carer.")
def risk_without_flow(book: Book) -> Iterator[Found]:
    """Find risks that nothing answers."""
    for risk in RISKS:
        audiences = {flow.audience for flow in book.flows.values() if flow.topic == risk and not flow.countries}
        if "any" not in audiences and not {"child", "carer"} <= audiences:
            yield (f"{book.folder.name}/", 1), f"no flow answers the risk {risk!r} for everybody everywhere"


@check(
    "shallow", "Say what it is, what happens here and what one can do now, each after a question.", severity="warning"
)
def shallow(book: Book) -> Iterator[Found]:
    """Find flows for children about their rights that answer once and are over."""
    for flow in book.flows.values():
        if flow.audience == "child" and book.topics.get(flow.topic) == "rights" and depth(flow) < DEEP:
            yield book.at(flow.id), f"{flow.id} is {depth(flow)} exchanges deep (at least {DEEP})"
