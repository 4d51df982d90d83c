"""Our own turns: drained from a full inbox, paced as contacts come, and sent through the Telegram double."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.place import CLOCK
from bench.play import CHANNEL
from bot.channels.telegram import TelegramChannel
from bot.core.library import Library
from bot.ports.channels import Channel, Incoming, Outgoing, Sent
from bot.sealing import KeyringSealer
from bot.store import Parts
from bot.store.keys import key
from bot.turns.gateway import TurnsGateway
from bot.turns.metrics import Metrics
from bot.turns.sender import Sender
from bot.turns.spool import Spool
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from bot.understanding.reader import Reader

AT_ONCE: Final = 64
LONGEST_S: Final = 180.0
LOOK_S: Final = 0.005
UNLIMITED: Final = 1e6
"""Instead of Telegram's limits (25 a second): they would hide what is measured."""


class SlowError(RuntimeError):
    """Something was not done in three minutes: there is nothing to report."""


class Stamps:
    """A channel that notes when it was first called for each contact."""

    name = CHANNEL
    rate = rate_per_contact = UNLIMITED

    def __init__(self) -> None:
        """Begin empty."""
        self.at: dict[str, float] = {}

    async def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    async def send(self, address: str, message: Outgoing) -> Sent:  # noqa: ARG002 - the port's
        """Note the time."""
        self.at.setdefault(address, time.perf_counter())
        return Sent(())

    async def typing(self, address: str) -> None:
        """Do nothing."""

    async def delete(self, address: str, messages: object) -> int:  # noqa: ARG002 - the port's
        """Delete nothing."""
        return 0


async def fill(parts: Parts, events: Iterable[Incoming]) -> int:
    """Put events into the inbox, those of one contact in their order; return how many."""
    lanes: dict[str, list[Incoming]] = {}
    for event in events:
        lanes.setdefault(event.address, []).append(event)
    room = asyncio.Semaphore(AT_ONCE)

    async def lane(waiting: list[Incoming]) -> None:
        async with room:
            for event in waiting:
                await parts.inbox.append(event)

    await asyncio.gather(*map(lane, lanes.values()))
    return sum(map(len, lanes.values()))


def turns_of(metrics: Metrics) -> int:
    """Return how many turns were committed."""
    return int(sum(s.value for m in metrics.turn_seconds.collect() for s in m.samples if s.name.endswith("_count")))


def read_by(metrics: Metrics, who: str) -> int:
    """Return how many texts were read by ``nlu`` or by ``rules`` alone."""
    return int(metrics.understood.labels(who)._value.get())  # noqa: SLF001 - prometheus-client has no other way


def sends_of(metrics: Metrics) -> int:
    """Return how many messages were sent."""
    return int(sum(s.value for m in metrics.send_seconds.collect() for s in m.samples if s.name.endswith("_count")))


@asynccontextmanager
async def working(parts: Parts, library: Library, reader: Reader, metrics: Metrics) -> AsyncIterator[None]:
    """Run a worker that owns all partitions."""
    thinker = Thinker(reader, reader, metrics=metrics)
    worker = Worker(parts.partitions, thinker, lambda: library, CLOCK, metrics=metrics)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


@asynccontextmanager
async def sending(parts: Parts, channel: Channel, gateway: TurnsGateway, metrics: Metrics) -> AsyncIterator[None]:
    """Run a sender."""
    sender = Sender(parts.outbox, {CHANNEL: channel}, gateway, metrics=metrics)
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        sender.stop()
        await task


async def until(done: object, wanted: int, metrics: Metrics) -> None:
    """Return when a count is reached. Raises SlowError where it takes too long."""
    assert callable(done)
    end = time.monotonic() + LONGEST_S
    while done(metrics) < wanted:
        if time.monotonic() > end:
            msg = f"only {done(metrics)} of {wanted} were done"
            raise SlowError(msg)
        await asyncio.sleep(LOOK_S)


async def drain(parts: Parts, library: Library, reader: Reader, count: int) -> tuple[float, Metrics]:
    """Let a worker do so many turns that wait; return the seconds from its start to the last commit, and counters."""
    metrics = Metrics()
    begun = time.perf_counter()
    async with working(parts, library, reader, metrics):
        await until(turns_of, count, metrics)
        took = time.perf_counter() - begun
    return took, metrics


async def forget_outbox(parts: Parts) -> None:
    """Drop what would be sent, so that a sender begins with nothing."""
    streams = [key(n, stream) for n in range(parts.partitions.count) for stream in ("out", "urgent")]
    await parts.client.many([("XTRIM", stream, "MAXLEN", 0) for stream in streams])


@asynccontextmanager
async def whole(  # noqa: PLR0913, PLR0917 - a part each, as bootstrap builds them
    parts: Parts,
    folder: Path,
    keys: KeyringSealer,
    library: Library,
    reader: Reader,
    channel: Channel,
    metrics: Metrics,
) -> AsyncIterator[TurnsGateway]:
    """Run gateway, worker and sender together."""
    channels = {CHANNEL: channel}
    spool = Spool(folder / "spool")
    gateway = TurnsGateway(
        parts.inbox, spool, keys, reader, lambda: library, CLOCK, channels=channels, metrics=metrics, append_s=30.0
    )
    await gateway.start()
    try:
        async with working(parts, library, reader, metrics), sending(parts, channel, gateway, metrics):
            await asyncio.sleep(0.5)  # the leases are taken
            yield gateway
    finally:
        await gateway.stop()


async def paced(gateway: TurnsGateway, channel: Stamps, events: list[Incoming], rate: float) -> list[float]:
    """Let contacts write at a rate (a second), each once; return the seconds from each message to its first answer."""
    channel.at.clear()
    due: dict[str, float] = {}
    tasks = []
    begun = time.perf_counter()
    for number, event in enumerate(events):
        at = begun + number / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due[event.address] = at  # when it was due, not when we came to it: waiting counts
        tasks.append(asyncio.create_task(gateway.accept(event)))
    await asyncio.gather(*tasks)
    end = time.monotonic() + LONGEST_S
    while len(channel.at) < len(events):
        if time.monotonic() > end:
            msg = f"only {len(channel.at)} of {len(events)} were answered"
            raise SlowError(msg)
        await asyncio.sleep(LOOK_S)
    return [channel.at[address] - at for address, at in due.items()]


def unlimited_telegram(token: str, url: str) -> TelegramChannel:
    """Return the real Telegram channel without the limits of the service."""
    channel = TelegramChannel(token, clock=CLOCK, api_url=url)
    channel.rate = channel.rate_per_contact = UNLIMITED
    return channel


async def sent_through(gateway: TurnsGateway, events: list[Incoming], metrics: Metrics) -> float:
    """Take events in, answer and send them, one message each; return the seconds to the last send."""
    before, begun = sends_of(metrics), time.perf_counter()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(event: Incoming) -> None:
        async with room:
            await gateway.accept(event)

    await asyncio.gather(*map(one, events))
    await until(sends_of, before + len(events), metrics)
    return time.perf_counter() - begun
