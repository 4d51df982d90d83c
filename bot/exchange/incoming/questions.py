"""Nodes that wait for a message: ``choose`` where words lead to ways, ``ask`` where something is to be read.

The last text before the wait is the question. What was said when nothing fitted becomes ``again`` of an ``ask``; a
``choose`` has no such text, because here what is typed is understood.
"""

from __future__ import annotations

import re
from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.incoming.actions import SAYS, flow_of
from bot.exchange.incoming.draft import Arm, Draft, Option
from bot.exchange.incoming.expressions import is_expression
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.interactive import as_message
from bot.exchange.incoming.labels import OPENS, label_of, told_words, without_list
from bot.exchange.incoming.taking import Taking
from bot.exchange.names import free, slug
from bot.exchange.numbers import take_out
from bot.exchange.words import Words

NUMBERS: Final = frozenset({
    "has_number", "has_number_between", "has_number_gte", "has_number_gt", "has_number_lte", "has_number_lt",
})  # fmt: skip
DATES: Final = frozenset({"has_date", "has_date_lt", "has_date_eq", "has_date_gt"})
INPUT: Final = frozenset({"@input", "@input.text", ""})
MISSING: Final = Words("{question}")
"""Stands where nothing was asked: nothing fills it, so the check finds it."""


class Asked:
    """The text before a wait: the node that says it, and which of its actions it is."""

    def __init__(self, taking: Taking, node: Node) -> None:
        """Find it; the nodes that only say that nothing fitted come last."""
        self.node: Node | None = None
        found = [one for one in taking.into(node.uuid) if _asks(one)]
        found.sort(key=lambda one: taking.only_from(one.uuid, node.uuid))
        for one in found:
            if one.uuid not in taking.taken:
                self.node = one
                break
        self.raw = self.node.actions[-1] if self.node else {}
        self.action = as_message(taking, self.node, self.raw) if self.node else {}

    @property
    def replies(self) -> list[str]:
        """The quick replies, each as it is shown."""
        return [str(one).partition("\n")[0] for one in self.action.get("quick_replies") or []]


def _asks(node: Node) -> bool:
    return bool(node.actions) and node.actions[-1].get("type") in SAYS and not node.router


def question(taking: Taking, node: Node, asked: Asked) -> list[Draft]:
    """Return the step for a node that waits, and a branch after it where its ways are not words."""
    if asked.node:
        ours = asked.node.ours.get("numbers")
        text = taking.words(
            str(asked.action.get("uuid")), "text", str(asked.action.get("text") or ""), node=asked.node.uuid
        )
        words = take_out(text, ours if isinstance(ours, dict) else {})
        for key, value in asked.action.items():
            if key not in {"uuid", "type", "text", "quick_replies", "all_urns"} and value:
                taking.told("dropped", f"{asked.action.get('type')}.{key}", str(value), asked.node.uuid)
    else:
        words = MISSING
        taking.told("changed", "wait_for_response", "nothing is asked before it: write the question", node.uuid)
    _unusual(taking, node)
    default = str(node.router.get("default_category_uuid") or "")
    ways = [one for one in node.categories if one.get("uuid") != default]
    opened = [one for one in ways if node.cases(str(one.get("uuid")))]
    tests = {str(case.get("type")) for one in opened for case in node.cases(str(one.get("uuid")))}
    draft = Draft(node.uuid, "ask", node.uuid, question=words, id=str(node.ours.get("step") or ""))
    slot = slug(str(node.router.get("result_name") or ""), "answer", most=40)
    if node.ours.get("type") == "yes_no" or not opened or tests <= NUMBERS or tests <= DATES:
        return _ask(taking, node, draft, opened, tests, slot, asked)
    _choose(taking, node, draft, opened, asked)
    return [draft]


def _unusual(taking: Taking, node: Node) -> None:
    wait = node.router["wait"]
    for key, value in wait.items():
        if key != "type" and value:
            taking.told("dropped", f"wait.{key}", str(value), node.uuid)
    if wait.get("type") != "msg":
        taking.told("changed", f"wait {wait.get('type')}", "taken as a wait for a message", node.uuid)
    if str(node.router.get("operand") or "") not in INPUT:
        taking.told("changed", "operand", f"{node.router['operand']}: taken as what the contact writes", node.uuid)


