"""Passkeys: each challenge once, at one place, by one person."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowedError
from bot.people.passkeys import Place
from tests.people.key import PRESENT, Key

PLACE = Place("localhost", "http://localhost")

pytestmark = pytest.mark.redis


async def add(house, name, key):
    token, options = await house.accounts.passkeys.offer(name, PLACE)
    await house.accounts.passkeys.add(name, token, key.made(options), "my key", PLACE)


async def test_a_passkey_signs_in_once_for_each_challenge(house):
    await house.person("noor")
    key, passkeys = Key(), house.accounts.passkeys
    await add(house, "noor", key)
    assert await house.accounts.asks("noor") == {"passkey"}
    token, options = await passkeys.ask("", PLACE)
    signed = key.signed(options)
    assert await passkeys.check(token, signed, PLACE) == "noor"
    assert await passkeys.check(token, signed, PLACE) == ""
    kept = (await house.accounts.book.get("noor")).passkeys[0]
    assert (kept.count, kept.name, kept.used_at > 0) == (2, "my key", True)


@pytest.mark.parametrize("given", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}])
async def test_from_another_place_or_without_its_owner_it_counts_nothing(house, given):
    await house.person("noor")
    with pytest.raises(NotAllowedError):
        await add(house, "noor", Key(**given))
    key = Key()
    await add(house, "noor", key)
    for name, value in given.items():
        setattr(key, name, value)
    token, options = await house.accounts.passkeys.ask("", PLACE)
    assert await house.accounts.passkeys.check(token, key.signed(options), PLACE) == ""


async def test_a_passkey_is_of_one_person(house):
    for name in ("noor", "sam"):
        await house.person(name)
    key, passkeys = Key(), house.accounts.passkeys
    await add(house, "noor", key)
    with pytest.raises(NotAllowedError):
        await add(house, "sam", key)
    token, options = await passkeys.ask("sam", PLACE)
    assert await passkeys.check(token, key.signed(options), PLACE, name="sam") == ""
    token, options = await passkeys.ask("noor", PLACE)  # asked after a password, so it is no sign-in alone
    assert await passkeys.check(token, key.signed(options), PLACE) == ""
    made, options = await passkeys.offer("noor", PLACE)
    with pytest.raises(NotAllowedError):
        await passkeys.add("sam", made, Key().made(options), "", PLACE)
    signed, options = await passkeys.offer("noor", PLACE)
    assert await passkeys.check(signed, key.signed(options), PLACE) == ""


async def test_a_copied_key_is_found_by_its_counter(house):
    await house.person("noor")
    key, passkeys = Key(), house.accounts.passkeys
    await add(house, "noor", key)
    key.count = 7
    token, options = await passkeys.ask("", PLACE)
    assert await passkeys.check(token, key.signed(options), PLACE) == "noor"
    key.count = 3
    token, options = await passkeys.ask("", PLACE)
    assert await passkeys.check(token, key.signed(options), PLACE) == ""


async def test_who_was_shut_out_or_began_anew_has_none(house):
    await house.person("noor")
    key = Key()
    await add(house, "noor", key)
    await house.accounts.disable("noor")
    token, options = await house.accounts.passkeys.ask("", PLACE)
    assert await house.accounts.passkeys.check(token, key.signed(options), PLACE) == ""


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "x", "response": {}}', "{" * 9])
async def test_what_is_no_credential_is_refused(house, credential):
    await house.person("noor")
    token, _ = await house.accounts.passkeys.offer("noor", PLACE)
    with pytest.raises(NotAllowedError):
        await house.accounts.passkeys.add("noor", token, credential, "", PLACE)
    token, _ = await house.accounts.passkeys.ask("", PLACE)
    assert await house.accounts.passkeys.check(token, credential, PLACE) == ""
