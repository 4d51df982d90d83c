"""What the benchmarks stand on: a durable server with an open store, texts, and child processes ended by their id."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import structlog

from bot.bootstrap.base import WallClock, shelf_of
from bot.config import ROOT, load
from bot.core.library import Library
from bot.sealing import Keyring, KeyringSealer
from bot.store import LocalServer, Parts, open_store

END_S: Final = 10.0
CLOCK: Final = WallClock()


def quiet() -> None:
    """Keep the logs of what is measured out of the tables."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def library() -> Library:
    """Return the flows and texts in use, of the settings."""
    return shelf_of(load()).library


def sealer(folder: Path) -> KeyringSealer:
    """Return real keys, kept in a folder."""
    return KeyringSealer(Keyring.open(folder, now=CLOCK.now()))


@asynccontextmanager
async def opened(folder: Path, keys: KeyringSealer, *, extra: str = "") -> AsyncIterator[Parts]:
    """Start a durable server over a folder (every write on disk before it is answered) and open the store on it."""
    async with LocalServer(folder, extra=extra) as server, await open_store(server.url, sealer=keys, clock=CLOCK) as it:
        yield it


@asynccontextmanager
async def child(
    command: Sequence[str], *, env: dict[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a process in the root of the project; in the end it is asked to go, by its id, and then made to."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), END_S)
            except TimeoutError:
                process.kill()
                await process.wait()


@asynccontextmanager
async def telegram_double() -> AsyncIterator[str]:
    """Run the Telegram double in a process of its own, and return its address."""
    async with child([sys.executable, "-m", "bench.double"]) as process:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()


async def told(command: Sequence[str], *, env: dict[str, str] | None = None, given: bytes = b"") -> Any:  # noqa: ANN401 - JSON
    """Run a process to its end and return the last line it printed, read as JSON.

    Raises:
        RuntimeError: It failed.
    """
    async with child(command, env=env) as process:
        said, _ = await process.communicate(given)
        if process.returncode:
            msg = f"{' '.join(command[:4])} … failed with exit code {process.returncode}"
            raise RuntimeError(msg)
    return json.loads(said.splitlines()[-1])
