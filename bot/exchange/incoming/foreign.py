"""A file of RapidPro, TextIt or Glific as it is read: leniently, with everything unknown noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import msgspec

from bot.errors import FlowError
from bot.exchange.dialects import EXPIRES, Json
from bot.exchange.findings import Findings
from bot.exchange.incoming.lenient import mapping, mappings, short, texts, things
from bot.exchange.names import MENU, free

IGNORED: Final = frozenset({"version", "site", "flows", "fields", "contact_field"})
"""What a file says about itself; the fields of contacts are the slots of the flows that use them."""
FLOW_KEYS: Final = frozenset({
    "uuid", "name", "spec_version", "language", "type", "revision", "expire_after_minutes", "localization", "nodes",
    "_ui", "metadata", "vars",
})  # fmt: skip
NODE_KEYS: Final = frozenset({"uuid", "actions", "router", "exits"})
MESSAGING: Final = frozenset({"messaging", "message"})


class Node(msgspec.Struct, frozen=True):
    """A node: it does something, may choose a way, and leads on."""

    uuid: str
    actions: list[Json]
    router: Json
    """Empty where there is none."""
    exits: dict[str, str]
    """Id of a way out → node (empty: the flow ends there)."""
    ours: Json
    """What our own export wrote about it."""

    @property
    def onwards(self) -> str:
        """Where it leads where nothing is chosen."""
        return next(iter(self.exits.values()), "")

    @property
    def waits(self) -> bool:
        """Whether it waits for a message."""
        return isinstance(self.router.get("wait"), dict)

    @property
    def categories(self) -> list[Json]:
        """The named ways of its router."""
        return things(self.router.get("categories"))

    def leads(self, category: str) -> str:
        """Return where a category leads."""
        for one in self.categories:
            if one.get("uuid") == category:
                return self.exits.get(str(one.get("exit_uuid")), "")
        return ""

    def cases(self, category: str) -> list[Json]:
        """Return the tests that open a category."""
        return [one for one in things(self.router.get("cases")) if one.get("category_uuid") == category]


class Foreign(msgspec.Struct, frozen=True):
    """A flow of theirs."""

    uuid: str
    name: str
    language: str
    nodes: dict[str, Node]
    localization: dict[str, dict[str, Json]]
    stickies: list[Json]
    keywords: list[str]
    """What starts it; None of it is needed here."""


def read(path: Path, findings: Findings) -> list[Foreign]:
    """Return the flows of a file; what is no flow is noted.

    Raises:
        FlowError: It cannot be read, or holds no flows of spec 13 or later.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"cannot be read ({error.strerror})"
        raise FlowError(msg, file=str(path), line=1) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        msg = "is no JSON file in UTF-8"
        raise FlowError(msg, file=str(path), line=getattr(error, "lineno", 1)) from None
    if not isinstance(found, dict):
        msg = "holds no flows"
        raise FlowError(msg, file=str(path), line=1)
    whole = found if "flows" in found else {"flows": [found]}
    starts = _started(whole, findings)
    raw = [one for one in whole["flows"] or [] if isinstance(one, dict)] if isinstance(whole["flows"], list) else []
    flows = [_flow(one, starts, findings, str(path)) for one in _unlike(raw, findings)]
    if not flows:
        msg = "holds no flows"
        raise FlowError(msg, file=str(path), line=1)
    return flows


def _unlike(found: list[Json], findings: Findings, flow: str = "") -> list[Json]:
    """Return flows or nodes with an id of its own each: where one stands twice, nothing leads to the second."""
    seen: set[str] = set()
    made = []
    for one in found:
        held = mapping(one.get("definition")) or one
        uuid = free(str(held.get("uuid") or held.get("name")), seen)
        if uuid != str(held.get("uuid")):
            says = f"{held.get('name') or ''} has the id of another, or none: only that one is led to".strip()
            findings.add("changed", "uuid", says, flow=flow, node=uuid)
        seen.add(uuid)
        made.append({**one, "definition": {**held, "uuid": uuid}} if held is not one else {**one, "uuid": uuid})
    return made


def _started(whole: Json, findings: Findings) -> dict[str, list[str]]:
    """Return the keywords of each flow; all else beside the flows is noted."""
    starts: dict[str, list[str]] = {}
    for one in mappings(whole.get("triggers")):
        flow = mapping(one.get("flow"))
        words = texts(one.get("keywords")) or texts([one["keyword"]] if one.get("keyword") else [])
        if one.get("trigger_type") == "K" and words and not one.get("groups"):
            starts.setdefault(str(flow.get("uuid")), []).extend(map(str, words))
        elif one.get("trigger_type") != "C":
            says = f"starts {flow.get('name')!r}: {short(one)}"
            findings.add("dropped", f"trigger {one.get('trigger_type')}", says)
        elif flow.get("name") != MENU:
            findings.add("note", "trigger C", f"started {flow.get('name')!r}: here the menu is for everything else")
    for key, value in whole.items():
        if key not in IGNORED and key not in {"triggers", "nodes", *FLOW_KEYS}:
            for one in value if isinstance(value, list) else [value]:
                if one:
                    findings.add("dropped", key, short(one))
    return starts


def _flow(raw: Json, starts: dict[str, list[str]], findings: Findings, file: str) -> Foreign:
    definition = mapping(raw.get("definition")) or raw
    name = str(definition.get("name") or "flow")
    if not isinstance(definition.get("nodes"), list):
        old = (
            "is of spec 12 or older: open and save it in RapidPro first"
            if "rule_sets" in definition
            else "has no nodes"
        )
        msg = f"the flow {name!r} {old}"
        raise FlowError(msg, file=file, line=1)
    uuid = str(definition.get("uuid") or name)
    for key, value in definition.items():
        if key not in FLOW_KEYS and value:
            findings.add("dropped", key, short(value), flow=name)
    if str(definition.get("type")) not in MESSAGING:
        findings.add("changed", f"flow type {definition.get('type')}", "taken as a flow of messages", flow=name)
    expires = definition.get("expire_after_minutes")
    if expires and expires != EXPIRES:
        says = f"{short(expires)}: here a conversation is kept as the settings say"
        findings.add("note", "expire_after_minutes", says, flow=name)
    ui = mapping(definition.get("_ui"))
    looks = mapping(ui.get("nodes"))
    nodes = [_node(one, looks, findings, name) for one in _unlike(mappings(definition["nodes"]), findings, name)]
    localization = mapping(definition.get("localization"))
    stickies = mapping(ui.get("stickies"))
    return Foreign(
        uuid=uuid,
        name=name,
        language=str(definition.get("language") or ""),
        nodes={one.uuid: one for one in nodes},
        localization={code: table for code, table in localization.items() if isinstance(table, dict)},
        stickies=mappings(list(stickies.values())),
        keywords=[*starts.get(uuid, []), *texts(raw.get("keywords"))],
    )


def _node(raw: Json, looks: Json, findings: Findings, flow: str) -> Node:
    uuid = str(raw.get("uuid"))
    for key, value in raw.items():
        if key not in NODE_KEYS and value:
            findings.add("dropped", key, short(value), flow=flow, node=uuid)
    look = mapping(looks.get(uuid))
    config = mapping(look.get("config"))
    router = mapping(raw.get("router"))
    return Node(
        uuid=uuid,
        actions=things(raw.get("actions")),
        router=router,
        exits={str(one.get("uuid")): str(one.get("destination_uuid") or "") for one in mappings(raw.get("exits"))},
        ours=mapping(config.get("ucare")),
    )
