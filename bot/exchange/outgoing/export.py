"""A set of flows as the file that RapidPro, TextIt or Glific import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bot.core.flow import Act, Ask, Branch, Choose, End, Escalate, Flow, Link, Say, Set
from bot.exchange.dialects import EXPIRES, GLIFIC, SPEC, Json
from bot.exchange.names import MENU, keyword, uid
from bot.exchange.outgoing import turns
from bot.exchange.outgoing.asks import ask, choose
from bot.exchange.outgoing.canvas import Canvas, Job, label
from bot.exchange.outgoing.notes import head_of
from bot.exchange.outgoing.placing import positions
from bot.exchange.outgoing.says import say

VERSION: Final = "13"
MOST_NODES: Final = 1000

BUILD: Final[dict[type, Callable[[Canvas, Any], None]]] = {
    Say: say,
    Ask: ask,
    Choose: choose,
    Branch: turns.branch,
    Set: turns.set_,
    Escalate: turns.escalate,
    Link: turns.link,
    Act: turns.act,
    End: turns.end,
}
"""Kind of step → what makes its nodes."""


def export(job: Job) -> Json:
    """Return the file for the flows of a job; what it cannot hold is in the job's findings.

    Raises:
        FlowError: A question names a number that is not there for everybody.
    """
    _languages(job)
    made = {flow.id: _definition(flow, job) for flow in job.flows.values()}
    if job.dialect is GLIFIC:
        return {
            "flows": [
                {"definition": one, "keywords": [keyword(job.flows[name])] if keyword(job.flows[name]) else []}
                for name, (one, _) in made.items()
            ],
            "contact_field": sorted({field for _, fields in made.values() for field in fields}),
            "collections": [],
            "interactive_templates": [],
        }
    return {
        "version": VERSION,
        "site": "",
        "flows": [one for one, _ in made.values()],
        "campaigns": [],
        "triggers": _triggers(job),
        "fields": [
            {"key": name, "name": label(name), "type": "text"}
            for name in sorted({field for _, fields in made.values() for field in fields})
        ],
        "groups": [],
    }


def _definition(flow: Flow, job: Job) -> tuple[Json, set[str]]:
    canvas = Canvas(flow, job)
    for step in flow.steps.values():
        BUILD[type(step)](canvas, step)
    canvas.notes.insert(0, head_of(canvas))
    if len(canvas.nodes) > MOST_NODES:
        canvas.told("changed", "flow", f"{len(canvas.nodes)} nodes: RapidPro takes {MOST_NODES} at most")
    looks, stickies = positions(canvas)
    made: Json = {
        "uuid": uid(flow.id),
        "name": flow.id,
        "spec_version": SPEC,
        "language": job.dialect.code("en"),
        "type": job.dialect.type,
        "revision": 1,
        "expire_after_minutes": EXPIRES,
        "localization": canvas.localization,
        "nodes": canvas.nodes,
        "_ui": {"nodes": looks, "stickies": stickies},
    }
    if job.dialect is GLIFIC:
        made["vars"] = [made["uuid"]]
    return made, canvas.fields


def _languages(job: Job) -> None:
    """Note locales that share a code over there: only one of them can be kept."""
    seen: dict[str, str] = {}
    for locale in job.texts:
        first = seen.setdefault(job.dialect.code(locale), locale)
        if first != locale:
            says = f"{first} and {locale} are both {job.dialect.code(locale)!r} there; the texts of {locale} are kept"
            job.findings.add("dropped", "localization", says)


def _triggers(job: Job) -> list[Json]:
    """Return what starts the flows: the word of their topic alone, and the menu for everything else."""
    started = [flow for flow in job.flows.values() if keyword(flow)]
    made = [_trigger("K", flow) | {"keywords": [keyword(flow)], "match_type": "O"} for flow in started]
    if MENU in job.flows:
        made.append(_trigger("C", job.flows[MENU]))
    return made


def _trigger(kind: str, flow: Flow) -> Json:
    reference = {"uuid": uid(flow.id), "name": flow.id}
    return {"trigger_type": kind, "flow": reference, "groups": [], "exclude_groups": [], "channel": None}
