"""Where nodes and notes stand in their editor: columns from left to right, nothing on top of each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.names import uid
from bot.exchange.outgoing.canvas import Canvas, Note
from bot.flowfiles.layout import LINE, Box, Row, place

LETTERS: Final = 28
"""Characters that a node of the editor shows in a line."""
ACTION: Final = 3
"""Lines that an action takes beside its text."""
NOTE: Final = 9
"""Lines that a closed note takes."""
GRID: Final = 20
"""Pixels to which the editor moves everything."""


def positions(canvas: Canvas) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the editor's settings of each node, and the notes, with where they stand."""
    notes = {note.node: note for note in reversed(canvas.notes)}
    boxes = {node["uuid"]: _box(node, notes) for node in canvas.nodes}
    placed = place(boxes, [canvas.nodes[0]["uuid"]]) if boxes else None
    looks: dict[str, Json] = {}
    stickies: dict[str, Json] = {}
    for node in canvas.nodes:
        left, top = placed.at[node["uuid"]] if placed else (0.0, 0.0)
        looks[node["uuid"]] = {**canvas.look[node["uuid"]], "position": _on_grid(left, top)}
        height = _height(node) * LINE + 3 * GRID
        mine = [note for note in canvas.notes if note.node == node["uuid"]]
        for number, note in enumerate(mine):
            at = _on_grid(left + number * GRID, top + height + number * NOTE * LINE)
            stickies[uid(node["uuid"], "note", str(number))] = {
                "position": at, "title": note.title, "body": note.body, "color": "yellow",
            }  # fmt: skip
    return looks, stickies


def _on_grid(left: float, top: float) -> Json:
    return {"left": round(left / GRID) * GRID, "top": round(top / GRID) * GRID}


def _height(node: Json) -> int:
    texts = [str(action.get("text", "")) for action in node["actions"]]
    return sum(ACTION + len(textwrap.wrap(text, LETTERS)) for text in texts) + ACTION


def _box(node: Json, notes: Mapping[str, Note]) -> Box:
    """Return a node as a box of our own layout, as high as the editor will draw it."""
    lines = _height(node) + (2 * NOTE if node["uuid"] in notes else 0) + ACTION
    rows = tuple(Row(("",), str(one["destination_uuid"] or "")) for one in node["exits"])
    return Box(node["uuid"], "", ("",) * lines, rows)
