"""Passwords: hashed with argon2id; long enough and not well known, and nothing else is asked of them."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import NotAllowedError

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 256
SHORT: Final = 3

HASHER: Final = PasswordHasher()
# Verified where there is no such name, so that both refusals take the same time.
NOBODY: Final = HASHER.hash(secrets.token_hex(16))


async def hashed(password: str, name: str) -> str:
    """Return the hash of a password that somebody chooses.

    Raises:
        NotAllowedError: It is too short, too long, or too easy to guess.
    """
    return await asyncio.to_thread(HASHER.hash, checked(password, name))


async def fits(password: str, kept: str) -> bool:
    """Tell whether a password is the one that is kept; takes as long where none is."""
    normal = unicodedata.normalize("NFKC", password)[:MAX_PASSWORD]
    try:
        right = await asyncio.to_thread(HASHER.verify, kept or NOBODY, normal)
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(kept)


def checked(password: str, name: str) -> str:
    """Return the password as it is hashed (NFKC).

    Raises:
        NotAllowedError: It is too short, too long, or too easy to guess.
    """
    password = unicodedata.normalize("NFKC", password)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        msg = f"Choose a password of {MIN_PASSWORD} to {MAX_PASSWORD} characters. Several words are fine."
        raise NotAllowedError(msg)
    if (len(name) >= SHORT and name in password.lower()) or len(set(password)) < MIN_PASSWORD // 2:
        msg = "This password is too easy to guess. Leave your name out and use more different characters."
        raise NotAllowedError(msg)
    if password.lower() in common():
        msg = "Many people use this password, so it is guessed first. Choose another one."
        raise NotAllowedError(msg)
    return password


@cache
def common() -> frozenset[str]:
    """Return passwords that are tried first: the lists of zxcvbn, and words of this product."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]  # noqa: PLC0415 - some MB

    own = ("ucare", "console", "caseworker", "password", "administrator")
    made = [f"{word}{tail}" for word in own for tail in ("", "123", "1234", "12345", "123456", "2025", "2026", "!")]
    return frozenset([*FREQUENCY_LISTS["passwords"], *made, *(one * 2 for one in made)])
