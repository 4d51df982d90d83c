"""Nodes that choose a way without asking: ``branch`` where they look at something that we know too.

Any other split becomes a branch on something that nothing sets: so what follows its ways is kept, and it is told.
"""

from __future__ import annotations

import math
from typing import Final

from bot.core.steps.branch import UNKNOWN
from bot.exchange.dialects import Json
from bot.exchange.incoming.asks import NUMBERS
from bot.exchange.incoming.draft import Arm, Draft
from bot.exchange.incoming.expressions import is_expression, slot_of
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.lenient import texts, things
from bot.exchange.incoming.taking import Taking
from bot.exchange.incoming.waits import shown
from bot.exchange.names import free, slug

CHILD: Final = frozenset({"@child.status", "@child.run.status"})
CHANNELS: Final = frozenset({"@(urn_parts(contact.urn).scheme)", "@contact.fields.channel"})
WHOLE: Final = frozenset({"has_only_phrase", "has_only_text", "has_phrase", "has_number_eq", "has_category"})


def after_actions(taking: Taking, node: Node, made: list[Draft]) -> str | Draft:
    """Return where a node goes on after its actions: to another node, or by a branch of its own."""
    if not node.router:
        return node.onwards
    taking.look_at_router(node)
    operand = str(node.router.get("operand") or "")
    last = made[-1].kind if made else ""
    if last == "link" and operand in CHILD:
        return _only_way(taking, node, "completed", "split_by_subflow")
    if last == "escalate":
        return _only_way(taking, node, "success", "split_by_ticket")
    branch = _branch(taking, node, operand)
    return branch if branch.arms else branch.next


def _only_way(taking: Taking, node: Node, wanted: str, construct: str) -> str:
    """Return the way of a node whose other ways do not exist here; where they led elsewhere, it is told."""
    ways = {str(one.get("name")): node.leads(str(one.get("uuid"))) for one in node.categories}
    good = next((str(one.get("name")) for one in node.categories if _is(node, one, wanted)), next(iter(ways), ""))
    if result := node.router.get("result_name"):
        taking.told("note", "result_name", f"{result}: which way was taken is not kept", node.uuid)
    for name, to in ways.items():
        if to and to != ways[good]:
            taking.told(
                "changed", construct, f"the way “{name}” does not exist here: flows always come back", node.uuid
            )
    return ways.get(good, node.onwards)


def _is(node: Node, category: Json, wanted: str) -> bool:
    """Whether a way is the one for a status, by its name or by its tests."""
    tested = (one.lower() for case in node.cases(str(category.get("uuid"))) for one in texts(case.get("arguments")))
    return wanted.startswith(str(category.get("name")).lower()) or wanted in tested


def _branch(taking: Taking, node: Node, operand: str) -> Draft:
    default = str(node.router.get("default_category_uuid") or "")
    draft = Draft(f"{node.uuid}#branch", "branch", node.uuid, next=node.leads(default))
    ways = [one for one in node.categories if one.get("uuid") != default]
    slot = "channel" if operand in CHANNELS else "locale" if operand == "@contact.language" else slot_of(operand)
    slot = taking.slots.get(slot, slot)
    arms = _arms(taking, node, slot, ways) if slot and node.router.get("type") == "switch" else None
    if arms is None:
        arms = _made_up(taking, node, operand, ways)
    if result := node.router.get("result_name"):
        taking.told("note", "result_name", f"{result}: which way was taken is not kept", node.uuid)
    if not default:
        draft.next = node.onwards
    draft.arms = arms
    return draft


def _arms(taking: Taking, node: Node, slot: str, ways: list[Json]) -> list[Arm] | None:
    """Return the arms of a split by a value that we know; None where a test is not one for a value."""
    arms: list[Arm] = []
    for one in ways:
        values: list[str] = []
        cases = node.cases(str(one.get("uuid")))
        for case in cases:
            found = _values(taking, slot, case)
            if found is None:
                return _known(node, slot, ways)
            values += found
        if cases:
            arms.append(Arm({slot: list(dict.fromkeys(values))}, node.leads(str(one.get("uuid")))))
    return arms


def _known(node: Node, slot: str, ways: list[Json]) -> list[Arm] | None:
    """Return the arms of a split that only looks whether something is known."""
    cases = [case for one in ways for case in node.cases(str(one.get("uuid")))]
    if len(cases) != 1 or cases[0].get("type") not in {"has_text", "has_value"}:
        return None
    there = node.leads(str(cases[0].get("category_uuid")))
    return [Arm({slot: [UNKNOWN]}, node.leads(str(node.router.get("default_category_uuid")))), Arm({}, there)]


def _values(taking: Taking, slot: str, case: Json) -> list[str] | None:
    kind, arguments = str(case.get("type")), [one.strip() for one in texts(case.get("arguments"))]
    if kind == "has_beginning" and arguments == ["@contact.fields"]:
        return [UNKNOWN]
    if any(is_expression(one) for one in arguments) or not arguments:
        return None
    if kind in NUMBERS and slot in taking.limits:
        return _numbers(kind, arguments, *taking.limits[slot])
    if kind == "has_any_word":
        arguments = arguments[0].replace(",", " ").split()
    elif kind not in WHOLE:
        return None
    if slot == "locale":
        return [taking.locale(one) or one for one in arguments]
    known = {one.casefold(): one for one in taking.answers.get(slot, [])}
    return [known.get(one.casefold(), one) for one in arguments]


def _numbers(kind: str, arguments: list[str], least: int, most: int) -> list[str] | None:
    """Return the whole numbers that pass a test, of those that a slot can hold."""
    try:
        first, *more = [float(one) for one in arguments] or [0.0]
    except ValueError:
        return None
    low, high = {
        "has_number_between": (first, *more[:1], first)[:2],
        "has_number_gte": (first, most),
        "has_number_gt": (math.floor(first) + 1, most),
        "has_number_lte": (least, first),
        "has_number_lt": (least, math.ceil(first) - 1),
    }.get(kind, (least, most))
    return [str(one) for one in range(least, most + 1) if low <= one <= high]


def _made_up(taking: Taking, node: Node, operand: str, ways: list[Json]) -> list[Arm]:
    kind = _kind(node, operand)
    name = free(slug(f"{kind} {node.router.get('result_name') or ''}", kind, most=40), taking.made_up)
    taking.made_up.add(name)
    tests = {
        str(one.get("name")): [shown(case) for case in node.cases(str(one.get("uuid")))] for one in ways
    }  # fmt: skip
    says = f"{operand or node.router.get('type')} {tests}: became a branch on {name!r}, which nothing sets"
    taking.told("changed", kind, says, node.uuid)
    return [Arm({name: [slug(str(one.get("name")), "way", most=36)]}, node.leads(str(one.get("uuid")))) for one in ways]


def _kind(node: Node, operand: str) -> str:
    actions = [str(one.get("type")) for one in node.actions]
    if node.router.get("type") == "random":
        return "split_by_random"
    if operand == "@contact.groups" or any(one.get("type") == "has_group" for one in things(node.router.get("cases"))):
        return "split_by_groups"
    for action, kind in (("call_webhook", "split_by_webhook"), ("call_resthook", "split_by_resthook"),
                         ("call_classifier", "split_by_intent"), ("transfer_airtime", "split_by_airtime"),
                         ("call_llm", "split_by_llm")):  # fmt: skip
        if action in actions:
            return kind
    if operand.startswith("@results"):
        return "split_by_run_result"
    return "split_by_contact_field" if operand.startswith(("@fields", "@contact")) else "split_by_expression"
