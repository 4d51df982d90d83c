"""``ucare flows export | import``: flows for RapidPro, TextIt and Glific. Each returns the exit status."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.config import load as settings
from bot.core.flow import Choose, Flow, Link
from bot.core.library import Library
from bot.errors import FlowError, UcareError
from bot.exchange.dialects import DIALECTS
from bot.exchange.findings import Findings
from bot.exchange.incoming.take import REPORT, take, write
from bot.exchange.outgoing.canvas import Job
from bot.exchange.outgoing.export import export
from bot.exchange.outgoing.notes import WARNING
from bot.flowfiles import reference
from bot.flowfiles.load import load
from bot.i18n import catalogs


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def _chosen(flows: Mapping[str, Flow], wanted: Sequence[str], *, linked: bool) -> dict[str, Flow]:
    """Return the flows that are named (an id, or a topic), in their order; with those that they lead to, if wished."""
    names = [name for name in flows if not wanted or name in wanted or name.partition(".")[0] in wanted]
    unknown = [one for one in wanted if one not in flows and all(name.partition(".")[0] != one for name in flows)]
    if unknown:
        msg = f"there is no flow {', '.join(map(repr, unknown))}; see `ucare flows list`"
        raise FlowError(msg)
    seen = set(names)
    while linked and names:
        names = [one for name in names for one in _leads(flows[name]) if one in flows and one not in seen]
        seen.update(names)
    return {name: flow for name, flow in flows.items() if name in seen}


def _leads(flow: Flow) -> list[str]:
    links = [step.flow for step in flow.steps.values() if isinstance(step, Link)]
    choices = [one.flow for step in flow.steps.values() if isinstance(step, Choose) for one in step.choose]
    return [*links, *(one for one in choices if one)]


def _job(args: argparse.Namespace, findings: Findings) -> Job:
    sources = reference.sources(args.flows) if (args.flows / "sources.yml").is_file() else {}
    texts = {locale: read.texts() for locale, read in catalogs.read_all(args.locales).items()}
    wanted = {locale: table for locale, table in texts.items() if not args.locale or locale in args.locale}
    return Job(
        flows=_chosen(load(args.flows).flows, args.flow, linked=args.linked),
        texts=wanted,
        library=Library({}, {}, reference.numbers(args.flows, release=args.release or settings().ucare_release)),
        contacts=reference.contacts(args.flows),
        sources=sources,
        dialect=DIALECTS[args.format],
        findings=findings,
        unfit=reference.unfit(sources),
    )


def export_(args: argparse.Namespace) -> int:
    """Write the file, and tell what it cannot hold."""
    findings = Findings()
    try:
        job = _job(args, findings)
        made = json.dumps(export(job), ensure_ascii=False, indent=1)
        args.output.write_text(made + "\n", encoding="utf-8")
    except UcareError as error:
        _tell(str(error))
        return 1
    except OSError as error:
        _tell(f"{args.output} cannot be written ({error.strerror}).")
        return 1
    for one in findings:
        _tell(str(one))
    _tell(f"{args.output}: {len(job.flows)} flows in {len(job.texts) + 1} languages; {findings.counted()}.")
    _tell(f"\nTo whoever takes it over: {WARNING.removeprefix('read: ')}")
    return 0


def import_(args: argparse.Namespace) -> int:
    """Write a folder of flows, catalogs and a report; 1 where something was dropped or changed."""
    try:
        taken = take(args.file, catalogs.locales(args.locales))
        files = write(taken, args.output, args.file.name)
    except UcareError as error:
        _tell(str(error))
        return 1
    except OSError as error:
        _tell(f"{args.output} cannot be written ({error.strerror}).")
        return 1
    for one in taken.findings:
        _tell(str(one))
    texts = sum(map(len, taken.texts.by_locale.values()))
    _tell(f"{args.output}: {len(files)} flows, {texts} translations (drafts); {taken.findings.counted()}.")
    _tell(f"All of it stands in {args.output / REPORT}.")
    return 1 if taken.findings.grave else 0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add ``export`` and ``import`` to the commands of ``flows``; ``common`` names the folders."""
    one = commands.add_parser("export", parents=[common], help="a file for RapidPro, TextIt or Glific")
    one.add_argument("flow", nargs="*", help="a flow or a topic; none: all of them")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the JSON file to write")
    one.add_argument("--format", choices=sorted(DIALECTS), default="rapidpro", help="rapidpro is TextIt's as well")
    one.add_argument("--linked", action="store_true", help="with all flows that these lead to")
    one.add_argument("--locale", action="append", default=[], help="only this language; may be repeated")
    one.add_argument("--release", action="store_true", help="leave out numbers that nobody has called")
    one.set_defaults(func=export_)
    one = commands.add_parser(
        "import", parents=[common], help="take flows from such a file, and tell what does not map"
    )
    one.add_argument("file", type=Path)
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="a new folder")
    one.set_defaults(func=import_)
