"""``ucare i18n extract | update | compile | report | mark``: what translators type. Each returns the exit status."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from babel import UnknownLocaleError
from babel.messages.mofile import write_mo

from bot.config import ROOT
from bot.errors import CatalogError, UcareError
from bot.i18n import catalogs, marking, pseudo, templates
from bot.i18n import state as states
from bot.i18n.writing import PSEUDO, isolate


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def extract(args: argparse.Namespace) -> int:
    """Write the templates ``bot.pot`` and ``console.pot``."""
    try:
        for domain in catalogs.DOMAINS:
            template = templates.extract(args.root, args.locales, domain)
            path = templates.template_path(args.locales, domain)
            catalogs.write(path, template)
            _tell(f"{path}: {len(template)} texts.")
    except UcareError as error:
        _tell(str(error))
        return 1
    return 0


def update(args: argparse.Namespace) -> int:
    """Write the templates, then bring every catalog to their state; ``--new`` begins a locale."""
    if extract(args):
        return 1
    status = 0
    for locale in [*catalogs.locales(args.locales), *args.new]:
        for domain in catalogs.DOMAINS:
            try:
                _tell(_update(args, locale, domain))
            except UcareError as error:
                _tell(str(error))
                status = 1
    return status


def _update(args: argparse.Namespace, locale: str, domain: str) -> str:
    template_path = templates.template_path(args.locales, domain)
    template = catalogs.parse(template_path, template_path.name)
    template.domain = domain
    path = catalogs.path_of(args.locales, locale, domain)
    again = False
    if path.is_file():
        catalog = catalogs.parse(path, str(path), locale)
        again = templates.update(catalog, template)
    else:
        try:
            catalog = templates.new(locale, template)
        except (UnknownLocaleError, ValueError):
            msg = f"There is no locale {locale!r}; write it like nl, fa_AF or sr_Latn."
            raise CatalogError(msg) from None
    catalogs.write(path, catalog)
    todo = sum(bool(m.id) and (m.fuzzy or not m.string) for m in catalog)
    return f"{path}: {todo} of {len(catalog)} texts to translate.{' It is a draft again.' if again else ''}"


def compile_(args: argparse.Namespace) -> int:
    """Compile every catalog, to see that it can be; with ``--into`` write the MO files for other programs."""
    status = 0
    for locale in catalogs.locales(args.locales):
        for domain in catalogs.DOMAINS:
            path = catalogs.path_of(args.locales, locale, domain)
            if not path.is_file():
                continue
            try:
                buffer = io.BytesIO()
                write_mo(buffer, catalogs.parse(path, str(path), locale))
            except UcareError as error:
                _tell(str(error))
                status = 1
                continue
            if args.into:
                target = catalogs.path_of(args.into, locale, domain).with_suffix(".mo")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(buffer.getvalue())
            _tell(f"{path}: can be compiled ({len(buffer.getvalue())} bytes).")
    return status


def report(args: argparse.Namespace) -> int:
    """Print how far each catalog is; with ``--texts`` name each text.

    Return 1 where a catalog is wrong, with ``--whole`` also where one is not whole.
    """
    try:
        found = states.report(args.locales, [templates.extract(args.root, args.locales, d) for d in catalogs.DOMAINS])
    except UcareError as error:
        _tell(str(error))
        return 1
    if not found:
        _tell("There is no catalog yet; begin one with `ucare i18n update --new LOCALE`.")
    for one in found:
        faults = f"{len(one.missing)} missing, {len(one.fuzzy)} fuzzy, {len(one.stale)} stale"
        marks = ", ".join(f"{count} {state}" for state, count in one.marks.items())
        _tell(f"{one.locale:8} {one.domain:8} {one.translated} of {one.wanted}, {faults}; {one.review} ({marks})")
        if args.texts:
            groups = (
                ("missing", one.missing), ("fuzzy", one.fuzzy), ("stale", one.stale), ("changed", one.changed)
            )  # fmt: skip
            for kind, group in groups:
                for context, msgid in group:
                    _tell(f"    {kind:8} {context or '-'}: {msgid}")
    return 1 if args.whole and not all(one.whole for one in found) else 0


def show_pseudo(args: argparse.Namespace) -> int:
    """Print texts in the locales that nobody speaks."""
    for text in args.text:
        for locale in PSEUDO:
            _tell(f"{locale}  {isolate(pseudo.pseudo(text, locale), locale)}")
    _tell("Try one: `ucare chat --locale en_XA --country BE --audience child`, or UCARE_PSEUDO=1 with any command.")
    return 0


def register(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """Add ``i18n`` and its commands; each sets ``func``. Return where more of them may be added."""
    i18n = subparsers.add_parser("i18n", help="texts for translators: extract, update, report, mark, sheets")
    commands = i18n.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, default=ROOT, help="the folder that the mappings begin at")
    common.add_argument("--locales", type=Path, default=ROOT / "locales", help="the folder of the catalogs")
    one = commands.add_parser("extract", parents=[common], help="write bot.pot and console.pot")
    one.set_defaults(func=extract)
    one = commands.add_parser("update", parents=[common], help="bring all catalogs to the state of the texts")
    one.add_argument("--new", action="append", default=[], metavar="LOCALE", help="begin a locale; may be repeated")
    one.set_defaults(func=update)
    one = commands.add_parser("compile", parents=[common], help="see that every catalog can be compiled")
    one.add_argument("--into", type=Path, help="write MO files below this folder")
    one.set_defaults(func=compile_)
    one = commands.add_parser("report", parents=[common], help="what is missing, fuzzy, stale, and who reviewed it")
    one.add_argument("--texts", action="store_true", help="name each text")
    one.add_argument("--whole", action="store_true", help="fail where a catalog is not whole")
    one.set_defaults(func=report)
    marking.register(commands)
    one = commands.add_parser("pseudo", help="show a text in the locales that nobody speaks, and how to use them")
    one.add_argument("text", nargs="*", default=["Hello! How can I help you? Call {tel_child}."])
    one.set_defaults(func=show_pseudo)
    return commands


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands alone: ``python -m bot.i18n.commands i18n report``."""
    parser = argparse.ArgumentParser(prog="ucare")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(arguments)
    return int(args.func(args))


if __name__ == "__main__":
    sys.exit(main())
