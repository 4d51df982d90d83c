"""``ucare token``: tokens of other systems for the HTTP API."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, cast

from bot import logs
from bot.api.tokens import ALL, May, Tokens
from bot.config import load
from bot.people.account import listed

BY: Final = "@command-line"


def register(sub: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add the family to the command line."""
    family = sub.add_parser("token", help="tokens of other systems for the HTTP API")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    make = verbs.add_parser("make", help="make a token, or a new one of the same name, and print it once")
    make.add_argument("name")
    make.add_argument("--may", default="list", help=f"what it may do, with commas: {', '.join(ALL)}")
    make.add_argument("--countries", default="", help="whose cases it sees (BE,GR); empty: all")
    make.add_argument("--teams", default="", help="ids of teams whose cases it sees; empty: all")
    make.add_argument("--days", type=int, default=365, help="for how many days it works, at most 730")
    make.set_defaults(func=lambda args: _run(lambda tokens: _make(tokens, args)))
    verbs.add_parser("list", help="show all tokens, without their secrets").set_defaults(func=lambda _args: _run(_list))
    revoke = verbs.add_parser("revoke", help="make a token void at once")
    revoke.add_argument("name")
    revoke.set_defaults(func=lambda args: _run(lambda tokens: tokens.revoke(args.name, by=BY)))


def _run(verb: Callable[[Tokens], Awaitable[None]]) -> int:
    from bot.bootstrap.accounts import open_tokens  # noqa: PLC0415 - keeps the other commands quick

    async def act() -> int:
        logs.configure("WARNING")
        async with open_tokens(load()) as tokens:
            await verb(tokens)
        return 0

    return asyncio.run(act())


async def _make(tokens: Tokens, args: argparse.Namespace) -> None:
    may = cast("tuple[May, ...]", listed(args.may))
    countries, teams = listed(args.countries), listed(args.teams)
    secret = await tokens.make(args.name, may, by=BY, countries=countries, teams=teams, days=args.days)
    sys.stdout.write(f"{secret}\n")
    sys.stderr.write("This is shown once. Give it to the other system by a safe way.\n")


async def _list(tokens: Tokens) -> None:
    for one in await tokens.all():
        end = datetime.fromtimestamp(one.ends_at, UTC).date().isoformat()
        scope = " ".join((*one.countries, *one.teams)) or "everywhere"
        sys.stdout.write(f"{one.name}\t{','.join(one.may)}\t{scope}\tuntil {end}\n")
