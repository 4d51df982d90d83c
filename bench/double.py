"""A process: the local Telegram double. It prints its address and ends with its standard input."""

from __future__ import annotations

import asyncio
import sys

from tests.channels.doubles.telegram import TelegramDouble


async def main() -> None:
    """Serve until standard input is closed."""
    async with TelegramDouble() as double:
        print(double.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
