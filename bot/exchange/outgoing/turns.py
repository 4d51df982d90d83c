"""``branch``, ``set``, ``escalate``, ``link``, ``act`` and ``end``: what happens without a word being said."""

from __future__ import annotations

from typing import Final

from bot.core.flow import Act, Branch, End, Escalate, Link, Set
from bot.core.steps.act import STAYS
from bot.core.steps.branch import UNKNOWN
from bot.exchange.dialects import Json
from bot.exchange.names import uid
from bot.exchange.outgoing.canvas import Canvas, Way, label
from bot.exchange.words import Words

ONWARDS: Final = -2
"""Stands for the way that is taken where no arm fits."""
INSIDE: Final = -1
"""Stands for a way to another node of the same branch."""
ENGINE: Final = frozenset({"case", "level", "waiting", "hidden", "welcomed"})
"""What only our engine knows."""
MARK: Final = "ucare"
"""Name of the result that stands for something that only our engine can do."""


def branch(canvas: Canvas, step: Branch) -> None:
    """Add the nodes of a step that goes on by what is known: the arms one after the other.

    Neighbours that ask about the same one thing share a node. An arm that asks about several has a node for each.
    """
    arms = step.branch
    last = next((number for number, arm in enumerate(arms) if not arm.when), len(arms))
    starts = [number for number in range(last) if not (number and _alike(step, number - 1, number))]

    def begin(number: int) -> tuple[str | None, int]:
        if number < last:
            return canvas.id(step.id, *((str(number),) if number else ())), INSIDE
        if number < len(arms):
            return canvas.to(arms[number].next), number
        return canvas.to(step.next), ONWARDS

    kept: Json = {"whens": [{key: list(value) for key, value in arm.when.items()} for arm in arms], "next": step.next}
    common: Json = {"step": step.id, "kind": "branch"}
    if not last:
        canvas.add(canvas.id(step.id), {**common, **kept, "ways": [0]}, [], canvas.to(arms[0].next))
    for start in starts:
        end = next((one for one in starts if one > start), last)
        away, away_arm = begin(end)
        for depth, name in enumerate(arms[start].when):
            node = begin(start)[0] if not depth else canvas.id(step.id, str(start), str(depth))
            deepest = depth == len(arms[start].when) - 1
            ways, numbers = [], []
            for number in range(start, end):
                to = canvas.to(arms[number].next) if deepest else canvas.id(step.id, str(start), str(depth + 1))
                ways.append(_arm(canvas, name, arms[number].when[name], to))
                numbers.append(number if deepest else INSIDE)
            ours = {**common, **(kept if not start and not depth else {}), "ways": [*numbers, away_arm]}
            values = {value for number in range(start, end) for value in arms[number].when[name]}
            canvas.by_field(str(node), ours, name, [*ways, Way(Words("Other"), away)], unknown=UNKNOWN in values)
            if name in ENGINE:
                says = f"nothing sets the field {name!r} there: fill it yourself, or the last way is always taken"
                canvas.told("changed", f"branch on {name}", says, str(node))
    if last + 1 < len(arms):
        canvas.told("dropped", "branch", f"{step.id}: what follows the arm for everybody else is never reached")


def _alike(step: Branch, before: int, number: int) -> bool:
    """Whether two arms ask about the same one thing."""
    first, second = step.branch[before].when, step.branch[number].when
    return len(first) == 1 and first.keys() == second.keys()


def _arm(canvas: Canvas, name: str, values: tuple[str, ...], to: str | None) -> Way:
    tests = (canvas.job.dialect.test(name, value) for value in values)
    return Way(Words(" ".join(values)), to, tuple((kind, (Words(argument),)) for kind, argument in tests))


def set_(canvas: Canvas, step: Set) -> None:
    """Add the node of a step that remembers something."""
    node = canvas.id(step.id)
    actions = [canvas.remember(node, name, value) for name, value in step.set.items()]
    canvas.add(node, {"step": step.id, "kind": "set"}, actions, canvas.to(step.next))


def escalate(canvas: Canvas, step: Escalate) -> None:
    """Add the node of a step that opens a case: a ticket, whose first words tell the level."""
    node = canvas.id(step.id)
    topic = step.topic or canvas.flow.topic or "human"
    action = canvas.action(
        node, "open_ticket", topic={"uuid": uid("topic", topic), "name": label(topic)},
        body=f"{step.level} {step.topic}".strip(), result_name="Ticket",
    )  # fmt: skip
    to = canvas.to(step.next)
    ways = [Way(Words("Success"), to, (("has_category", (Words("Success"),)),)), Way(Words("Failure"), to)]
    ours: Json = {"step": step.id, "kind": "escalate"}
    router: Json = {"operand": "@results.ticket"}
    canvas.split(node, ours, {"type": "split_by_ticket"}, ways, router=router, actions=[action])
    says = f"level {step.level} stands in the first words of the ticket; nothing there ranks, or answers within a time"
    canvas.told("changed", "escalate", says, node)


def link(canvas: Canvas, step: Link) -> None:
    """Add the node of a step that enters another flow and comes back."""
    canvas.enter(canvas.id(step.id), {"step": step.id, "kind": "link"}, step.flow, canvas.to(step.next))


def act(canvas: Canvas, step: Act) -> None:
    """Add a mark for what only our engine can do; the flow ends there, as it does here."""
    node = canvas.id(step.id)
    action = canvas.action(node, "set_run_result", name=MARK, value=step.act, category="")
    to = canvas.to(step.next) if step.act in STAYS else None
    canvas.add(node, {"step": step.id, "kind": "act", "next": step.next}, [action], to)
    canvas.told("dropped", f"act {step.act}", "only a mark stands for it: nothing there can do it", node)


def end(canvas: Canvas, step: End) -> None:
    """Add a mark for the end of a flow, to which several ways lead."""
    node = canvas.id(step.id)
    action = canvas.action(node, "set_run_result", name=MARK, value="end", category="")
    canvas.add(node, {"step": step.id, "kind": "end", "next": step.next}, [action], None)