def _ask(
    taking: Taking, node: Node, draft: Draft, opened: list[Json], tests: set[str], slot: str, asked: Asked
) -> list[Draft]:
    default = node.leads(str(node.router.get("default_category_uuid") or ""))
    draft.next = node.leads(str(opened[0].get("uuid"))) if opened else default
    kind = "text"
    if node.ours.get("type") == "yes_no":
        kind = "yes_no"
    elif opened:
        kind = "number" if tests <= NUMBERS else "date"
    kept = taking.nodes.get(draft.next)
    if kept and (key := _keeps(kept, slot)) and {one.uuid for one in taking.into(kept.uuid)} == {node.uuid}:
        taking.taken.add(kept.uuid)
        taking.slots[slot], slot, draft.next = key, key, kept.onwards
    draft.more = {"slot": slot, "type": kind}
    made = [draft]
    cases = [case for one in opened for case in node.cases(str(one.get("uuid")))]
    if kind == "number" and len(cases) == 1:
        draft.more |= _limits(taking, node, cases[0])
    elif kind in {"number", "date"} and (len(cases) > 1 or tests - {"has_date"}):
        made.append(_ranges(taking, node, draft, opened, slot))
    if opened:
        _again(taking, node, draft, default, asked)
    elif ours := _of_ours(taking, node, "again"):
        draft.again = _only_text(taking, ours)
        taking.taken.add(ours.uuid)
    return made


def _keeps(node: Node, slot: str) -> str:
    """Return the field in which a node keeps the answer, if it does nothing else."""
    if len(node.actions) != 1 or node.router or node.actions[0].get("type") != "set_contact_field":
        return ""
    value = str(node.actions[0].get("value") or "").lower()
    field = node.actions[0].get("field") if isinstance(node.actions[0].get("field"), dict) else {}
    return str(field.get("key") or "") if value in {f"@results.{slot}", f"@results.{slot}.value"} else ""


def _limits(taking: Taking, node: Node, case: Json) -> dict[str, float]:
    kind, arguments = str(case.get("type")), [str(one) for one in case.get("arguments") or []]
    try:
        values = [float(one) for one in arguments]
    except ValueError:
        taking.told("changed", kind, f"{arguments}: any number is taken", node.uuid)
        return {}
    if kind == "has_number_between":
        return dict(zip(("min", "max"), values, strict=False))
    if values and kind.endswith(("_gt", "_lt")):
        values = [values[0] + (1 if kind.endswith("gt") else -1)]  # numbers are whole here
    return {"min" if "_gt" in kind else "max": values[0]} if values else {}


def _ranges(taking: Taking, node: Node, draft: Draft, opened: list[Json], slot: str) -> Draft:
    """Return a branch on something that nothing sets, so that what follows the ways is not lost."""
    name = f"{slot}_range"
    shown = {str(one.get("name")): [_test(case) for case in node.cases(str(one.get("uuid")))] for one in opened}
    says = f"{shown}: became a branch on {name!r}, which nothing sets: choose by a question with choices instead"
    taking.told("changed", "split by ranges", says, node.uuid)
    key = f"{node.uuid}#1"
    arms = [Arm({name: [slug(str(one.get("name")), "way")]}, node.leads(str(one.get("uuid")))) for one in opened]
    onwards, draft.next = draft.next, key
    return Draft(key, "branch", node.uuid, next=onwards, arms=arms)


def _test(case: Json) -> str:
    return " ".join([str(case.get("type")), *map(str, case.get("arguments") or [])])


def _again(taking: Taking, node: Node, draft: Draft, default: str, asked: Asked) -> None:
    """Take what is said when an answer cannot be read, if it asks again afterwards."""
    back = {node.uuid, asked.node.uuid if asked.node else ""}
    if default in back - {""}:
        return
    other = taking.nodes.get(default)
    if other and other.onwards in back and taking.only_from(other.uuid, node.uuid):
        draft.again = _only_text(taking, other)
    if draft.again and other:
        taking.taken.add(other.uuid)
        return
    says = "what cannot be read led elsewhere; here the question is asked again"
    taking.told("changed", "category Other", says, node.uuid)


def _only_text(taking: Taking, node: Node) -> Words | None:
    if len(node.actions) != 1 or node.actions[0].get("type") not in SAYS or node.router:
        return None
    action = node.actions[0]
    return taking.words(str(action.get("uuid")), "text", str(action.get("text") or ""), node=node.uuid)


def _of_ours(taking: Taking, node: Node, part: str) -> Node | None:
    """Return another node of the same step of ours."""
    wanted = node.ours.get("step")
    some = (one for one in taking.nodes.values() if wanted and one.ours.get("step") == wanted)
    return next((one for one in some if one.ours.get("part") == part), None)


