"""``ucare i18n export | import``: sheets for translators. Each returns the exit status."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from bot.config import ROOT
from bot.errors import CatalogError, UcareError
from bot.flowfiles.load import load
from bot.i18n import catalogs, glossary, review
from bot.sheets import rows, scenes
from bot.sheets.reading import read
from bot.sheets.taking import take
from bot.sheets.writing import write_csv, write_xlsx


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def _open(locales: Path, locale: str, domains: list[str]) -> dict[str, catalogs.ReviewedCatalog]:
    found = {}
    for domain in domains or catalogs.DOMAINS:
        path = catalogs.path_of(locales, locale, domain)
        if path.is_file():
            found[domain] = catalogs.parse(path, str(path), locale)
    if not found:
        msg = f"There is no catalog of {locale!r}; there are {', '.join(catalogs.locales(locales)) or 'none'}."
        raise CatalogError(msg)
    return found


def export(args: argparse.Namespace) -> int:
    """Write a sheet for a locale."""
    kind = args.output.suffix.lower()
    try:
        if kind not in {".xlsx", ".csv"}:
            msg = f"{args.output}: name it .xlsx or .csv."
            raise CatalogError(msg)
        around = scenes.of_flows(load(args.flows).flows.values())
        terms = glossary.read(args.locale, args.glossary)
        found = [
            row
            for domain, catalog in _open(args.locales, args.locale, args.domain).items()
            for row in rows.rows(catalog, domain, around, terms, wanted=args.state, flows=args.only)
        ]
        if kind == ".csv":
            count = write_csv(args.output, found, args.locale)
        else:
            count = write_xlsx(args.output, found, args.locale, pictures=not args.no_pictures)
    except UcareError as error:
        _tell(str(error))
        return 1
    except OSError as error:
        _tell(f"{args.output} cannot be written ({error.strerror}).")
        return 1
    _tell(f"{args.output}: {count} texts.")
    return 0


def import_(args: argparse.Namespace) -> int:
    """Take what is valid from a sheet; 1 where a row was not taken."""
    try:
        sheet = read(args.file)
        found = _open(args.locales, sheet.locale, [])
        mark = review.NONE
        if args.by:
            mark = review.Mark(by=review.checked_name(args.by), on=dt.datetime.now(tz=dt.UTC).date())
        done = take(sheet.lines, found, mark)
        for domain in done.changed:
            if not args.dry_run:
                catalogs.write(catalogs.path_of(args.locales, sheet.locale, domain), found[domain])
    except UcareError as error:
        _tell(str(error))
        return 1
    for one in done.refused:
        _tell(f"{args.file}:{one.row}: not taken: {one.reason}")
    _tell(
        f"{sheet.locale}: {sum(done.changed.values())} taken, {len(done.refused)} not taken, "
        f"{done.unchanged} as they were.{' Nothing was written.' if args.dry_run else ''}"
    )
    return 1 if done.refused else 0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export`` and ``import`` to the commands of ``i18n``."""
    one = commands.add_parser("export", help="write a sheet for a translator: XLSX with pictures, or CSV")
    one.add_argument("locale")
    one.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="name it .xlsx or .csv")
    one.add_argument(
        "--state", choices=("todo", "draft", "all"), default="all",
        help="todo: what is missing or fuzzy; draft: what nobody checked as well; all",
    )  # fmt: skip
    one.add_argument("--domain", action="append", default=[], choices=catalogs.DOMAINS, help="only these texts")
    one.add_argument("--only", action="append", default=[], metavar="FLOW", help="only this flow or topic")
    one.add_argument("--no-pictures", action="store_true", help="a smaller file")
    one.add_argument("--flows", type=Path, default=ROOT / "flows", help="the folder of the flows")
    one.add_argument("--glossary", type=Path, default=glossary.FOLDER, help="the folder of the glossaries")
    one.add_argument("--locales", type=Path, default=ROOT / "locales", help="the folder of the catalogs")
    one.set_defaults(func=export)
    one = commands.add_parser("import", help="take what is valid from such a sheet, and say of the rest why not")
    one.add_argument("file", type=Path)
    one.add_argument("--by", default="", metavar="NAME", help="who checked the rows whose state was raised")
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")
    one.add_argument("--locales", type=Path, default=ROOT / "locales", help="the folder of the catalogs")
    one.set_defaults(func=import_)
