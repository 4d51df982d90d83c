"""Jobs, files and folders for the tests of the exchange."""

from __future__ import annotations

import json

import msgspec

from bot.core.library import Library
from bot.exchange.dialects import DIALECTS
from bot.exchange.findings import Findings
from bot.exchange.incoming.take import take, write
from bot.exchange.outgoing.canvas import Job
from bot.flowfiles import reference
from bot.flowfiles.load import load
from bot.i18n import catalogs

NUMBERS = {
    "EU": {"tel_emergency": "112", "tel_police": "112"},
    "BE": {"tel_police": "101", "tel_child": "103"},
    "DE": {"tel_police": "110", "tel_child": "116111"},
    "GR": {"tel_police": "100", "tel_ombuds": "800 11 32000"},
}


def job_of(root, dialect, **changes):
    """A job for a folder with ``flows`` and ``locales``."""
    flows = root / "flows"
    sources = dict(reference.sources(flows))
    read = catalogs.read_all(root / "locales")
    job = Job(
        flows=load(flows).flows,
        texts={locale: one.texts() for locale, one in read.items()},
        library=Library({}, {}, reference.numbers(flows)),
        contacts=reference.contacts(flows),
        sources=sources,
        dialect=dialect,
        findings=Findings(),
        unfit=reference.unfit(sources),
    )
    return msgspec.structs.replace(job, **changes)


def small(flows, texts=None, numbers=NUMBERS, dialect="rapidpro", **more):
    """A job for flows that a test made."""
    return Job(flows, texts or {}, Library({}, {}, numbers), {}, {}, DIALECTS[dialect], Findings(), **more)


def written(folder, text):
    """Flows that stand in YAML."""
    path = folder / "flows" / "a.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path.parent).flows


def taken(document, folder, locales=("nl", "fa_AF", "ar")):
    """What an export becomes: flows, translations by locale, and what was found."""
    path = folder / "file.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    found = take(path, locales)
    write(found, folder / "out", "file.json")
    texts = {locale: one.texts() for locale, one in catalogs.read_all(folder / "out" / "locales").items()}
    return load(folder / "out" / "flows").flows, texts, list(found.findings)


def plain(flows):
    """Flows without the name of their file."""
    return {name: msgspec.structs.replace(flow, file="") for name, flow in flows.items()}


def node_of(document, step, part=None):
    """The node of a step in the first flow of an export."""
    for flow in document["flows"]:
        for node in flow["nodes"]:
            ours = flow["_ui"]["nodes"][node["uuid"]]["config"]["ucare"]
            if ours["step"] == step and part in {None, ours.get("part"), ours.get("place")}:
                return node
    raise LookupError(step)
