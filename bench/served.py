"""Asks a model through Rasa's server, as a worker does: on loopback, with a token, several questions in flight."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import aiohttp

from bench.rasa_side import resident
from bot.nlu_service.child import Child

AT_ONCE: Final = 4
LEAST: Final = 1_000
"""So many questions at least: the messages are asked again until then."""


class Served(NamedTuple):
    """Answers a second, seconds of each answer, and the memory of the server in MiB."""

    rate: float
    seconds: Sequence[float]
    memory: float


async def serve(model: Path, texts: Sequence[str]) -> Served:
    """Start a server with a model on one core, ask it, and end it.

    Raises:
        RuntimeError: It does not come up.
        aiohttp.ClientError: It answers with an error.
    """
    server = Child(model)
    await server.launch()
    try:
        assert server.process is not None
        os.sched_setaffinity(server.process.pid, {min(os.sched_getaffinity(0))})
        if not await server.answers():
            msg = f"the server did not start with {model.name}"
            raise RuntimeError(msg)
        async with aiohttp.ClientSession(server.address.url, trust_env=False) as session:
            await _ask(session, server.address.token, iter(texts[:20]))  # the first answers load what loads late
            asked = [texts[i % len(texts)] for i in range(max(LEAST, len(texts)))]
            waiting = iter(asked)
            begun = time.perf_counter()
            lanes = [_ask(session, server.address.token, waiting) for _ in range(AT_ONCE)]
            seconds = [one for lane in await asyncio.gather(*lanes) for one in lane]
            rate = len(seconds) / (time.perf_counter() - begun)
        return Served(rate, seconds, resident(server.process.pid))
    finally:
        await server.end()


async def _ask(session: aiohttp.ClientSession, token: str, texts: Iterator[str]) -> list[float]:
    took = []
    for text in texts:
        begun = time.perf_counter()
        async with session.post("/model/parse", params={"token": token}, json={"text": text}) as answer:
            answer.raise_for_status()
            await answer.read()
        took.append(time.perf_counter() - begun)
    return took
