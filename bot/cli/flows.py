"""``ucare flows preview``, ``book``, ``export`` and ``import``, beside the other commands for authors."""

from __future__ import annotations

import argparse
import asyncio
import sys
import webbrowser

from bot import logs
from bot.book import commands as book
from bot.config import load
from bot.exchange import commands as exchange
from bot.flowfiles import commands


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``flows`` and all its commands."""
    family = commands.register(sub)
    book.register(family)
    exchange.register(family, commands.folders())
    one = family.add_parser("preview", parents=[commands.folders()], help="the web chat, reloaded when you save")
    one.add_argument("--locale", default="en", help="of the contact; en_XA and ar_XB, which nobody speaks, as well")
    one.add_argument("--country", default="BE", choices=("", "BE", "DE", "GR"))
    one.add_argument("--audience", default="child", choices=("", "child", "carer"))
    one.add_argument("--at", default="", metavar="2026-01-04T03:00", help="the country's time at which it begins")
    one.add_argument("--port", type=int, default=8090, help="0: any that is free")
    one.add_argument("--nlu", action="store_true", help="start the language server, so that typed questions are read")
    one.add_argument("--browser", action="store_true", help="open it in your browser")
    one.set_defaults(func=_preview)


def _preview(args: argparse.Namespace) -> int:
    from bot.preview.serve import preview  # noqa: PLC0415 - keeps the other commands quick
    from bot.preview.talk import Setting  # noqa: PLC0415 - as above

    def tell(address: str) -> None:
        sys.stderr.write(f"\n  The preview is at {address}\n  It follows what you save. Ctrl-C stops it.\n\n")
        sys.stderr.flush()
        if args.browser:
            webbrowser.open(address)

    logs.configure("WARNING")
    settings = load(flows_dir=args.flows, locales_dir=args.locales)
    setting = Setting(args.locale, args.country, args.audience, args.at)
    return asyncio.run(preview(settings, setting, port=args.port, nlu=args.nlu, tell=tell))
