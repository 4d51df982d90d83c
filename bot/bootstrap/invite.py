"""The first caseworker: whoever starts ucare for the first time gets a link to choose a password."""

from __future__ import annotations

from typing import Final

from bot.bootstrap.base import Base
from bot.bootstrap.desk import accounts_of
from bot.console.app import welcome_path
from bot.people.account import FIRST_ROLES, Scope

FIRST: Final = "caseworker"


async def first_link(base: Base, console: str) -> str:
    """Return the link of the first caseworker as long as nobody has chosen a password, else an empty text."""
    accounts = accounts_of(base)
    known = await accounts.all()
    if any(one.state == "active" for one in known):
        return ""
    name = known[0].name if known else FIRST
    return console + welcome_path(await accounts.invite(name, None if known else Scope(roles=FIRST_ROLES)))
