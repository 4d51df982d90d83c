"""``ucare teams show|set|check``: teams, hours, duty roster and where announcements go, as one YAML file."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import logs
from bot.config import Settings, load

if TYPE_CHECKING:
    from bot.teams.book import Book


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    family = sub.add_parser("teams", help="teams, opening hours, duty roster, and where announcements go")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    show = verbs.add_parser("show", help="print them as YAML; secrets are left out")
    show.set_defaults(func=lambda _args: asyncio.run(_show(load())))
    check = verbs.add_parser("check", help="read a file and say what is wrong with it; changes nothing")
    check.add_argument("file", type=Path)
    check.set_defaults(func=lambda args: _check(load(), args.file))
    take = verbs.add_parser("set", help="take over a file; secrets of new webhooks are printed once")
    take.add_argument("file", type=Path)
    take.set_defaults(func=lambda args: asyncio.run(_set(load(), args.file)))


def _read(settings: Settings, file: Path, names: list[str]) -> Book:
    from bot.flowfiles.checks.book import topics  # noqa: PLC0415 - keeps the other commands quick
    from bot.i18n.catalogs import read_all  # noqa: PLC0415 - as above
    from bot.teams import files  # noqa: PLC0415 - as above

    locales = ["en", *read_all(settings.locales_dir)]
    return files.load(file, topics=topics(), locales=locales, names=names)


def _check(settings: Settings, file: Path) -> int:
    book = _read(settings, file, [])
    sys.stdout.write(f"{len(book.teams)} teams; whether the accounts exist is looked at by `ucare teams set`.\n")
    return 0


async def _show(settings: Settings) -> int:
    from bot.bootstrap.errand import errand  # noqa: PLC0415 - as above
    from bot.teams import files  # noqa: PLC0415 - as above
    from bot.teams.keeping import Teams  # noqa: PLC0415 - as above

    logs.configure("WARNING")
    async with errand(settings) as store:
        sys.stdout.write(files.dump(await Teams(store.vault).book()))
    return 0


async def _set(settings: Settings, file: Path) -> int:
    from bot.bootstrap.errand import errand  # noqa: PLC0415 - as above
    from bot.people.accounts import Accounts  # noqa: PLC0415 - as above
    from bot.teams.keeping import Teams  # noqa: PLC0415 - as above

    logs.configure("WARNING")
    async with errand(settings) as store:
        names = [one.name for one in await Accounts(store.vault).all()]
        book = _read(settings, file, names or [""])
        made = await Teams(store.vault).replace(book)
        for team in book.teams:
            await store.audit.note("@command-line", "team_changed", team.id)
    sys.stdout.write(f"{len(book.teams)} teams are in use from now on (running processes take some seconds).\n")
    for address, secret in made.items():
        sys.stdout.write(f"Secret of {address}, shown this once: {secret}\n")
    return 0
