from __future__ import annotations

import pytest

from bot.errors import NotAllowedError
from bot.groupdesk.linking import Links
from bot.people import accounts as module
from tests.console.conftest import PASSWORD


async def test_link_works_once_and_password_then(world):
    accounts = world.accounts
    token = await accounts.invite("Noor")
    assert await accounts.invited(token) == "noor"
    assert not await accounts.verify("noor", PASSWORD)
    assert await accounts.choose_password(token, PASSWORD) == "noor"
    assert await accounts.verify(" NOOR ", PASSWORD)
    assert not await accounts.verify("noor", PASSWORD + "x")
    assert await accounts.invited(token) == ""
    with pytest.raises(NotAllowedError, match="does not work"):
        await accounts.choose_password(token, PASSWORD)


async def test_nothing_in_the_store_lets_one_in(world):
    token = await world.accounts.invite("noor")
    await world.accounts.choose_password(token, PASSWORD)
    session = await world.accounts.begin("noor")
    kept = b"".join(key.encode() + value for key, value in world.vault.kept.items())
    assert token.encode() not in kept
    assert session.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert b"$argon2id$" in kept


async def test_links_and_sessions_end(world):
    token = await world.accounts.invite("noor")
    assert module.LINK_TTL_S in world.vault.ttl.values()
    await world.accounts.choose_password(token, PASSWORD)
    await world.accounts.begin("noor")
    assert world.accounts.rules.absolute_ms // 1000 in world.vault.ttl.values()


async def test_new_invitation_voids_older_links_passwords_and_sessions(world):
    first = await world.accounts.invite("noor")
    await world.accounts.choose_password(first, PASSWORD)
    session = await world.accounts.begin("noor")
    second, third = await world.accounts.invite("noor"), await world.accounts.invite("noor")
    assert await world.accounts.invited(second) == ""
    assert await world.accounts.invited(third) == "noor"
    assert not await world.accounts.verify("noor", PASSWORD)
    await world.accounts.choose_password(third, PASSWORD)
    assert await world.accounts.verify("noor", PASSWORD)
    assert await world.accounts.session(session) is None


async def test_disabled_caseworker_is_out_at_once(world):
    await world.accounts.choose_password(await world.accounts.invite("noor"), PASSWORD)
    session = await world.accounts.begin("noor")
    assert (await world.accounts.session(session)).name == "noor"
    await world.accounts.disable("noor")
    assert await world.accounts.session(session) is None
    assert not await world.accounts.verify("noor", PASSWORD)
    assert [(one.name, one.state, one.password) for one in await world.accounts.all()] == [("noor", "disabled", "")]
    with pytest.raises(NotAllowedError):
        await world.accounts.disable("nobody")


@pytest.mark.parametrize("password", ["short", "noor" * 5, "aaaaaaaaaaaaaaa", "x1y2z3" * 60])
async def test_poor_passwords_are_refused_and_the_link_still_works(world, password):
    token = await world.accounts.invite("noor")
    with pytest.raises(NotAllowedError):
        await world.accounts.choose_password(token, password)
    assert await world.accounts.invited(token) == "noor"


@pytest.mark.parametrize("name", ["", "a b", "-x", "é", "x" * 33, "a/b", "a\x00"])
async def test_odd_names_are_refused(world, name):
    with pytest.raises(NotAllowedError):
        await world.accounts.invite(name)
    assert not await world.accounts.verify(name, PASSWORD)


async def test_a_telegram_account_is_parted_with_the_way_in(house):
    links = Links(house.store.vault, house.accounts, house.store.audit)
    for person, end in ((1, house.accounts.disable), (2, house.accounts.invite)):
        await house.person("noor")
        assert await links.join(person, await links.code("noor")) == "noor"
        assert (await links.viewer(person)).name == "noor"
        await end("noor")
        await house.person("noor")
        assert await links.viewer(person) is None
    await house.person("sam")
    assert await links.join(3, await links.code("noor")) == "noor"
    assert await links.join(3, await links.code("sam")) == "sam"  # the same telephone, another person
    assert not await links.part("noor")
    assert (await links.viewer(3)).name == "sam"
