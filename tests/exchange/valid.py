"""Tells what is wrong with an export: by the schema of spec 13.2, and by what a schema cannot say."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parent / "spec-13.2.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
UI_BYTES = 262_144
"""RapidPro takes no more for the editor's part of a flow."""


def faults(document):
    """All faults of an export of RapidPro, as text."""
    found = [f"{'/'.join(map(str, one.path))}: {one.message[:200]}" for one in VALIDATOR.iter_errors(document)]
    for flow in document["flows"]:
        found += [f"{flow['name']}: {one}" for one in _flow(flow)]
    known = {flow["uuid"] for flow in document["flows"]}
    found += [f"a trigger starts {one['flow']}" for one in document["triggers"] if one["flow"]["uuid"] not in known]
    words = [word for one in document["triggers"] for word in one.get("keywords", ())]
    return found + [f"two flows start by {word}" for word in set(words) if words.count(word) > 1]


def _flow(flow):
    nodes = {node["uuid"] for node in flow["nodes"]}
    things, said = [], set()
    for node in flow["nodes"]:
        exits = {one["uuid"] for one in node["exits"]}
        things += [node["uuid"], *exits, *(one["uuid"] for one in node["actions"])]
        said |= {one["uuid"] for one in node["actions"]}
        yield from (f"{one} leads nowhere" for one in node["exits"] if one["destination_uuid"] not in {*nodes, None})
        router = node.get("router")
        if router is None:
            if len(exits) != 1:
                yield f"{node['uuid']} has {len(exits)} exits and no router"
            continue
        categories = {one["uuid"] for one in router["categories"]}
        things += [*categories, *(one["uuid"] for one in router["cases"])]
        said |= {*categories, *(one["uuid"] for one in router["cases"])}
        yield from (f"{one} has no such exit" for one in router["categories"] if one["exit_uuid"] not in exits)
        yield from (f"{one} has no such category" for one in router["cases"] if one["category_uuid"] not in categories)
        if router["default_category_uuid"] not in categories:
            yield f"{node['uuid']} has no such default"
        names = [one["name"].casefold() for one in router["categories"]]
        yield from (f"{node['uuid']} has two ways {name!r}" for name in set(names) if names.count(name) > 1)
    yield from (f"{one} stands twice" for one in set(things) if things.count(one) > 1)
    for language, table in flow["localization"].items():
        yield from (f"{language}: {one} is not there" for one in table.keys() - said)
    ui = flow["_ui"]
    if ui["nodes"].keys() != nodes:
        yield "the editor does not know all nodes"
    if len(json.dumps(ui)) > UI_BYTES:
        yield "the editor's part is too large"
    places = [tuple(one["position"].values()) for one in ui["nodes"].values()]
    if len(set(places)) != len(places):
        yield "two nodes stand at the same place"
