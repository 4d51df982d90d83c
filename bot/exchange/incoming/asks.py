"""``ask``: waits in which a text, a number or a date is read, and the answer is kept."""

from __future__ import annotations

from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.incoming.draft import Arm, Draft
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.lenient import mapping, texts
from bot.exchange.incoming.waits import Wait, only_text, shown
from bot.exchange.names import slug

NUMBERS: Final = frozenset({
    "has_number", "has_number_between", "has_number_gte", "has_number_gt", "has_number_lte", "has_number_lt",
})  # fmt: skip
DATES: Final = frozenset({"has_date", "has_date_lt", "has_date_eq", "has_date_gt"})

MOST: Final = 150
"""Most numbers that a branch on the answer may list."""


def reads(wait: Wait) -> bool:
    """Tell whether a wait reads an answer, and does not offer choices."""
    return kind_of(wait) is not None


def kind_of(wait: Wait) -> str | None:
    """Return the type of the answer that is read; None where there are choices."""
    if wait.node.ours.get("type") == "yes_no":
        return "yes_no"
    if not wait.opened:
        return "text"
    return "number" if wait.tests <= NUMBERS else "date" if wait.tests <= DATES else None


def ask(wait: Wait, draft: Draft) -> list[Draft]:
    """Return the step that asks, and a branch after it where different answers led different ways."""
    kind = str(kind_of(wait))
    slot = slug(str(wait.node.router.get("result_name") or ""), "answer", most=40)
    draft.kind = "ask"
    draft.next = wait.leads(wait.opened[0]) if wait.opened else wait.otherwise
    slot = _kept(wait, draft, slot)
    draft.more = {"slot": slot, "type": kind}
    made = [draft]
    cases = [case for one in wait.opened for case in wait.cases(one)]
    if kind == "number" and len(cases) == 1:
        draft.more |= _limits(wait, cases[0])
        low, high = draft.more.get("min"), draft.more.get("max")
        if isinstance(low, float) and isinstance(high, float) and high - low <= MOST:
            wait.taking.limits[slot] = int(low), int(high)
    elif kind in {"number", "date"} and (len(cases) > 1 or wait.tests - {"has_date"}):
        made.append(_ranges(wait, draft, slot))
    _again(wait, draft)
    return made


def _kept(wait: Wait, draft: Draft, slot: str) -> str:
    """Take the node that only keeps the answer with the contact; return the slot in which it is kept."""
    node = wait.taking.nodes.get(draft.next)
    key = _keeps(node, slot) if node else ""
    if not node or not key or {one.uuid for one in wait.taking.into(node.uuid)} != {wait.node.uuid}:
        return slot
    wait.taking.taken.add(node.uuid)
    wait.taking.slots[slot] = key
    draft.next = node.onwards
    return key


def _keeps(node: Node, slot: str) -> str:
    """Return the field in which a node keeps the answer, if it does nothing else."""
    if len(node.actions) != 1 or node.router or node.actions[0].get("type") != "set_contact_field":
        return ""
    value = str(node.actions[0].get("value") or "").lower()
    key = str(mapping(node.actions[0].get("field")).get("key") or "")
    return key if value in {f"@results.{slot}", f"@results.{slot}.value"} else ""


def _limits(wait: Wait, case: Json) -> dict[str, float]:
    kind, arguments = str(case.get("type")), texts(case.get("arguments"))
    try:
        values = [float(one) for one in arguments]
    except ValueError:
        wait.told("changed", kind, f"{arguments}: any number is taken")
        return {}
    if kind == "has_number_between":
        return dict(zip(("min", "max"), values, strict=False))
    if values and kind.endswith(("_gt", "_lt")):
        values = [values[0] + (1 if kind.endswith("gt") else -1)]  # numbers are whole here
    return {"min" if "_gt" in kind else "max": values[0]} if values else {}


def _ranges(wait: Wait, draft: Draft, slot: str) -> Draft:
    """Return a branch on something that nothing sets, so that what follows the ways is not lost."""
    name = f"{slot}_range"
    tests = {str(one.get("name")): [shown(case) for case in wait.cases(one)] for one in wait.opened}
    says = f"{tests}: became a branch on {name!r}, which nothing sets: choose by a question with choices instead"
    wait.told("changed", "split by ranges", says)
    key, onwards = f"{wait.node.uuid}#range", draft.next
    arms = [Arm({name: [slug(str(one.get("name")), "way")]}, wait.leads(one)) for one in wait.opened]
    draft.next = key
    return Draft(key, "branch", wait.node.uuid, next=onwards, arms=arms)


def _again(wait: Wait, draft: Draft) -> None:
    """Take what is said when an answer cannot be read, if it asks again afterwards."""
    if not wait.opened:  # every text can be read; our own export keeps what would be said
        step = wait.node.ours.get("step")
        some = [one for one in wait.taking.nodes.values() if step and one.ours.get("step") == step]
        other = next((one for one in some if one.ours.get("part") == "again"), None)
    else:
        other = wait.taking.nodes.get(wait.otherwise)
        if other and other.uuid in wait.back:
            return
        other = other if wait.only_back(other) else None
    draft.again = only_text(wait.taking, other) if other else None
    if draft.again and other:
        wait.taking.taken.add(other.uuid)
    elif wait.opened:
        wait.told("changed", "category Other", "what cannot be read led elsewhere; here the question is asked again")
