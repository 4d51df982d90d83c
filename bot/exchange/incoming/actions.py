"""What a node does, as steps: texts, values kept, tickets, other flows. Each other action is told by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.core.steps.act import ACTS
from bot.exchange.dialects import Json
from bot.exchange.incoming.draft import Draft
from bot.exchange.incoming.expressions import is_expression
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.interactive import as_message
from bot.exchange.incoming.lenient import extras, mapping
from bot.exchange.incoming.taking import Taking
from bot.exchange.names import letters_first, slug, uid
from bot.exchange.outgoing.turns import MARK
from bot.exchange.words import Line
from bot.flowfiles.checks.book import topics

_LEVEL: Final = re.compile(r"(T[0-3])(?: (\w+))?")
FLOW: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")
"""What the id of a flow looks like."""
SAYS: Final = frozenset({"send_msg", "send_interactive_msg", "say_msg"})


def steps_of(taking: Taking, node: Node, actions: list[Json]) -> list[Draft]:
    """Return the steps for some actions of a node, without where they lead; what does not map is told."""
    made: list[Draft] = []
    for raw in actions:
        action = as_message(taking, node, raw)
        kind = str(action.get("type"))
        take = TAKE.get(kind)
        if take is None:
            taking.told("dropped", kind, _whole(action), node.uuid)
            continue
        draft = take(taking, node, action)
        if draft and made and draft.kind == made[-1].kind == "say":
            made[-1].lines[""] += draft.lines[""]
        elif draft and made and draft.kind == made[-1].kind == "set":
            made[-1].values |= draft.values
        elif draft:
            made.append(draft)
    return made


def _whole(action: Json) -> str:
    return "; ".join(f"{key}: {value}" for key, value in extras(action)) or "nothing"


def _rest(taking: Taking, node: Node, action: Json, *known: str) -> None:
    for key, value in extras(action, *known):
        taking.told("dropped", f"{action.get('type')}.{key}", value, node.uuid)


def _say(taking: Taking, node: Node, action: Json) -> Draft | None:
    _rest(taking, node, action, "text", "quick_replies", "all_urns")
    if replies := action.get("quick_replies"):
        taking.told("dropped", f"{action.get('type')}.quick_replies", f"{replies}: nothing waits for them", node.uuid)
    words = taking.words(str(action.get("uuid")), "text", str(action.get("text") or ""), node=node.uuid)
    return Draft("", "say", node.uuid, lines={"": [Line(words)]}) if words.english else None


def _field(taking: Taking, node: Node, action: Json) -> Draft | None:
    _rest(taking, node, action, "field", "value")
    field = mapping(action.get("field"))
    key, value = str(field.get("key") or slug(str(field.get("name")), "field")), str(action.get("value") or "")
    return _kept(taking, node, "set_contact_field", key, value)


def _result(taking: Taking, node: Node, action: Json) -> Draft | None:
    name, value = str(action.get("name") or ""), str(action.get("value") or "")
    if name == MARK and value == "end":
        return Draft("", "end", node.uuid)
    if name == MARK and value in ACTS:
        return Draft("", "act", node.uuid, more={"act": value})
    _rest(taking, node, action, "name", "value")
    key = slug(name, "result")
    taking.answers.setdefault(key, []).append(value)
    return _kept(taking, node, "set_run_result", key, value)


def _kept(taking: Taking, node: Node, construct: str, key: str, value: str) -> Draft | None:
    if not value or is_expression(value):
        says = f"{key} = {value}: only fixed values can be kept" if value else f"clears {key}: values are never cleared"
        taking.told("dropped", construct, says, node.uuid)
        return None
    return Draft("", "set", node.uuid, values={key: value})


def _language(taking: Taking, node: Node, action: Json) -> Draft | None:
    _rest(taking, node, action, "language")
    code = str(action.get("language") or "")
    locale = taking.locale(code) if code and not is_expression(code) else None
    if locale is None:
        taking.told("dropped", "set_contact_language", f"{code!r} is no language that is known here", node.uuid)
        return None
    return Draft("", "set", node.uuid, values={"locale": locale})


def _enter(taking: Taking, node: Node, action: Json) -> Draft:
    _rest(taking, node, action, "flow")
    return Draft("", "link", node.uuid, more={"flow": flow_of(taking, node, action)})


def flow_of(taking: Taking, node: Node, action: Json) -> str:
    """Return our id of the flow that an action enters; one that is not in the file is told."""
    flow = mapping(action.get("flow"))
    found = taking.flows.get(str(flow.get("uuid")))
    name = str(flow.get("name") or "flow")
    if found is None:
        ours = flow.get("uuid") == uid(name)
        found = name if FLOW.fullmatch(name) else letters_first(slug(name, "flow"), "flow")
        taking.told(
            "note" if ours else "changed",
            "enter_flow",
            f"{name!r} is not in the file: it leads to a flow {found!r}",
            node.uuid,
        )
    return found


def _ticket(taking: Taking, node: Node, action: Json) -> Draft:
    _rest(taking, node, action, "topic", "body", "note", "result_name")
    body = str(action.get("body") or action.get("note") or "")
    ours = _LEVEL.fullmatch(body)
    if ours:
        return Draft("", "escalate", node.uuid, more={"level": ours[1], "topic": ours[2] or ""})
    topic = mapping(action.get("topic"))
    name = slug(str(topic.get("name") or ""), "human")
    known = name if name in topics() else "human"
    says = f"{topic.get('name')!r} with “{body}” became a case of level T3 on {known}: look at the level"
    taking.told("changed", "open_ticket", says, node.uuid)
    return Draft("", "escalate", node.uuid, more={"level": "T3", "topic": known})


TAKE: Final[dict[str, Callable[[Taking, Node, Json], Draft | None]]] = {
    **dict.fromkeys(SAYS, _say),
    "set_contact_field": _field,
    "set_run_result": _result,
    "set_contact_language": _language,
    "enter_flow": _enter,
    "open_ticket": _ticket,
}
"""Type of an action → what takes it."""
