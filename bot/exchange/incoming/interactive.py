"""Glific's interactive messages: a text with buttons or a list, kept as JSON within the text of the action."""

from __future__ import annotations

import json

from bot.exchange.dialects import Json
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.lenient import extras, mapping, mappings
from bot.exchange.incoming.taking import Taking


def as_message(taking: Taking, node: Node, action: Json) -> Json:
    """Return an interactive message as a plain one with quick replies; any other action as it is."""
    if action.get("type") != "send_interactive_msg":
        return action
    try:
        held = json.loads(str(action.get("text") or ""))
    except ValueError:
        held = None
    if not isinstance(held, dict):
        return {**action, "text": ""} if not action.get("text") else action
    content = mapping(held.get("content"))
    text = str(content.get("text") or held.get("body") or "")
    options = mappings(held.get("options"))
    for item in mappings(held.get("items")):
        options += mappings(item.get("options"))
        _told(taking, node, item, "options")
    for one in options:
        _told(taking, node, one, "title")
    _told(taking, node, content, "text")
    _told(taking, node, held, "content", "body", "options", "items")
    _told(taking, node, {key: action.get(key) for key in ("id", "name", "labels")})
    kept = {key: value for key, value in action.items() if key not in {"id", "name", "text", "labels"}}
    replies = [str(one.get("title") or "") for one in options]
    return {**kept, "text": text, "quick_replies": [one for one in replies if one]}


def _told(taking: Taking, node: Node, found: Json, *known: str) -> None:
    for key, value in extras(found, *known):
        taking.told("dropped", f"send_interactive_msg.{key}", value, node.uuid)
