"""The sender: delivers the outbox, in order for each contact and side by side for all.

Rules:

1. One lane for each contact: what comes later waits, but urgent messages (T0) overtake what waits.
2. A retryable failure is tried again with exponential back-off and jitter, or after what the service asks for; only
   this contact waits. Anything else goes to the dead letters at once, so that the next message is not held up.
3. An entry is settled after it was sent. A crash between the two sends it once more: such an entry comes back with
   ``tries`` above 0 and is counted as "maybe twice".
4. A contact who blocked us is noted as a fact of the conversation.
5. ``hide`` and ``erase`` drop what waits in the outbox. What was held here for a while is looked up once more before
   it is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

import structlog

from bot.errors import FencedError, SendError, UcareError
from bot.ports.channels import Channel, Gateway, Outgoing
from bot.ports.partitions import Outbox, Parcel
from bot.turns.buckets import Bucket
from bot.turns.metrics import Metrics

READ: Final = 64
MOST: Final = 5000
"""Parcels held in memory; beyond it the sender reads only what is urgent until some are gone."""
ROOM_S: Final = 1.0
"""How long the sender waits for room before it looks for what is urgent again, in seconds."""
BASE_S: Final = 0.5
LONGEST_S: Final = 300.0
URGENT_S: Final = 15.0
"""The longest back-off, in seconds, for anything and for what is urgent."""
TRIES: Final = 30
"""After so many tries (about two hours) a message is given up; urgent ones are tried twice as often."""
BUGS: Final = 3
"""Tries for an error that is no ``SendError``: the channel itself is broken."""
FRESH_S: Final = 0.3
"""What was held here longer, in seconds, is looked up again before it is sent."""
PAUSE_S: Final = 0.2
TYPING_S: Final = 3.0
SEND_S: Final = 60.0
STOP_S: Final = 10.0

log = structlog.get_logger("turns.sender")


class Held(NamedTuple):
    """A parcel in memory."""

    parcel: Parcel
    since: float
    urgent: bool


class Lane:
    """What waits for one contact."""

    __slots__ = ("bucket", "news", "task", "waiting")

    def __init__(self, rate: float) -> None:
        """Begin empty, with the rate for one contact."""
        self.waiting: deque[Held] = deque()
        self.news = asyncio.Event()
        self.bucket = Bucket(rate, burst=3.0)
        self.task: asyncio.Task[None] | None = None

    def put(self, held: Held) -> None:
        """Add a parcel; an urgent one goes before the first that is not."""
        place = len(self.waiting)
        if held.urgent:
            place = next((i for i, other in enumerate(self.waiting) if not other.urgent), place)
        self.waiting.insert(place, held)
        self.news.set()

    async def wait(self, seconds: float) -> None:
        """Return when something was added, or after so many seconds."""
        self.news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.news.wait()


class Sender:
    """Owns the outbox and empties it."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        gateway: Gateway,
        *,
        metrics: Metrics | None = None,
        base_s: float = BASE_S,
        most: int = MOST,
    ) -> None:
        """Take what it works with. ``base_s``: the first back-off in seconds."""
        self._outbox = outbox
        self._channels = channels
        self._gateway = gateway
        self._metrics = metrics or Metrics()
        self._base_s = base_s
        self._most = most
        self._rates = {name: Bucket(channel.rate) for name, channel in channels.items()}
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._held = 0
        self._room = asyncio.Event()
        self._stop = asyncio.Event()
        self._showing: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Ask ``run`` to end."""
        self._stop.set()

    async def run(self) -> None:
        """Send until ``stop``; what is being sent is still settled, the rest stays in the outbox."""
        reading = asyncio.create_task(self._read())
        try:
            await self._stop.wait()
        finally:
            reading.cancel()
            for lane in self._lanes.values():
                lane.news.set()
            tasks = [lane.task for lane in self._lanes.values() if lane.task]
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=STOP_S)
                for task in late:
                    task.cancel()
            await asyncio.gather(reading, *tasks, return_exceptions=True)
            try:
                await self._outbox.release()
            except UcareError:
                log.warning("not_released")  # the lease ends by itself

    async def _read(self) -> None:
        pause = 0.05
        while not self._stop.is_set():
            full = self._held >= self._most
            self._room.clear()
            try:
                parcels = await self._outbox.read(READ, 0 if full else 1.0, urgent=full)
            except FencedError:
                log.warning("fenced")
                self._drop()
                await asyncio.sleep(1.0)
                continue
            except Exception as error:  # noqa: BLE001 - the store comes back, and the outbox with it
                log.warning("outbox_away", error=type(error).__name__)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, no secret
                pause = min(pause * 2, 5.0)
                continue
            pause = 0.05
            for parcel in parcels:
                self._take(parcel)
            if full and not parcels:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ROOM_S):  # the leases end if nothing is read for long
                        await self._room.wait()

    def _drop(self) -> None:
        """Forget everything: another sender owns the outbox and reads it anew."""
        for lane in self._lanes.values():
            if lane.task:
                lane.task.cancel()
        self._lanes.clear()
        self._held = 0
        self._room.set()

    def _take(self, parcel: Parcel) -> None:
        name = (parcel.channel, parcel.ref)
        lane = self._lanes.get(name)
        if lane is None:
            channel = self._channels.get(parcel.channel)
            lane = self._lanes[name] = Lane(channel.rate_per_contact if channel else 0)
        if parcel.tries and any(held.parcel.entry == parcel.entry for held in lane.waiting):
            return  # a lease that was lost and taken again: it waits here already
        urgent = bool(parcel.deliver.outgoing and parcel.deliver.outgoing.urgent)
        lane.put(Held(parcel, time.monotonic(), urgent))
        self._held += 1
        if lane.task is None or lane.task.done():
            lane.task = asyncio.create_task(self._run_lane(name, lane))

    async def _run_lane(self, name: tuple[str, str], lane: Lane) -> None:
        """Empty a lane, and keep it as long as its bucket has to remember the rate."""
        try:
            while not self._stop.is_set():
                if not lane.waiting:
                    if lane.bucket.idle:
                        break
                    await lane.wait(1.0)
                elif await self._deliver(lane, lane.waiting.popleft()):
                    self._held -= 1
                    self._room.set()
                    if lane.waiting:
                        self._show_typing(lane.waiting[0].parcel)
        except FencedError:
            log.warning("fenced")
            self._held -= 1 + len(lane.waiting)
            lane.waiting.clear()
            self._room.set()
        finally:
            if not lane.waiting and self._lanes.get(name) is lane:
                del self._lanes[name]

    async def _deliver(self, lane: Lane, held: Held) -> bool:
        """Send one parcel until it is settled or given up; False when it was put back or the sender stops."""
        parcel, tries = held.parcel, 0
        channel = self._channels.get(parcel.channel)
        if channel is None or not parcel.address:
            await self._give_up(parcel, "no-channel" if channel is None else "no-address")
            return True
        if parcel.tries:
            self._metrics.maybe_twice.labels(parcel.channel).inc()
        while True:
            await lane.bucket.take(urgent=held.urgent)
            await self._rates[parcel.channel].take(urgent=held.urgent)
            late = parcel.tries > 0 or time.monotonic() - held.since > FRESH_S
            if late and not await self._current(parcel):
                return True
            tries += 1
            error = await self._try(channel, parcel)
            if error is None:
                return True
            most = BUGS if error.code.startswith("bug:") else TRIES * (2 if held.urgent else 1)
            if error.blocked or not error.retryable or tries >= most:
                await self._refused(parcel, error)
                return True
            self._metrics.retries.labels(parcel.channel).inc()
            if not await self._wait(lane, held, error, tries):
                return False

    def _show_typing(self, parcel: Parcel) -> None:
        """Show, beside everything else, that more is coming; whether that works changes nothing."""
        channel = self._channels.get(parcel.channel)
        if channel is None or not parcel.address or parcel.deliver.outgoing is None:
            return

        async def show() -> None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(TYPING_S):
                    await channel.typing(parcel.address)

        task = asyncio.create_task(show())
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def _current(self, parcel: Parcel) -> bool:
        """Whether a parcel is still in the outbox; while the store is away, nothing that may be gone is sent."""
        while True:
            try:
                return await self._outbox.current(parcel)
            except FencedError:
                raise
            except Exception as error:  # noqa: BLE001 - the store comes back
                log.warning("outbox_away", error=type(error).__name__)
                await asyncio.sleep(PAUSE_S)

    async def _wait(self, lane: Lane, held: Held, error: SendError, tries: int) -> bool:
        """Wait before the next try; False when something urgent came first or the sender stops."""
        longest = URGENT_S if held.urgent else LONGEST_S
        wait_s = error.retry_after or min(self._base_s * 2 ** (tries - 1), longest) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0 and not self._stop.is_set():
            if self._overtaken(lane, held) and not error.retry_after:
                break  # a service that asks to wait would refuse the urgent one as well
            await lane.wait(left)
        if self._overtaken(lane, held):
            lane.waiting.insert(sum(other.urgent for other in lane.waiting), held)
            return False
        return not self._stop.is_set()

    @staticmethod
    def _overtaken(lane: Lane, held: Held) -> bool:
        return not held.urgent and bool(lane.waiting) and lane.waiting[0].urgent

    async def _try(self, channel: Channel, parcel: Parcel) -> SendError | None:
        """Send once and settle; return the error where the service refused."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(SEND_S):
                ids, invited = await self._hand_over(channel, parcel)
        except SendError as error:
            self._metrics.sends.labels(parcel.channel, "refused").inc()
            return error
        except TimeoutError:
            self._metrics.sends.labels(parcel.channel, "timeout").inc()
            self._metrics.maybe_twice.labels(parcel.channel).inc()  # it may have gone out all the same
            return SendError("timeout", retryable=True)
        except Exception as error:  # noqa: BLE001 - a broken channel must not stop the others
            log.warning("channel_failed", channel=parcel.channel, error=type(error).__name__)
            self._metrics.sends.labels(parcel.channel, "bug").inc()
            return SendError(f"bug:{type(error).__name__}", retryable=True)
        self._metrics.send_seconds.observe(time.perf_counter() - begun)
        self._metrics.sends.labels(parcel.channel, "invited" if invited else "sent").inc()
        await self._settle(parcel, ids, invited=invited)
        return None

    @staticmethod
    async def _hand_over(channel: Channel, parcel: Parcel) -> tuple[tuple[str, ...], bool]:
        outgoing: Outgoing | None = parcel.deliver.outgoing
        if parcel.deliver.kind == "delete":
            await channel.delete(parcel.address, parcel.messages)
            return (), False
        if outgoing is None:
            return (), False
        sent = await channel.send(parcel.address, outgoing)
        return sent.ids, sent.note == "invited"

    async def _settle(self, parcel: Parcel, ids: tuple[str, ...], *, invited: bool) -> None:
        """Take a sent parcel out of the outbox: only this stands between it and a second sending."""
        await _persist(lambda: self._outbox.settle(parcel, ids, invited=invited), "not_settled")

    async def _refused(self, parcel: Parcel, error: SendError) -> None:
        if error.blocked:
            try:
                await self._gateway.blocked(parcel.channel, parcel.address, id=f"blocked:{parcel.ref}:{parcel.entry}")
            except UcareError:
                log.warning("block_not_noted")  # the next message to this contact tells it again
        await self._give_up(parcel, error.code)

    async def _give_up(self, parcel: Parcel, code: str) -> None:
        """Move a parcel to the dead letters, visibly."""
        self._metrics.dead_letters.labels(parcel.channel, code).inc()
        log.warning("dead_letter", channel=parcel.channel, code=code)
        await _persist(lambda: self._outbox.fail(parcel, code), "not_failed")


async def _persist(act: Callable[[], Awaitable[None]], failed: str) -> None:
    """Do something in the store, and keep trying until it is done; FencedError passes."""
    pause = 0.05
    while True:
        try:
            await act()
        except FencedError:
            raise
        except Exception as error:  # noqa: BLE001 - the store comes back
            log.warning(failed, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
        else:
            return
