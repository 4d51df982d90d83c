"""``ucare flows new | check | list | draw | diff | stats | schema``: what authors type.

Each command returns the exit status.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import msgspec

from bot.config import ROOT
from bot.errors import UcareError
from bot.flowfiles import difference, drawing, overview, schema, starting, stats
from bot.flowfiles.checks import check as find_faults
from bot.flowfiles.load import load

FLOWS = ROOT / "flows"
LOCALES = ROOT / "locales"


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def check(args: argparse.Namespace) -> int:
    """Print every fault with file, line and how to mend it; 1 where there is an error."""
    faults = find_faults(args.flows, args.locales, release=args.release)
    wanted = [
        fault
        for fault in faults
        if (not args.errors or fault.severity == "error") and (not args.only or fault.code in args.only)
    ]
    if args.file:
        wanted = [fault for fault in wanted if any(part in fault.file for part in args.file)]
    for fault in wanted:
        _tell(str(fault))
    counts = Counter(fault.severity for fault in wanted)
    _tell(f"{counts['error']} errors, {counts['warning']} warnings.")
    return 1 if counts["error"] else 0


def list_(args: argparse.Namespace) -> int:
    """Print a table of all flows: topic, audience, countries, steps, locales and the state of review."""
    try:
        _tell(overview.table(overview.rows(args.flows, args.locales)))
    except UcareError as error:
        _tell(str(error))
        return 1
    return 0


def draw(args: argparse.Namespace) -> int:
    """Write the picture of one flow, or of the whole map, as SVG to a file or to the output."""
    try:
        flows = load(args.flows).flows
    except UcareError as error:
        _tell(str(error))
        return 1
    if args.flow and args.flow not in flows:
        near = ", ".join(name for name in flows if args.flow.split(".")[0] in name)
        _tell(f"There is no flow {args.flow!r}.{f' Did you mean: {near}?' if near else ''}")
        return 1
    picture = drawing.draw(flows[args.flow]) if args.flow else drawing.draw_map(flows)
    if args.output:
        args.output.write_text(picture, encoding="utf-8")
        _tell(f"{args.output} is written.")
    else:
        _tell(picture)
    return 0


def new(args: argparse.Namespace) -> int:
    """Write a flow to begin with."""
    try:
        path = starting.begin(args.flows, args.topic, args.audience)
    except UcareError as error:
        _tell(str(error))
        return 1
    _tell(f"{path} is written. Write its sentences, then: ucare flows check {path.name}")
    return 0


def diff(args: argparse.Namespace) -> int:
    """Print what changed between two states: folders, or revisions of git."""
    try:
        with (
            difference.state(args.old, args.flows) as old,
            difference.state(args.new or str(args.flows), args.flows) as to,
        ):
            changes = difference.differences(difference.everything(old), difference.everything(to))
    except UcareError as error:
        _tell(str(error))
        return 1
    _tell(msgspec.json.encode(changes).decode() if args.json else difference.told(changes))
    return 0


def stats_(args: argparse.Namespace) -> int:
    """Print how much there is, how deep it goes and on what it rests."""
    try:
        found = stats.measure(args.flows)
    except UcareError as error:
        _tell(str(error))
        return 1
    _tell(msgspec.json.encode(found).decode() if args.json else stats.table(found))
    return 0


def write_schema(args: argparse.Namespace) -> int:
    """Write the schema that editors check flow files by."""
    path = args.flows / "schema.json"
    path.write_text(schema.as_text(), encoding="utf-8")
    _tell(f"{path} is written.")
    return 0


def folders() -> argparse.ArgumentParser:
    """Return what every command takes: where flows and catalogs lie."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--flows", type=Path, default=FLOWS, help="the folder of the flows")
    common.add_argument("--locales", type=Path, default=LOCALES, help="the folder of the catalogs")
    return common


def register(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """Add ``flows`` and its commands; each sets ``func``. Returns where more of them can be added."""
    flows = subparsers.add_parser("flows", help="check, list and draw what the assistant says")
    commands = flows.add_subparsers(required=True, metavar="new|check|list|draw|diff|stats|schema|preview|book")
    common = folders()
    one = commands.add_parser("check", parents=[common], help="find faults, with file, line and how to mend them")
    one.add_argument("file", nargs="*", help="only faults of files whose name holds this")
    one.add_argument("--release", action="store_true", help="what is unreviewed, expired or uncalled is an error")
    one.add_argument("--errors", action="store_true", help="show errors alone")
    one.add_argument("--only", action="append", metavar="CODE", help="show this kind of fault alone; may be repeated")
    one.set_defaults(func=check)
    commands.add_parser("list", parents=[common], help="a table of all flows").set_defaults(func=list_)
    one = commands.add_parser("draw", parents=[common], help="a picture (SVG) of one flow, or of all")
    one.add_argument("flow", nargs="?", default="", help="the flow; none: the whole map")
    one.add_argument("-o", "--output", type=Path, help="the file to write")
    one.set_defaults(func=draw)
    one = commands.add_parser("new", parents=[common], help="a flow to begin with, whole but for its sentences")
    one.add_argument("topic", help="of nlu/topics.yml")
    one.add_argument("audience", choices=starting.AUDIENCES)
    one.set_defaults(func=new)
    one = commands.add_parser("diff", parents=[common], help="what changed between two states, for a reviewer")
    one.add_argument("old", help="a folder, or a revision of git (HEAD~3, a tag)")
    one.add_argument("new", nargs="?", default="", help="the same; none: the flows as they are now")
    one.add_argument("--json", action="store_true", help="for programs")
    one.set_defaults(func=diff)
    one = commands.add_parser("stats", parents=[common], help="how much there is, and on what it rests")
    one.add_argument("--json", action="store_true", help="for programs")
    one.set_defaults(func=stats_)
    one = commands.add_parser("schema", parents=[common], help="write flows/schema.json, by which editors help")
    one.set_defaults(func=write_schema)
    return commands


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands alone: ``python -m bot.flowfiles.commands flows check``."""
    parser = argparse.ArgumentParser(prog="ucare")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(arguments)
    return int(args.func(args))


if __name__ == "__main__":
    sys.exit(main())
