"""What depends on who works here: giving a case away, taking it from who has left, closing it to who is accused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.console.accounts import Accounts
from bot.errors import NotAllowedError
from bot.ports.desk import Case, Escalations

OWNED: Final = frozenset({"assigned", "answered", "snoozed"})


async def active(accounts: Accounts) -> list[str]:
    """Return the names of those who can sign in."""
    return [one.name for one in await accounts.all() if one.state == "active"]


def left_behind(case: Case, names: list[str]) -> bool:
    """Tell whether a case belongs to somebody who cannot sign in (any more)."""
    return case.row.state in OWNED and bool(case.row.owner) and case.row.owner not in names


async def check(accounts: Accounts, escalations: Escalations, case: Case, verb: str, form: Mapping[str, str]) -> None:
    """Refuse what the accounts do not allow.

    Raises:
        NotAllowedError: The colleague does not exist or has left, the assignee has not left, or nobody who can sign in
            would be left to open the case.
    """
    if verb not in {"transfer", "take_over", "exclude"}:
        return
    names = await active(accounts)
    if verb == "transfer" and form.get("to", "") not in names:
        msg = "Choose a colleague."
        raise NotAllowedError(msg)
    if verb == "take_over" and not left_behind(case, names):
        msg = "Somebody else has this case, or nobody. Claim it first."
        raise NotAllowedError(msg)
    if verb == "exclude":
        accused = form.get("accused", "")
        if accused not in {one.name for one in await accounts.all()}:
            msg = "Choose a colleague."
            raise NotAllowedError(msg)
        others = [name for name in names if name != accused]
        if not [name for name in others if await escalations.get(case.row.id, name) is not None]:
            msg = "Nobody would be left who can open this case. Invite another caseworker first."
            raise NotAllowedError(msg)
