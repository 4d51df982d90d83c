"""A whole file of theirs as a folder of ours: flows, catalogs, and a report of all that does not map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from bot.core.flow import Flow
from bot.errors import FlowError
from bot.exchange.findings import Findings, report
from bot.exchange.incoming import foreign
from bot.exchange.incoming.files import Head, Texts, Yaml, as_yaml, write_catalogs, write_flow
from bot.exchange.incoming.foreign import Foreign
from bot.exchange.incoming.steps import drafts_of
from bot.exchange.incoming.taking import Taking
from bot.exchange.names import free, keyword, letters_first, slug
from bot.exchange.outgoing.notes import HEAD, MARKS, read_head
from bot.exchange.words import Words
from bot.flowfiles.checks.buttons import LABEL

REPORT: Final = "report.md"


class Taken(msgspec.Struct, frozen=True):
    """What was made of a file."""

    flows: list[Yaml]
    texts: Texts
    findings: Findings


def take(path: Path, locales: Sequence[str]) -> Taken:
    """Return what a file becomes.

    Args:
        path: The file, as RapidPro, TextIt or Glific wrote it.
        locales: The locales that we have; others are taken under Babel's name for them.

    Raises:
        FlowError: It cannot be read, or holds no flows of spec 13 or later.
    """
    findings, texts = Findings(), Texts()
    flows = foreign.read(path, findings)
    heads = _heads(flows, findings)
    ids = {uuid: head.id for uuid, head in heads.items()}
    made = []
    for flow in flows:
        taking = Taking(flow, findings, ids, list(locales))
        drafts = drafts_of(taking)
        taking.unlooked()
        _started(taking, flow, heads[flow.uuid])
        if drafts:
            made.append(as_yaml(heads[flow.uuid], drafts, texts))
            _sources(taking, made[-1])
        else:
            findings.add("dropped", "flow", "has nothing that could be taken", flow=flow.name)
    return Taken(made, texts, findings)


def write(taken: Taken, folder: Path, source: str) -> list[Path]:
    """Write what was made below a new folder, with the report; return the flow files.

    Raises:
        FlowError: There are flows already; nothing is overwritten.
    """
    if (folder / "flows").exists() or (folder / "locales").exists():
        msg = "holds flows or catalogs already; name a new folder"
        raise FlowError(msg, file=str(folder), line=1)
    files = [write_flow(folder / "flows" / "imported", flow) for flow in taken.flows]
    write_catalogs(folder / "locales", taken.texts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT).write_text(report(taken.findings, source), encoding="utf-8")
    return files


def _heads(flows: Sequence[Foreign], findings: Findings) -> dict[str, Head]:
    """Return what each flow is called here: by the note of our own export, else by its name."""
    made: dict[str, Head] = {}
    taken: set[str] = set()
    for flow in flows:
        ours = read_head(flow.stickies)
        name = ours.get("flow") or letters_first(slug(flow.name, "flow", most=40), "flow")
        name = free(name, taken)
        taken.add(name)
        title = ours.get("title", flow.name)
        if not ours and len(title) > LABEL:
            title = title[:LABEL].strip()
            findings.add("changed", "name", f"“{flow.name}” is too long for a title: “{title}”", flow=flow.name)
        others = {key.removeprefix("title "): text for key, text in ours.items() if key.startswith("title ")}
        countries = tuple(ours.get("countries", "").split())
        marks = tuple(mark for mark in ours.get("marks", "").split() if mark in MARKS)
        words = Words(title, others)
        made[flow.uuid] = Head(name, words, ours.get("topic", ""), ours.get("audience", ""), countries, marks)
        for one in flow.stickies:
            if not (ours and str(one.get("title")).startswith((f"{HEAD}: ", f"{name}/"))):
                says = f"{one.get('title')}: {one.get('body')}"
                findings.add("dropped", "sticky note", says, flow=flow.name)
    return made


def _started(taking: Taking, flow: Foreign, head: Head) -> None:
    """Tell the keywords that started a flow, but for those that our own export gives it."""
    own = keyword(Flow(id=head.id, title="", steps={}, topic=head.topic, audience=head.audience or "any"))
    others = [one for one in flow.keywords if one != own]
    if others:
        says = f"{', '.join(others)}: name a topic in the flow, and put the words into its examples for the NLU"
        taking.told("changed", "trigger keyword", says)


def _sources(taking: Taking, flow: Yaml) -> None:
    """Tell how many statements of a flow name no source."""
    said = [one for held in flow["flows"].values() for step in held["steps"] for one in _statements(step)]
    lacking = sum("source" not in one for one in said)
    if lacking:
        says = f"{lacking} of {len(said)} statements name no source: find one for each fact, else write none"
        taking.told("note", "source", says)


def _statements(step: Yaml) -> list[Yaml]:
    found = list(step.get("say", []))
    for added in step.get("overlay", {}).values():
        found += added
    return found
