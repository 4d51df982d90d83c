"""Runs one partition: a lane for each contact, one turn in flight in each, commits in batches.

Rules:

1. The events of one contact are taken in their order, one at a time; contacts do not wait for each other.
2. What fails is tried again, at most three times, and then set aside; the contact is told and offered a person.
3. An entry that was read twice before without being committed is tried alone: if it kills the process, nothing else
   suffers. The first of a partition that was read three times before is taken for the one that does.
4. A conflict (a caseworker was faster) is loaded and computed again.
5. After ``UnavailableError`` the same commits are made again; the store knows which of them it has.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog

from bot.core.escalation import Escalation
from bot.core.events import AnyEvent, MessageReceived, MessageSetAside
from bot.errors import ConflictError, FencedError, UnavailableError
from bot.ports.basics import Clock
from bot.ports.partitions import Commit, InboxEntry, Outcome, Partition, Snapshot
from bot.turns.compute import Computed, compute, escalation_of, last_resort
from bot.turns.metrics import Metrics
from bot.turns.performer import Shell
from bot.turns.think import Thinker

BATCH: Final = 32
"""Conversations read, and turns committed, in one call."""
MOST: Final = 512
"""Entries held in memory for one partition; slow ones leave room for the others."""
TRIES: Final = 3
ALONE: Final = 2
CONFLICTS: Final = 20
PAUSE_S: Final = (0.05, 2.0)
"""Shortest and longest wait while the store is away, in seconds."""
TIMERS_MS: Final = 5000
"""At the latest after so long the timers are looked at."""

log = structlog.get_logger("turns.partition")


class Job:
    """One entry on its way through a lane."""

    __slots__ = ("conflicts", "entry", "error", "event", "fails", "named", "since", "snapshot")

    def __init__(self, entry: InboxEntry) -> None:
        """Take an entry as it was read."""
        self.entry = entry
        self.event: AnyEvent = entry.event
        self.snapshot: Snapshot | None = None
        self.named: Escalation | None = None
        self.error = ""
        """Name of the last error's type."""
        self.fails = 0
        self.conflicts = 0
        self.since = time.perf_counter()

    @property
    def alone(self) -> bool:
        """Whether nothing else may be in flight beside it."""
        return self.entry.tries >= ALONE

    @property
    def understood_entry(self) -> InboxEntry:
        """The entry with what is known of its text."""
        return msgspec.structs.replace(self.entry, event=self.event)


