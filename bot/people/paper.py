"""Codes on paper: ten, each good once, for who has lost the other second factor. Hashed as slowly as it takes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

from argon2.low_level import Type, hash_secret_raw

CODES: Final = 10
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
SALT_BYTES: Final = 16


def _hashed(code: str, salt: bytes) -> str:
    typed = "".join(code.split()).replace("-", "").lower().encode()
    made = hash_secret_raw(
        typed, salt, time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, type=Type.ID
    )  # what OWASP asks of argon2id at least: a code has 49 bits, and is no word
    return f"{salt.hex()}:{made.hex()}"


def _fresh() -> tuple[list[str], tuple[str, ...]]:
    salt = secrets.token_bytes(SALT_BYTES)
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    return codes, tuple(_hashed(code, salt) for code in codes)


async def fresh() -> tuple[list[str], tuple[str, ...]]:
    """Return ten new codes, and what is kept of them; a set has one salt."""
    return await asyncio.to_thread(_fresh)


async def of(code: str, kept: Sequence[str]) -> str:
    """Return what would be kept of a code, however it was typed, in a set that is there; empty where there is none."""
    salt, found, _ = kept[0].partition(":") if kept else ("", "", "")
    return await asyncio.to_thread(_hashed, code, bytes.fromhex(salt)) if found else ""
