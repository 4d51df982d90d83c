"""``choose``: waits in which words open ways. What opened a way beside its label and number is told."""

from __future__ import annotations

from bot.exchange.dialects import Json
from bot.exchange.incoming.actions import flow_of
from bot.exchange.incoming.draft import Draft, Option
from bot.exchange.incoming.expressions import is_expression
from bot.exchange.incoming.labels import OPENS, label_of, told_words, without_list
from bot.exchange.incoming.lenient import mapping
from bot.exchange.incoming.waits import Wait, shown
from bot.exchange.names import free, slug


def choose(wait: Wait, draft: Draft) -> Draft:
    """Fill a step with the choices of a wait."""
    draft.kind = "choose"
    kept = wait.node.ours.get("choices")
    ours = kept if isinstance(kept, list) and len(kept) == len(wait.opened) else [{}] * len(wait.opened)
    for number, one in enumerate(wait.opened):
        draft.options.append(_option(wait, one, number, mapping(ours[number])))
    _where(wait, draft)
    draft.question = without_list(draft.question, [one.label for one in draft.options])
    _otherwise(wait, draft)
    return draft


def _option(wait: Wait, one: Json, number: int, ours: Json) -> Option:
    label = label_of(wait, one, number)
    option = Option(label, wait.leads(one), id=str(ours.get("id") or ""), on=bool(ours.get("on")))
    told_words(wait, one, label, number + 1)
    for case in wait.cases(one):
        if str(case.get("type")) not in OPENS:
            says = f"{shown(case)}: “{label.english}” opens by its label alone"
            wait.told("changed", str(case.get("type")), says)
    if result := str(wait.node.router.get("result_name") or ""):
        slot, name = slug(result, "answer", most=40), str(one.get("name"))
        option.set[slot] = name
        wait.taking.answers.setdefault(slot, []).append(name)
    _folded(wait, option)
    return option


def _folded(wait: Wait, option: Option) -> None:
    """Take what our export put between a choice and where it leads: values to keep, and another flow."""
    taking, step = wait.taking, wait.node.ours.get("step")
    seen: set[str] = set()  # a file from elsewhere may lead in a circle
    while (one := taking.nodes.get(option.next)) and step and one.ours.get("step") == step and one.uuid not in seen:
        seen.add(one.uuid)
        values = [_plain(action) for action in one.actions]
        if one.ours.get("part") == "set" and all(values):
            for key, value in filter(None, values):
                option.set[key] = taking.locale(value) or value if key == "locale" else value
            option.next = one.onwards
        elif one.ours.get("part") == "flow" and len(one.actions) == 1:
            option.flow, option.next = flow_of(taking, one, one.actions[0]), ""
        else:
            return
        taking.taken.add(one.uuid)


def _plain(action: Json) -> tuple[str, str] | None:
    """Return the value that an action keeps, as (slot, value); None where it does something else."""
    if action.get("type") == "set_contact_language":
        return "locale", str(action.get("language") or "")
    key, value = mapping(action.get("field")).get("key"), str(action.get("value") or "")
    return (str(key), value) if key and value and not is_expression(value) else None


def _where(wait: Wait, draft: Draft) -> None:
    """Settle where the step itself goes on: only choices without a way of their own need it."""
    onwards = wait.node.ours.get("next")
    draft.onwards = onwards if isinstance(onwards, str) else None
    ons = {one.next for one in draft.options if one.on}
    if len(ons) > 1 or draft.onwards is None:
        for one in draft.options:
            one.on = False
    elif ons:
        draft.next, draft.onwards = ons.pop(), None


def _otherwise(wait: Wait, draft: Draft) -> None:
    """Tell what became of the way for answers that fit nothing."""
    other = wait.taking.nodes.get(wait.otherwise)
    if wait.otherwise in wait.back:
        return
    if other is None:
        wait.told("changed", "category Other", "ended the flow; here the question stays open")
        return
    if wait.only_back(other):
        wait.taking.taken.add(other.uuid)
        for action in other.actions:
            says = f"“{action.get('text')}”, said when nothing fitted: here the question comes again"
            wait.taking.told("dropped", str(action.get("type")), says, other.uuid)
        return
    name = next((one for one in wait.node.categories if one.get("uuid") == wait.default), {})
    label = wait.taking.words(wait.default, "name", str(name.get("name") or "Other"), node=wait.node.uuid)
    wait.told("changed", "category Other", f"became a choice “{label.english}”: give it a good label")
    taken = [one.id for one in draft.options]
    draft.options.append(Option(label, wait.otherwise, id=free(slug(label.english, "other"), taken)))
