"""A file of RapidPro, TextIt or Glific as it is read: leniently, with everything unknown noted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from bot.errors import FlowError
from bot.exchange.dialects import Json
from bot.exchange.findings import Findings
from bot.exchange.names import MENU, uid

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
        return [one for one in self.router.get("categories") or [] if isinstance(one, dict)]

    def leads(self, category: str) -> str:
        """Return where a category leads."""
        for one in self.categories:
            if one.get("uuid") == category:
                return self.exits.get(str(one.get("exit_uuid")), "")
        return ""

    def cases(self, category: str) -> list[Json]:
        """Return the tests that open a category."""
        found = self.router.get("cases") or []
        return [one for one in found if isinstance(one, dict) and one.get("category_uuid") == category]


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
    flows = [_flow(one, starts, findings, str(path)) for one in raw]
    if not flows:
        msg = "holds no flows"
        raise FlowError(msg, file=str(path), line=1)
    return flows


def _started(whole: Json, findings: Findings) -> dict[str, list[str]]:
    """Return the keywords of each flow; all else beside the flows is noted."""
    starts: dict[str, list[str]] = {}
    for one in _dicts(whole.get("triggers")):
        flow = one.get("flow") if isinstance(one.get("flow"), dict) else {}
        words = one.get("keywords") or ([one["keyword"]] if one.get("keyword") else [])
        if one.get("trigger_type") == "K" and isinstance(words, list) and not one.get("groups"):
            starts.setdefault(str(flow.get("uuid")), []).extend(map(str, words))
        elif one.get("trigger_type") != "C":
            says = f"starts {flow.get('name')!r}: {_short(one)}"
            findings.add("dropped", f"trigger {one.get('trigger_type')}", says)
        elif flow.get("uuid") != uid(MENU):
            findings.add("note", "trigger C", f"started {flow.get('name')!r}: here the menu is for everything else")
    for key, value in whole.items():
        if key not in IGNORED and key not in {"triggers", "nodes", *FLOW_KEYS}:
            for one in value if isinstance(value, list) else [value]:
                if one:
                    findings.add("dropped", key, _short(one))
    return starts


def _flow(raw: Json, starts: dict[str, list[str]], findings: Findings, file: str) -> Foreign:
    definition = raw["definition"] if isinstance(raw.get("definition"), dict) else raw
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
            findings.add("dropped", key, _short(value), flow=name)
    if definition.get("type") not in MESSAGING:
        findings.add("changed", f"flow type {definition.get('type')}", "taken as a flow of messages", flow=name)
    ui = definition.get("_ui") if isinstance(definition.get("_ui"), dict) else {}
    looks = ui.get("nodes") if isinstance(ui.get("nodes"), dict) else {}
    nodes = [_node(one, looks, findings, name) for one in _dicts(definition["nodes"])]
    localization = definition.get("localization") if isinstance(definition.get("localization"), dict) else {}
    stickies = ui.get("stickies") if isinstance(ui.get("stickies"), dict) else {}
    return Foreign(
        uuid=uuid,
        name=name,
        language=str(definition.get("language") or ""),
        nodes={one.uuid: one for one in nodes},
        localization={code: table for code, table in localization.items() if isinstance(table, dict)},
        stickies=_dicts(list(stickies.values())),
        keywords=[*starts.get(uuid, []), *map(str, raw.get("keywords") or [])],
    )


def _node(raw: Json, looks: Json, findings: Findings, flow: str) -> Node:
    uuid = str(raw.get("uuid"))
    for key, value in raw.items():
        if key not in NODE_KEYS and value:
            findings.add("dropped", key, _short(value), flow=flow, node=uuid)
    look = looks.get(uuid) if isinstance(looks.get(uuid), dict) else {}
    config = look.get("config") if isinstance(look.get("config"), dict) else {}
    router = raw.get("router") if isinstance(raw.get("router"), dict) else {}
    return Node(
        uuid=uuid,
        actions=_dicts(raw.get("actions")),
        router=router,
        exits={str(one.get("uuid")): str(one.get("destination_uuid") or "") for one in _dicts(raw.get("exits"))},
        ours=config["ucare"] if isinstance(config.get("ucare"), dict) else {},
    )


def extras(found: Json, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (key, what it holds) for what a thing holds beside what we know, where it holds anything."""
    for key, value in found.items():
        if key not in {"uuid", "type", *known} and value:
            yield key, _short(value)


def _dicts(found: Any) -> list[Json]:  # noqa: ANN401 - whatever stands in the file
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _short(found: Any) -> str:  # noqa: ANN401 - as above
    """Return a thing as it stands in the file; it goes whole into the report, so that nothing is lost."""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)