def _choose(taking: Taking, node: Node, draft: Draft, opened: list[Json], asked: Asked) -> None:
    draft.kind = "choose"
    kept = node.ours.get("choices") if isinstance(node.ours.get("choices"), list) else []
    ours = kept if len(kept) == len(opened) else []
    result = str(node.router.get("result_name") or "")
    for number, one in enumerate(opened):
        category = str(one.get("uuid"))
        cases = node.cases(category)
        label = label_of(taking, node, one, cases, number, len(opened), asked.replies, str(asked.raw.get("uuid")))
        option = Option(label, node.leads(category))
        told_words(taking, node, cases, label, number + 1)
        for case in cases:
            if str(case.get("type")) not in OPENS:
                says = f"{_test(case)}: “{label.english}” opens by its label alone"
                taking.told("changed", str(case.get("type")), says, node.uuid)
        if ours and isinstance(ours[number], dict):
            option.id = str(ours[number].get("id") or "")
            option.on = bool(ours[number].get("on"))
        if result:
            slot = slug(result, "answer", most=40)
            option.set[slot] = str(one.get("name"))
            taking.answers.setdefault(slot, []).append(str(one.get("name")))
        _folded(taking, node, option)
        draft.options.append(option)
    _where(taking, node, draft)
    draft.question = without_list(draft.question, [one.label for one in draft.options])
    _otherwise(taking, node, draft, asked)


def _folded(taking: Taking, node: Node, option: Option) -> None:
    """Take what our export put between a choice and where it leads: values to keep, and another flow."""
    step = node.ours.get("step")
    while (one := taking.nodes.get(option.next)) and step and one.ours.get("step") == step:
        if one.ours.get("part") == "set" and all(_plain(action) for action in one.actions):
            for action in one.actions:
                key, value = _plain(action)
                option.set[key] = taking.locale(value) or value if key == "locale" else value
            option.next = one.onwards
        elif one.ours.get("part") == "flow" and len(one.actions) == 1:
            option.flow, option.next = flow_of(taking, one, one.actions[0]), ""
            taking.taken.add(one.uuid)
            return
        else:
            return
        taking.taken.add(one.uuid)


def _plain(action: Json) -> tuple[str, str]:
    """Return the value that an action keeps, as (slot, value); empty where it does something else."""
    if action.get("type") == "set_contact_language":
        return "locale", str(action.get("language") or "")
    field = action.get("field") if isinstance(action.get("field"), dict) else {}
    value = str(action.get("value") or "")
    return (str(field.get("key")), value) if field.get("key") and value and not is_expression(value) else ()  # type: ignore[return-value]


def _where(taking: Taking, node: Node, draft: Draft) -> None:
    """Settle where the step itself goes on: only choices without a way of their own need it."""
    onwards = node.ours.get("next")
    draft.onwards = onwards if isinstance(onwards, str) else None
    ons = {one.next for one in draft.options if one.on}
    if len(ons) > 1 or not isinstance(onwards, str):
        for one in draft.options:
            one.on = False
    elif ons:
        draft.next, draft.onwards = ons.pop(), None


def _otherwise(taking: Taking, node: Node, draft: Draft, asked: Asked) -> None:
    """Tell what became of the way for answers that fit nothing."""
    default = str(node.router.get("default_category_uuid") or "")
    to = node.leads(default)
    back = {node.uuid, asked.node.uuid if asked.node else node.uuid}
    other = taking.nodes.get(to)
    if to in back:
        return
    if other and other.onwards in back and taking.only_from(other.uuid, node.uuid) and not other.router:
        taking.taken.add(other.uuid)
        for action in other.actions:
            taking.look_at(action)
            says = f"“{action.get('text')}”, said when nothing fitted: here the question comes again"
            taking.told("dropped", str(action.get("type")), says, other.uuid)
        return
    name = next((one for one in node.categories if one.get("uuid") == default), {})
    if not other:
        taking.told("changed", "category Other", "ended the flow; here the question stays open", node.uuid)
        return
    label = taking.words(default, "name", str(name.get("name") or "Other"), node=node.uuid)
    taking.told("changed", "category Other", f"became a choice “{label.english}”: give it a good label", node.uuid)
    draft.options.append(Option(label, to, id=free(slug(label.english, "other"), [one.id for one in draft.options])))
