"""Recovery by two administrators; nobody recovers themselves, and nobody does it alone."""

from __future__ import annotations

import pyotp
import pytest

from bot.errors import NotAllowedError
from tests.people.house import PASSWORD

pytestmark = pytest.mark.redis


@pytest.fixture
async def office(house):
    for name in ("ada", "bea"):
        await house.person(name, "administrator")
    await house.person("noor")
    return house


async def test_one_asks_another_confirms_and_only_then_factors_are_taken_off(office):
    accounts = office.accounts
    secret = await accounts.factors.begin("noor")
    await accounts.factors.confirm("noor", pyotp.TOTP(secret).now())
    token = await accounts.begin("noor")
    await accounts.recovery.ask("noor", by="ada")
    assert await accounts.asks("noor") == {"totp"}
    assert await accounts.session(token)
    link = await accounts.recovery.confirm("noor", by="bea")
    assert await accounts.asks("noor") == frozenset()
    assert await accounts.session(token) is None
    assert not await accounts.verify("noor", PASSWORD)
    assert await accounts.invited(link) == "noor"
    found = [one for one in await office.noted() if one[1].startswith("recovery")]
    assert found == [("bea", "recovery_confirmed", "noor"), ("ada", "recovery_asked", "noor")]
    with pytest.raises(NotAllowedError):  # once
        await accounts.recovery.confirm("noor", by="bea")


async def test_nobody_alone_and_nobody_for_themselves(office):
    recovery = office.accounts.recovery
    with pytest.raises(NotAllowedError):
        await recovery.confirm("noor", by="bea")
    with pytest.raises(NotAllowedError):
        await recovery.ask("ada", by="ada")
    with pytest.raises(NotAllowedError):
        await recovery.ask("nobody", by="ada")
    with pytest.raises(NotAllowedError):
        await recovery.ask("bea", by="noor")
    await recovery.ask("noor", by="ada")
    for by in ("ada", "noor"):
        with pytest.raises(NotAllowedError):
            await recovery.confirm("noor", by=by)
    await recovery.drop("noor", by="bea")
    with pytest.raises(NotAllowedError):
        await recovery.confirm("noor", by="bea")


async def test_who_was_shut_out_since_asks_no_more(office):
    await office.person("cem", "administrator")
    await office.accounts.recovery.ask("noor", by="ada")
    await office.accounts.disable("ada")
    with pytest.raises(NotAllowedError):
        await office.accounts.recovery.confirm("noor", by="bea")


async def test_a_new_link_takes_one_administrator_only_before_somebody_came_in(office):
    first = await office.accounts.invite("sam", by="ada")
    second = await office.accounts.invite_again("sam", by="ada")
    assert (await office.accounts.invited(first), await office.accounts.invited(second)) == ("", "sam")
    with pytest.raises(NotAllowedError):
        await office.accounts.invite_again("noor", by="ada")
