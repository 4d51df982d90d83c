"""Glific's interactive messages: a text with buttons or a list, kept as JSON within the text of the action."""

from __future__ import annotations

import json

from bot.exchange.dialects import Json
from bot.exchange.incoming.foreign import Node
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
    content = held.get("content") if isinstance(held.get("content"), dict) else {}
    text = str(content.get("text") or held.get("body") or "")
    header = str(content.get("header") or held.get("title") or "")
    options = [one for one in held.get("options") or [] if isinstance(one, dict)]
    for item in held.get("items") or []:
        options += [one for one in item.get("options") or [] if isinstance(one, dict)]
    if header:
        taking.told("dropped", "send_interactive_msg.header", header, node.uuid)
    kept = {key: value for key, value in action.items() if key not in {"id", "name", "text", "labels"}}
    replies = [str(one.get("title") or "") for one in options]
    return {**kept, "text": text, "quick_replies": [one for one in replies if one]}
