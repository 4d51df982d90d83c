"""Who is on duty: whoever uses the console and may."""

from __future__ import annotations

from bot.bootstrap.presence import PresenceReader
from bot.notices.state import State
from bot.people.accounts import DUTY_TTL_S, Accounts
from bot.teams.keeping import Teams


async def test_who_uses_the_console_is_on_duty_until_they_leave(world, noor):
    accounts = Accounts(world.vault)
    duty = PresenceReader(Accounts(world.vault), Teams(world.vault), State(world.vault))
    token = await accounts.begin(noor)
    await duty.read()
    assert not duty.on_duty(noor)
    assert await accounts.session(token)
    assert world.vault.ttl["duty:noor"] == DUTY_TTL_S
    await duty.read()
    assert (duty.on_duty(noor), duty.on_duty("sam")) == (True, False)
    world.vault.away = True
    await duty.read()
    assert not duty.on_duty(noor)
    world.vault.away = False
    await accounts.end(token)
    await duty.read()
    assert not duty.on_duty(noor)


async def test_who_was_shut_out_is_not_on_duty(world, noor):
    accounts = Accounts(world.vault)
    assert await accounts.session(await accounts.begin(noor))
    await accounts.disable(noor)
    assert await accounts.on_duty() == frozenset()


async def test_it_is_written_down_once_a_minute_and_not_with_every_page(world, noor):
    accounts = Accounts(world.vault)
    token = await accounts.begin(noor)
    await accounts.session(token)
    world.vault.kept.pop("duty:noor")
    await accounts.session(token)
    assert "duty:noor" not in world.vault.kept
