"""``ucare nlu train|test|serve``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot import logs
from bot.config import load


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    family = sub.add_parser("nlu", help="train, measure or serve what understands texts")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    train = verbs.add_parser("train", help="train a model where the data changed; a broken one replaces nothing")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.set_defaults(func=_train)
    test = verbs.add_parser("test", help="measure with the messages of nlu/eval")
    test.add_argument("--report", type=Path, metavar="FILE.html", help="write a report to read")
    test.add_argument("--set", dest="which", choices=("dev", "test"), default="dev")
    test.add_argument("--locale", action="append", help="only this locale; may be given more than once")
    test.add_argument("--rules", action="store_true", help="rules alone, as if the server were down")
    test.set_defaults(func=_test)
    serve = verbs.add_parser("serve", help="run the server alone")
    serve.set_defaults(func=_serve)


def _train(args: argparse.Namespace) -> int:
    from bot.nlu_service import train  # noqa: PLC0415 - keeps the other commands quick

    logs.configure("INFO")
    model = asyncio.run(train(load(), force=args.force))
    sys.stdout.write(f"{model.name}\n")
    return 0


def _serve(_args: argparse.Namespace) -> int:
    from bot.nlu_service import serve  # noqa: PLC0415 - as above

    logs.configure("INFO")
    asyncio.run(serve(load()))
    return 0


def _test(args: argparse.Namespace) -> int:
    from bot.nlu_service import curves  # noqa: PLC0415 - as above
    from bot.nlu_service.measure import by_locale, measure, tables, text_table  # noqa: PLC0415 - as above
    from bot.nlu_service.report import page  # noqa: PLC0415 - as above

    logs.configure("WARNING")
    found = asyncio.run(measure(load(), split=args.which, locales=args.locale or (), rules_alone=args.rules))
    if args.report:
        args.report.write_text(page(found, args.which), encoding="utf-8")
    sys.stdout.write(f"{text_table(tables(found))}\n")
    if not args.rules:
        sys.stdout.write(f"\n{curves.text_table(by_locale(found))}\n")
    return 0
