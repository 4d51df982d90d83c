"""``ucare caseworker add|list|disable``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from bot import logs
from bot.config import Settings, load
from bot.core.people import ROLES, Role
from bot.errors import NotAllowedError
from bot.people.account import FIRST_ROLES, Scope, listed

if TYPE_CHECKING:
    from bot.people.accounts import Accounts


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    family = sub.add_parser("caseworker", help="invite, list and shut out caseworkers")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="print a link with which a caseworker chooses a password (a new one, too)")
    add.add_argument("name")
    add.add_argument("--roles", help=f"with commas: {', '.join(ROLES)}; the first person gets all but editor")
    add.add_argument("--countries", help="whose cases they see (BE,GR); empty: all")
    add.add_argument("--teams", help="ids of their teams; empty: all")
    add.add_argument("--languages", help="locales that they write well (nl,fr)")
    add.set_defaults(func=lambda args: _run(lambda accounts, settings: _add(accounts, settings, args)))
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


def _split(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else listed(text)


async def _add(accounts: Accounts, settings: Settings, args: argparse.Namespace) -> None:
    from bot.console.app import welcome_path  # noqa: PLC0415 - as above

    roles = _split(args.roles)
    if roles is None and not await accounts.all():
        roles = FIRST_ROLES
        sys.stderr.write("The first person here runs everything: " + ", ".join(roles) + ".\n")
    if roles is not None and (not roles or set(roles) - set(ROLES)):
        msg = f"Roles are, with commas: {', '.join(ROLES)}."
        raise NotAllowedError(msg)
    countries, teams, languages = map(_split, (args.countries and args.countries.upper(), args.teams, args.languages))
    scope = Scope(cast("tuple[Role, ...] | None", roles), countries, teams, languages)
    token = await accounts.invite(args.name, scope)
    shared = not settings.redis_url and not settings.public_url
    port = settings.port if shared else settings.console_port
    _print(f"http://{settings.host}:{port}{welcome_path(token)}")
    sys.stderr.write(
        "The link works once, for 72 hours. Hand it over in person. Behind a proxy, put its address in front.\n"
    )


async def _list(accounts: Accounts, _settings: Settings) -> None:
    for one in await accounts.all():
        _print("\t".join((one.name, one.state, ",".join(one.roles), ",".join((*one.countries, *one.teams)))).rstrip())


async def _disable(accounts: Accounts, name: str) -> None:
    await accounts.disable(name)
    _print(f"{name} is shut out.")
