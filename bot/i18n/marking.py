"""``ucare i18n mark``: writes down that somebody checked translations."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bot.config import ROOT
from bot.errors import CatalogError, UcareError
from bot.i18n import catalogs, review


class Marked(msgspec.Struct, frozen=True):
    """What marking did, in numbers of texts."""

    marked: int
    kept: int
    """Translations that were checked better before, and stay so."""
    left: int
    """Texts without a translation, or with one that is fuzzy: there is nothing to check."""


def concerns(context: str, flows: Iterable[str]) -> bool:
    """Tell whether a context (``flow/step@BE``) belongs to one of some flows or topics; to none named: always."""
    flow = context.partition("/")[0]
    named = tuple(flows)
    return not named or any(flow == name or flow.startswith(f"{name}.") for name in named)


def mark(catalog: catalogs.ReviewedCatalog, wanted: review.Mark, *, flows: Iterable[str] = ()) -> Marked:
    """Mark the translations of a catalog as checked, or as drafts again.

    Args:
        catalog: It is changed, its header as well.
        wanted: The state, by whom and when. Back-checking never lowers what was reviewed; a draft lowers everything.
        flows: Ids of flows, topics, or ``phrase``; none: all.
    """
    catalogs.spread(catalog)
    named = tuple(flows)
    marked = kept = left = 0
    for message in catalog:
        if not message.id or not concerns(str(message.context or ""), named):
            continue
        if not message.string or message.fuzzy:
            left += 1
        elif wanted.state == review.BACK_CHECKED and review.mark_of(message).state == review.REVIEWED:
            kept += 1
        else:
            review.put(message, wanted)
            marked += 1
    catalogs.settle(catalog)
    return Marked(marked, kept, left)


def command(args: argparse.Namespace) -> int:
    """Mark the catalogs of a locale; 1 where nothing could be marked."""
    total = 0
    try:
        name = "" if args.state == review.DRAFT else review.checked_name(args.by)
        day = None if args.state == review.DRAFT else args.on or dt.datetime.now(tz=dt.UTC).date()
        if args.locale not in catalogs.locales(args.locales):
            msg = f"There is no locale {args.locale!r}; there are {', '.join(catalogs.locales(args.locales))}."
            raise CatalogError(msg)
        for domain in args.domain or ([catalogs.BOT] if args.only else catalogs.DOMAINS):
            path = catalogs.path_of(args.locales, args.locale, domain)
            if path.is_file():
                catalog = catalogs.parse(path, str(path), args.locale)
                done = mark(catalog, review.Mark(args.state, name, day), flows=args.only)
                catalogs.write(path, catalog)
                sys.stdout.write(
                    f"{path}: {done.marked} texts are {args.state}; {done.kept} were reviewed already, "
                    f"{done.left} are not translated. As a whole it is: {catalog.review}.\n"
                )
                total += done.marked + done.kept
    except UcareError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0 if total else 1


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``mark``."""
    one = commands.add_parser("mark", help="write down that somebody checked translations")
    one.add_argument("locale")
    one.add_argument("state", choices=review.STATES)
    one.add_argument("--by", default="", metavar="NAME", help="who checked them; a person or an organisation")
    one.add_argument("--on", type=dt.date.fromisoformat, metavar="DATE", help="when, like 2026-11-25; none: today")
    one.add_argument(
        "--only", action="append", default=[], metavar="FLOW", help="only this flow or topic; may be repeated"
    )
    one.add_argument("--domain", action="append", choices=catalogs.DOMAINS, help="only these texts; none: both")
    one.add_argument("--locales", type=Path, default=ROOT / "locales", help="the folder of the catalogs")
    one.set_defaults(func=command)
