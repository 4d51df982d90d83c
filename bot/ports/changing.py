"""Changing one document of a vault by compare-and-set: what others wrote meanwhile is never lost."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import ConflictError
from bot.ports.desk import Vault


async def change(vault: Vault, key: str, step: Callable[[bytes | None], bytes], *, tries: int, busy: str) -> bytes:
    """Change what is kept under a key, and return what is kept then.

    Args:
        vault: Where it is kept.
        key: Its name.
        step: From what is kept (None: nothing) to what is to be kept; called again where somebody was faster.
        tries: How often.
        busy: What is said where somebody was faster each time.

    Raises:
        ConflictError: Somebody was faster, again and again; and what ``step`` raises.
    """
    for _ in range(tries):
        kept = await vault.get(key)
        after = step(kept)
        if await vault.swap(key, kept, after):
            return after
    raise ConflictError(busy)
