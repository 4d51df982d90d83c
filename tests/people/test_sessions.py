"""How long a session lasts, and who ends it; over a real store."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.people import ROLES
from bot.errors import NotAllowedError
from bot.people.account import Account
from bot.people.rules import HOUR_MS, MINUTE_MS

pytestmark = pytest.mark.redis


async def test_a_session_that_nobody_uses_ends(house, clock):
    await house.person("noor")
    token = await house.accounts.begin("noor", device="Firefox, Linux")
    for _ in range(3):
        clock.forward(20 * MINUTE_MS)
        assert await house.accounts.session(token)
    clock.forward(20 * MINUTE_MS)
    assert await house.accounts.session(token, used=False)  # a page that renews itself
    clock.forward(11 * MINUTE_MS)
    assert await house.accounts.session(token) is None


async def test_a_session_ends_in_any_case(house, clock):
    await house.person("noor")
    token = await house.accounts.begin("noor")
    for _ in range(35):
        clock.forward(20 * MINUTE_MS)
        assert await house.accounts.session(token)
    clock.forward(12 * HOUR_MS - 35 * 20 * MINUTE_MS)
    assert await house.accounts.session(token) is None
    assert await house.accounts.sessions.of("noor") == []


async def test_sessions_are_listed_and_revoked(house, clock):
    await house.person("noor")
    first = await house.accounts.begin("noor", device="Chrome, Windows")
    clock.forward(2 * MINUTE_MS)
    second = await house.accounts.begin("noor", device="Safari, iPhone")
    third = await house.accounts.begin("noor")
    listed = await house.accounts.sessions.of("noor")
    assert [one.device for one in listed][-1] == "Chrome, Windows"
    assert await house.accounts.sessions.revoke("noor", listed[-1].id)
    assert not await house.accounts.sessions.revoke("sam", listed[0].id)
    assert await house.accounts.session(first) is None
    assert await house.accounts.sessions.revoke_others("noor", second) == 1
    assert await house.accounts.session(third) is None
    assert (await house.accounts.session(second)).device == "Safari, iPhone"


async def test_a_step_up_gives_a_new_token_and_keeps_the_end_and_the_forms(house, clock):
    await house.person("noor")
    old = await house.accounts.begin("noor")
    before = await house.accounts.session(old)
    clock.forward(11 * MINUTE_MS)
    assert not house.accounts.sessions.proved(await house.accounts.session(old))
    new = await house.accounts.sessions.renew(old)
    after = await house.accounts.session(new)
    assert house.accounts.sessions.proved(after)
    assert (after.csrf, after.ends_at) == (before.csrf, before.ends_at)
    assert await house.accounts.session(old) is None
    with pytest.raises(NotAllowedError):
        await house.accounts.sessions.renew(old)


async def test_an_ended_session_cannot_be_renewed_into_life(house):
    await house.person("noor")
    token = await house.accounts.begin("noor")
    await house.accounts.disable("noor")
    with pytest.raises(NotAllowedError):
        await house.accounts.sessions.renew(token)


async def test_half_a_sign_in_ends_with_the_password(house):
    await house.person("noor")
    half = await house.accounts.pending.begin("noor")
    assert await house.accounts.pending.whose(half) == "noor"
    await house.accounts.change_password("noor", "blue tram under water", "green kettle by the door")
    assert await house.accounts.pending.whose(half) == ""


async def test_an_account_of_an_older_version_is_a_caseworker(store, house):
    await store.vault.put("account:noor", msgspec.json.encode({"name": "noor", "state": "active", "generation": 3}))
    assert (await house.accounts.viewer("noor")).roles == {"caseworker"}
    assert set(Account("x").roles) < set(ROLES)