class PartitionRunner:
    """Reads, computes and commits the turns of one partition until it is stopped or fenced off."""

    def __init__(
        self, partition: Partition, thinker: Thinker, shell: Callable[[], Shell], clock: Clock, metrics: Metrics
    ) -> None:
        """Take what it works with; ``shell`` is asked for every batch. ``run`` does the work."""
        self.partition = partition
        self._thinker = thinker
        self._shell = shell
        self._clock = clock
        self._metrics = metrics
        self._lanes: dict[str, deque[Job]] = {}
        self._busy: dict[str, Job] = {}
        self._ready: list[Job] = []
        self._thinking: set[asyncio.Task[None]] = set()
        self._held = 0
        self._fresh = True
        self._more = True
        self._timers_at = 0
        self._wake = asyncio.Event()
        self._stopping = False
        self.fenced = False

    def poke(self) -> None:
        """Say that there may be something to read."""
        self._more = True
        self._wake.set()

    @property
    def full(self) -> bool:
        """Whether it holds so much that it reads no more for now."""
        return self._held >= MOST

    def stop(self) -> None:
        """Begin nothing new; what is in flight is still committed."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped or fenced off; what was not committed stays in the inbox for the next owner."""
        pause = PAUSE_S[0]
        try:
            while not (self._stopping and not self._busy):
                try:
                    await self._cycle()
                    pause = PAUSE_S[0]
                except FencedError:
                    raise
                except Exception as error:  # noqa: BLE001 - what it holds is not lost: the same is tried again
                    log.warning("cycle_failed", partition=self.partition.number, error=type(error).__name__)
                    await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, no secret
                    pause = min(pause * 2, PAUSE_S[1])
        except FencedError:
            self.fenced = True
            log.warning("fenced", partition=self.partition.number)
        finally:
            for task in self._thinking:
                task.cancel()
            await asyncio.gather(*self._thinking, return_exceptions=True)

    async def _cycle(self) -> None:
        self._wake.clear()
        if not self._stopping:
            await self._fire()
            await self._read()
            await self._begin()
        if self._ready:
            await self._finish()
        elif not self._wake.is_set() and (self._stopping or self.full or not self._more):
            await self._rest()

    async def _rest(self) -> None:
        wait_s = max((self._timers_at - self._clock.now()) / 1000, 0.01)
        try:
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _fire(self) -> None:
        now = self._clock.now()
        if now < self._timers_at:
            return
        if await self.partition.fire_timers(now):
            self._more = True
        due = await self.partition.next_timer()
        self._timers_at = min(now + TIMERS_MS, max(due, now + 10)) if due is not None else now + TIMERS_MS

    async def _read(self) -> None:
        if not self._more or self.full:
            return
        entries = await self.partition.read(BATCH)
        self._more = len(entries) >= BATCH
        for index, entry in enumerate(entries):
            job = Job(entry)
            if self._fresh and index == 0 and entry.tries >= TRIES:
                job.error, job.fails = "Repeated", TRIES
            self._lanes.setdefault(entry.ref, deque()).append(job)
            self._held += 1
        self._fresh = self._fresh and not entries

    def _startable(self) -> list[Job]:
        """Return the heads of lanes that may begin now: one that must be alone, or up to a batch of others."""
        if any(job.alone for job in self._busy.values()):
            return []
        heads = [lane[0] for ref, lane in self._lanes.items() if ref not in self._busy]
        suspects = [job for job in heads if job.alone]
        if suspects:
            return [] if self._busy else suspects[:1]
        return heads[:BATCH]

    async def _begin(self) -> None:
        jobs = self._startable()
        if not jobs:
            return
        for job in jobs:
            if job.fails >= TRIES:
                await self._aside(job)
        jobs = [job for job in jobs if job.fails < TRIES]
        await self._load(jobs)
        for job in jobs:
            if job.snapshot is None:
                continue
            self._busy[job.entry.ref] = job
            if self._thinker.needed(job.event):
                task = asyncio.create_task(self._think(job))
                self._thinking.add(task)
                task.add_done_callback(self._thinking.discard)
            else:
                self._ready.append(job)

    async def _load(self, jobs: Sequence[Job]) -> None:
        """Load what is stored; a record that cannot be read counts against its own contact alone."""
        if not jobs:
            return
        try:
            found = await self.partition.load([job.entry.ref for job in jobs])
            for job in jobs:
                job.snapshot = found.get(job.entry.ref) or Snapshot()
                job.named = await self._named(job)
        except (UnavailableError, FencedError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not take the batch along
            if len(jobs) > 1:
                for job in jobs:
                    await self._load([job])
            elif jobs[0].fails and isinstance(jobs[0].event, MessageSetAside):
                jobs[0].snapshot = Snapshot()  # unreadable for good: a person must come all the same
            else:
                self._failed(jobs[0], error)

    async def _named(self, job: Job) -> Escalation | None:
        """Return the escalation that an event names, where the snapshot holds another."""
        name = escalation_of(job.event)
        stored = job.snapshot.escalation if job.snapshot else None
        if not name or (stored and stored.id == name):
            return None
        return await self.partition.escalation(name)

    async def _think(self, job: Job) -> None:
        try:
            conversation = job.snapshot.conversation if job.snapshot else None
            job.event = await self._thinker.think(job.event, conversation)
        except Exception as error:  # noqa: BLE001 - counted as a try of this message
            self._failed(job, error)
        else:
            self._ready.append(job)
        self._wake.set()

    async def _finish(self) -> None:
        """Compute what is ready and commit it in one pipeline."""
        jobs, self._ready = self._ready[:BATCH], self._ready[BATCH:]
        made: list[tuple[Job, Computed]] = []
        shell = self._shell()
        for job in jobs:
            try:
                made.append((job, self._compute(job, shell)))
            except Exception as error:  # noqa: BLE001 - a poisonous message fails alone
                self._failed(job, error)
        if made:
            await self._commit(made)

    @staticmethod
    def _compute(job: Job, shell: Shell) -> Computed:
        snapshot = job.snapshot or Snapshot()
        if job.fails and isinstance(job.event, MessageSetAside):
            return last_resort(job.understood_entry, snapshot, shell)
        return compute(job.understood_entry, snapshot, job.named, shell)

    async def _commit(self, made: list[tuple[Job, Computed]]) -> None:
        outcomes = await self._committed([computed.commit for _, computed in made])
        if outcomes is not None:
            for (job, computed), outcome in zip(made, outcomes, strict=True):
                self._settle(job, computed, outcome)
            return
        for job, computed in made:  # one of them is refused: find out which, each alone
            try:
                alone = await self._again([computed.commit])
            except FencedError:
                raise
            except Exception as error:  # noqa: BLE001 - counted as a try of this turn
                self._failed(job, error)
            else:
                self._settle(job, computed, alone[0])

    async def _committed(self, commits: list[Commit]) -> Sequence[Outcome] | None:
        try:
            return await self._again(commits)
        except FencedError:
            raise
        except Exception as error:  # noqa: BLE001 - tried one by one
            log.warning("batch_refused", error=type(error).__name__)
            return None

    async def _again(self, commits: list[Commit]) -> Sequence[Outcome]:
        """Commit, and while the store is away commit the same again."""
        pause = PAUSE_S[0]
        while True:
            try:
                return await self.partition.commit(commits)
            except UnavailableError:
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, no secret
                pause = min(pause * 2, PAUSE_S[1])
            except ConflictError:
                return ["conflict"] * len(commits)

    def _settle(self, job: Job, computed: Computed, outcome: Outcome) -> None:
        kind = type(job.event).__name__
        self._metrics.turns.labels(kind, outcome).inc()
        if outcome == "conflict":
            job.conflicts += 1
            if job.conflicts % CONFLICTS == 0:
                self._failed(job, ConflictError())
            self._retry(job)
            return
        self._metrics.turn_seconds.observe(time.perf_counter() - job.since)
        for level, verb in computed.moves:
            self._metrics.escalations.labels(level, verb).inc()
        for timer in computed.commit.start_timers:
            self._timers_at = min(self._timers_at, timer.due)
        self._leave(job)

    def _leave(self, job: Job) -> None:
        ref = job.entry.ref
        self._busy.pop(ref, None)
        lane = self._lanes[ref]
        lane.popleft()
        self._held -= 1
        if not lane:
            del self._lanes[ref]
        self._wake.set()

    def _retry(self, job: Job) -> None:
        """Let the head of its lane begin again."""
        job.snapshot = job.named = None
        self._busy.pop(job.entry.ref, None)
        self._wake.set()

    def _failed(self, job: Job, error: Exception) -> None:
        """Count a try; after the last one the entry is set aside when its lane begins again."""
        job.fails += 1
        job.error = type(error).__name__
        self._metrics.turns.labels(type(job.event).__name__, "failed").inc()
        log.warning("turn_failed", error=job.error, of=type(job.event).__name__, fails=job.fails)
        self._retry(job)

    async def _aside(self, job: Job) -> None:
        """Take the entry out of the way, with what the risk rules saw in it."""
        if isinstance(job.event, MessageReceived) and self._thinker.needed(job.event) and job.error != "Repeated":
            job.event = self._thinker.rules_only(job.event)
        await self.partition.set_aside(job.understood_entry, job.error)
        self._metrics.set_aside.labels(job.error).inc()
        log.error("set_aside", error=job.error, of=type(job.event).__name__)
        self._leave(job)
        self._more = True
