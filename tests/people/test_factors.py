"""Codes of an authenticator app: each once, and codes on paper."""

from __future__ import annotations

import pyotp
import pytest

from bot.errors import NotAllowedError
from bot.people.accounts import Accounts
from bot.people.factors import step_of
from tests.console.conftest import PASSWORD
from tests.console.memory import MemoryVault

AT = 1_700_000_000_000


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> int:
        return self.at

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(self.at // 1000 + 30 * steps)


@pytest.fixture
async def made():
    clock = Clock()
    accounts = Accounts(MemoryVault(), now=clock)
    await accounts.choose_password(await accounts.invite("noor"), PASSWORD)
    secret = await accounts.factors.begin("noor")
    return accounts, clock, secret


async def test_a_secret_counts_once_a_code_of_it_was_shown(made):
    accounts, clock, secret = made
    assert not await accounts.asks("noor")
    with pytest.raises(NotAllowedError):
        await accounts.factors.confirm("noor", "000000" if clock.code(secret) != "000000" else "111111")
    codes = await accounts.factors.confirm("noor", clock.code(secret))
    assert await accounts.asks("noor")
    assert (len(codes), len(set(codes))) == (10, 10)
    assert await accounts.factors.begun("noor") == ""
    kept = await accounts.book.get("noor")
    assert not set(codes) & set(kept.codes)


async def test_each_code_works_once(made):
    accounts, clock, secret = made
    paper = await accounts.factors.confirm("noor", clock.code(secret))
    assert await accounts.factors.check("noor", clock.code(secret)) == ""  # used when it was set up
    clock.at += 30_000
    assert await accounts.factors.check("noor", f" {clock.code(secret)[:3]} {clock.code(secret)[3:]} ") == "totp"
    assert await accounts.factors.check("noor", clock.code(secret)) == ""
    assert await accounts.factors.check("noor", clock.code(secret, -1)) == ""
    assert await accounts.factors.check("noor", paper[0].upper().replace("-", " ")) == "code"
    assert await accounts.factors.check("noor", paper[0]) == ""
    for wrong in ("", "000", "abcdef", "x" * 40):
        assert await accounts.factors.check("noor", wrong) == ""


async def test_clocks_may_differ_by_one_step(made):
    _, clock, secret = made
    assert [bool(step_of(secret, clock.code(secret, n), AT)) for n in (-2, -1, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]


async def test_a_new_link_takes_the_factor_off(made):
    accounts, clock, secret = made
    await accounts.factors.confirm("noor", clock.code(secret))
    await accounts.choose_password(await accounts.invite("noor"), PASSWORD)
    assert not await accounts.asks("noor")


@pytest.mark.parametrize("password", ["ucare1234ucare1234", "password123456", "qwertyuiop123"])
async def test_passwords_that_many_use_are_refused(password):
    accounts = Accounts(MemoryVault())
    token = await accounts.invite("noor")
    with pytest.raises(NotAllowedError):
        await accounts.choose_password(token, password)
    assert await accounts.choose_password(token, "1234567890ab wx") == "noor"
