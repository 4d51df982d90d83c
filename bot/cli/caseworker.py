"""``ucare caseworker add|list|disable``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot import logs
from bot.config import Settings, load

if TYPE_CHECKING:
    from bot.people.accounts import Accounts


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    family = sub.add_parser("caseworker", help="invite, list and shut out caseworkers")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="print a link with which a caseworker chooses a password (a new one, too)")
    add.add_argument("name")
    add.set_defaults(func=lambda args: _run(lambda accounts, settings: _add(accounts, settings, args.name)))
    listing = verbs.add_parser("list", help="all caseworkers and their state")
    listing.set_defaults(func=lambda _args: _run(_list))
    disable = verbs.add_parser("disable", help="shut a caseworker out, at once and everywhere")
    disable.add_argument("name")
    disable.set_defaults(func=lambda args: _run(lambda accounts, _settings: _disable(accounts, args.name)))


def _run(verb: Callable[[Accounts, Settings], Awaitable[None]]) -> int:
    from bot.bootstrap.accounts import open_accounts  # noqa: PLC0415 - keeps the other commands quick

    async def act() -> int:
        settings = load()
        logs.configure("WARNING")
        async with open_accounts(settings) as accounts:
            await verb(accounts, settings)
        return 0

    return asyncio.run(act())


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


async def _add(accounts: Accounts, settings: Settings, name: str) -> None:
    from bot.console.app import welcome_path  # noqa: PLC0415 - as above

    token = await accounts.invite(name)
    shared = not settings.redis_url and not settings.public_url
    port = settings.port if shared else settings.console_port
    _print(f"http://{settings.host}:{port}{welcome_path(token)}")
    sys.stderr.write(
        "The link works once, for 72 hours. Hand it over in person. Behind a proxy, put its address in front.\n"
    )


async def _list(accounts: Accounts, _settings: Settings) -> None:
    for one in await accounts.all():
        _print(f"{one.name}\t{one.state}")


async def _disable(accounts: Accounts, name: str) -> None:
    await accounts.disable(name)
    _print(f"{name} is shut out.")
