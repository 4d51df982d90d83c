"""The store's ports in memory, for tests alone: partitions, inbox and outbox, with faults to order."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict

import msgspec

from bot.core import codec
from bot.core.events import CaseworkerReplied, TimerFired, aside
from bot.errors import FencedError, UnavailableError
from bot.ports.channels import DeliveryStatus, Incoming
from bot.ports.partitions import Commit, Deliver, InboxEntry, Outcome, Parcel, Snapshot, Timer


class MemoryStore:
    def __init__(self, clock, sealer, count: int = 4) -> None:
        self.clock, self.sealer, self.count = clock, sealer, count
        self.entries: dict[int, dict[str, InboxEntry]] = defaultdict(dict)
        self.fresh: dict[int, list[str]] = defaultdict(list)
        self.seen: set[str] = set()
        self.addresses: dict[str, tuple[str, str]] = {}
        self.conversations: dict[str, bytes] = {}
        self.escalations: dict[str, bytes] = {}
        self.timers: dict[tuple[str, str], tuple[Timer, str]] = {}
        self.lines: dict[str, list] = defaultdict(list)
        self.aside: list[tuple[InboxEntry, str]] = []
        self.out: dict[str, Parcel] = {}
        self.unread: list[str] = []
        self.settled: list[tuple[Parcel, tuple[str, ...], bool]] = []
        self.dead: list[tuple[Parcel, str]] = []
        self.statuses: list[DeliveryStatus] = []
        self.committed: list[Commit] = []
        self.batches: list[int] = []
        self.tokens: dict[int, int] = defaultdict(int)
        self.away = False
        self.lose_answer = 0
        self.slow_s = 0.0
        self.news = asyncio.Event()
        self.number = 0
        self.inbox, self.outbox = MemoryInbox(self), MemoryOutbox(self)

    def check(self) -> None:
        if self.away:
            raise UnavailableError

    def partition_of(self, ref: str) -> int:
        return sum(ref.encode()) % self.count

    def add(self, ref: str, channel: str, event) -> bool:
        if event.id in self.seen:
            return False
        self.seen.add(event.id)
        self.number += 1
        name, partition = f"{self.number:09}", self.partition_of(ref)
        event = codec.decode_event(codec.encode(event))
        self.entries[partition][name] = InboxEntry(name, ref, channel, event)
        self.fresh[partition].append(name)
        self.news.set()
        return True

    def conversation(self, ref: str):
        data = self.conversations.get(ref)
        return codec.decode_conversation(data) if data else None

    def escalation(self, name: str):
        data = self.escalations.get(name)
        return codec.decode_escalation(data) if data else None

    def only_escalation(self):
        (name,) = self.escalations
        return self.escalation(name)

    def waiting(self) -> int:
        return sum(len(entries) for entries in self.entries.values())


class MemoryInbox:
    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    async def append(self, incoming: Incoming) -> bool:
        if self.store.slow_s:
            await asyncio.sleep(self.store.slow_s)
        self.store.check()
        ref = self.store.sealer.ref(incoming.channel, incoming.address)
        self.store.addresses[ref] = (incoming.channel, incoming.address)
        return self.store.add(ref, incoming.channel, incoming.event)

    async def put(self, ref: str, channel: str, event) -> bool:
        self.store.check()
        return self.store.add(ref, channel, event)

    async def delivered(self, status: DeliveryStatus) -> None:
        self.store.check()
        self.store.statuses.append(status)


class MemoryPartitions:
    def __init__(self, store: MemoryStore) -> None:
        self.store, self.count = store, store.count
        self.owned: dict[int, MemoryPartition] = {}

    async def acquire(self, wanted: int):
        self.store.check()
        for number in range(min(wanted, self.count)):
            mine = self.owned.get(number)
            if mine is None or mine.token != self.store.tokens[number]:
                self.store.tokens[number] += 1
                self.owned[number] = MemoryPartition(self.store, number)
        return list(self.owned.values())

    async def release(self) -> None:
        for number in self.owned:
            self.store.tokens[number] += 1
        self.owned.clear()

    async def wait(self, timeout_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.store.news.wait()
        self.store.news.clear()


class MemoryPartition:
    def __init__(self, store: MemoryStore, number: int) -> None:
        self.store, self.number = store, number
        self.token = store.tokens[number]
        fresh = set(store.fresh[number])
        for name, entry in store.entries[number].items():
            if name not in fresh:  # a former owner read it and did not commit it
                store.entries[number][name] = msgspec.structs.replace(entry, tries=entry.tries + 1)
        store.fresh[number] = sorted(store.entries[number])

    def check(self) -> None:
        self.store.check()
        if self.token != self.store.tokens[self.number]:
            raise FencedError

    async def read(self, count: int):
        self.check()
        names, self.store.fresh[self.number] = (
            self.store.fresh[self.number][:count], self.store.fresh[self.number][count:],
        )  # fmt: skip
        return [self.store.entries[self.number][name] for name in names]

    async def load(self, refs):
        self.check()
        found = {}
        for ref in refs:
            conversation = self.store.conversation(ref)
            case = conversation.case if conversation else None
            found[ref] = Snapshot(conversation, self.store.escalation(case.id) if case else None)
        return found

    async def escalation(self, id: str):
        self.check()
        return self.store.escalation(id)

    async def commit(self, commits):
        self.check()
        self.store.batches.append(len(commits))
        outcomes: list[Outcome] = [self.one(commit) for commit in commits]
        if self.store.lose_answer:
            self.store.lose_answer -= 1
            raise UnavailableError
        self.store.news.set()
        return outcomes

    def one(self, commit: Commit) -> Outcome:  # noqa: C901, PLR0912 - what the script of the store does, in one place
        store, ref = self.store, commit.entry.ref
        if commit.entry.entry not in store.entries[self.number]:
            return "done"
        if commit.escalation:
            old = store.escalation(commit.escalation.id)
            if (old.revision if old else 0) != commit.expected:
                return "conflict"
        del store.entries[self.number][commit.entry.entry]
        store.committed.append(commit)
        if commit.erase:
            for name in [n for n in store.escalations if n != commit.keep_escalation]:
                if store.escalation(name).ref == ref:
                    del store.escalations[name]
            store.timers = {key: timer for key, timer in store.timers.items() if key[0] != ref}
            store.lines.pop(ref, None)
        if commit.erase or commit.drop_waiting:
            store.out = {name: p for name, p in store.out.items() if p.ref != ref}
            store.unread = [name for name in store.unread if name in store.out]
        if commit.conversation is None:
            store.conversations.pop(ref, None)
        else:
            store.conversations[ref] = codec.encode(commit.conversation)
        if commit.escalation:
            store.escalations[commit.escalation.id] = codec.encode_escalation(commit.escalation)
        store.lines[ref] += commit.lines
        for deliver in commit.deliver:
            store.outbox.add(ref, commit.entry.channel, deliver)
        for timer in commit.start_timers:
            store.timers[ref, timer.id] = (timer, commit.entry.channel)
        for name in commit.cancel_timers:
            store.timers.pop((ref, name), None)
        return "done"

    async def set_aside(self, entry: InboxEntry, error: str) -> None:
        self.check()
        if self.store.entries[self.number].pop(entry.entry, None) is None:
            return
        self.store.aside.append((entry, error))
        event = aside(entry.event)
        if event:
            self.store.add(entry.ref, entry.channel, event)
        assert not isinstance(entry.event, CaseworkerReplied) or event is None

    async def fire_timers(self, now: int) -> int:
        self.check()
        due = sorted(
            (timer.due, ref, name) for (ref, name), (timer, _) in self.store.timers.items()
            if timer.due <= now and self.store.partition_of(ref) == self.number
        )  # fmt: skip
        for at, ref, name in due:
            timer, channel = self.store.timers.pop((ref, name))
            event = TimerFired(f"timer:{ref}:{name}:{at}", now, name, timer.kind, timer.escalation)
            self.store.add(ref, channel, event)
        return len(due)

    async def next_timer(self) -> int | None:
        own = [t.due for (ref, _), (t, _) in self.store.timers.items() if self.store.partition_of(ref) == self.number]
        return min(own, default=None)


class MemoryOutbox:
    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.number = 0
        self.fail_settle = 0
        self.fenced = 0
        self.reads: list[bool] = []
        """For each reading, whether only what is urgent was asked for."""

    def add(self, ref: str, channel: str, deliver: Deliver, **more) -> Parcel:
        self.number += 1
        name = f"{self.number:09}"
        address = self.store.addresses.get(ref, ("", ref))[1]
        parcel = Parcel(name, 0, ref, channel, address, deliver, **more)
        self.store.out[name] = parcel
        self.store.unread.append(name)
        self.store.news.set()
        return parcel

    def begin_again(self) -> None:
        """A new sender owns the outbox: what was not settled comes once more."""
        for name, parcel in self.store.out.items():
            if name not in self.store.unread:
                self.store.out[name] = msgspec.structs.replace(parcel, tries=parcel.tries + 1)
        self.store.unread = sorted(self.store.out)

    async def read(self, count: int, timeout_s: float, *, urgent: bool = False):
        self.store.check()
        self.reads.append(urgent)
        for _ in range(int(timeout_s / 0.005)):
            if self.store.unread:
                break
            await asyncio.sleep(0.005)
        fit = [n for n in self.store.unread if not urgent or getattr(self.store.out[n].deliver.outgoing, "urgent", 0)]
        names = fit[:count]
        self.store.unread = [name for name in self.store.unread if name not in names]
        found = [self.store.out[name] for name in names]
        return sorted(found, key=lambda p: not (p.deliver.outgoing and p.deliver.outgoing.urgent))

    async def current(self, parcel: Parcel) -> bool:
        self.store.check()
        return parcel.entry in self.store.out

    async def settle(self, parcel: Parcel, ids, *, invited: bool = False) -> None:
        self.store.check()
        if self.fenced:
            self.fenced -= 1
            raise FencedError
        if self.fail_settle:
            self.fail_settle -= 1
            raise UnavailableError
        self.store.out.pop(parcel.entry, None)
        self.store.settled.append((parcel, tuple(ids), invited))

    async def fail(self, parcel: Parcel, code: str) -> None:
        self.store.check()
        self.store.out.pop(parcel.entry, None)
        self.store.dead.append((parcel, code))

    async def release(self) -> None: ...
