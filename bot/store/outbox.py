"""What waits to be sent, for the one sender that owns it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog

from bot.errors import FencedError, SealError, StoreError
from bot.ports.basics import Clock
from bot.ports.partitions import Parcel
from bot.store.client import Client
from bot.store.keys import WAKE_OUT, key
from bot.store.leases import LEASE_MS, Leases
from bot.store.partition import LOOK_S
from bot.store.records import Records
from bot.store.wakes import Listener, Wakes

log = structlog.get_logger("ucare.store")

STREAMS: Final = ("urgent", "out")
RENEW: Final = 3
"""The lease is renewed when a third of it is over."""
START: Final = (b"0", b"0")


class RedisOutbox:
    """Implements ``ports.partitions.Outbox``. The entry of a parcel is ``stream/id``.

    The sender takes every outbox that nobody owns and keeps it. Of each contact, entries of one stream come in
    the order in which they were committed.
    """

    def __init__(self, client: Client, records: Records, clock: Clock, wakes: Wakes, count: int) -> None:
        """Take the connection, the keys, the time, the wake-ups and the number of partitions."""
        self._client = client
        self._records = records
        self._clock = clock
        self._wakes = wakes
        self._count = count
        self.lease_ms = LEASE_MS
        self._leases: Leases | None = None
        self._listener: Listener | None = None
        self._from: dict[int, tuple[bytes, ...]] = {}
        self._tokens: dict[int, str] = {}
        self._dirty: set[int] = set()
        self._held: set[tuple[int, str]] = set()
        """Parcels that were handed out and are not settled yet."""
        self._renewed = self._looked = 0.0

    async def read(self, count: int, timeout_s: float, *, urgent: bool = False) -> Sequence[Parcel]:
        """Return what was not read yet, urgent entries first; first of all what a former owner left unsettled.

        With ``urgent`` everything else stays where it is, for a later read. Each call renews the leases as needed.
        """
        end = time.monotonic() + timeout_s
        while True:
            await self._own()
            self._hear()
            if time.monotonic() - self._looked >= LOOK_S:
                self._looked = time.monotonic()
                self._dirty.update(self._from)
            parcels = await self._collect(count, STREAMS[:1] if urgent else STREAMS)
            left = end - time.monotonic()
            if parcels or left <= 0:
                return parcels
            await self._wait(min(left, LOOK_S))

    async def _own(self) -> None:
        if self._leases is None:
            self._leases = Leases(self._client, self._count, "outlease", STREAMS, self.lease_ms)
            self._listener = self._wakes.listen(WAKE_OUT)
        now = time.monotonic()
        if now - self._renewed < self.lease_ms / 1000 / RENEW:
            return
        await self._leases.acquire(self._count)
        self._renewed = now
        for number, token in self._leases.tokens.items():
            if self._tokens.get(number) != token:
                self._from[number] = START
                self._dirty.add(number)
                self._held = {each for each in self._held if each[0] != number}
        self._tokens = dict(self._leases.tokens)
        self._from = {number: place for number, place in self._from.items() if number in self._tokens}
        self._dirty &= self._from.keys()

    def _hear(self) -> None:
        while self._listener is not None and not self._listener.empty():
            self._heard(self._listener.get_nowait())

    def _heard(self, said: str | None) -> None:
        if said is None:
            self._dirty.update(self._from)
        elif said.isdigit() and int(said) in self._from:
            self._dirty.add(int(said))

    async def _wait(self, timeout_s: float) -> None:
        assert self._listener is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._dirty:
                    self._heard(await self._listener.get())

    async def _collect(self, count: int, streams: tuple[str, ...]) -> list[Parcel]:
        assert self._leases is not None
        asked = random.sample(sorted(self._dirty), len(self._dirty))  # so that none is always the last
        if not asked or count < 1:
            return []
        if streams == STREAMS:
            self._dirty -= set(asked)
        parcels: list[Parcel] = []
        try:
            # Urgent ones of all partitions first; each call takes from one partition no more than are still wanted.
            for index, number in enumerate(asked):
                if len(parcels) >= count:
                    self._dirty.update(asked[index:])
                    break
                parcels += await self._collect_from(number, count - len(parcels), streams)
        except StoreError:
            self._dirty.update(asked)
            if not parcels:
                raise
        return sorted(parcels, key=lambda parcel: not parcel.entry.startswith("urgent/"))

    async def _collect_from(self, number: int, count: int, streams: tuple[str, ...]) -> list[Parcel]:
        assert self._leases is not None
        try:
            token = self._leases.token(number)
            keys = [self._leases.key(number), *(key(number, stream) for stream in streams)]
            places = self._from[number][: len(streams)]
            answer = await self._client.script("read", keys, [token, count, "out", *places])
        except FencedError:
            self._lost(number)
            return []
        except StoreError:
            # The answer may have been lost on its way: what it held is pending now, and is read from there.
            self._from[number] = START
            raise
        self._from[number] = (*(place for place, _ in answer), *self._from[number][len(streams) :])
        parcels = []
        for stream, (_, found) in zip(streams, answer, strict=True):
            for item in found:
                name = (number, f"{stream}/{item[0].decode()}")
                parcel = None if name in self._held else await self._parcel(number, stream, item)
                if parcel:
                    self._held.add(name)
                    parcels.append(parcel)
        if sum(len(found) for _, found in answer) >= count:
            self._dirty.add(number)
        return parcels

    def _lost(self, number: int) -> None:
        assert self._leases is not None
        self._leases.lose(number)
        self._from.pop(number, None)
        self._tokens.pop(number, None)
        self._held = {each for each in self._held if each[0] != number}

    async def _parcel(self, number: int, stream: str, item: Sequence[Any]) -> Parcel | None:
        id_, flat, tries, address, messages = item
        fields: Mapping[bytes, bytes] = dict(zip(flat[::2], flat[1::2], strict=True))
        ref, entry = fields[b"ref"].decode(), f"{stream}/{id_.decode()}"
        try:
            deliver = self._records.open_deliver(ref, fields[b"d"])
            clear = self._records.open_address(ref, address)
        except (SealError, msgspec.MsgspecError) as error:
            what = type(error).__name__
            log.error("parcel_damaged", partition=number, entry=entry, error=what)  # noqa: TRY400 - no trace: texts
            await self._settle(number, entry, "failed", "damaged")
            return None
        if b"wrote" in fields and deliver.outgoing:  # it waited for the contact to write
            last = max(deliver.outgoing.last_at, int(fields[b"wrote"]))
            deliver = msgspec.structs.replace(deliver, outgoing=msgspec.structs.replace(deliver.outgoing, last_at=last))
        ids = tuple(each.decode() for each in messages)
        return Parcel(entry, number, ref, fields[b"ch"].decode(), clear, deliver, tries, ids)

    async def current(self, parcel: Parcel) -> bool:
        """Tell whether a parcel is still to be sent: ``hide`` and ``erase`` drop what waits."""
        stream, _, id_ = parcel.entry.partition("/")
        return bool(await self._client.do("XRANGE", key(parcel.partition, stream), id_, id_))

    async def settle(self, parcel: Parcel, ids: Sequence[str], *, invited: bool = False) -> None:
        """Take a delivered entry out, remember the service's ids, set the reply's status to sent.

        With ``invited`` only the invitation went out: the entry waits, parked, until the contact writes again.

        Raises:
            FencedError: Another sender owns the outbox now.
        """
        await self._settle(parcel.partition, parcel.entry, "invited" if invited else "sent", "", ids)

    async def fail(self, parcel: Parcel, code: str) -> None:
        """Move an entry that cannot be delivered to the dead-letter list; set the reply's status to failed.

        Raises:
            FencedError: Another sender owns the outbox now.
        """
        await self._settle(parcel.partition, parcel.entry, "failed", code)

    async def _settle(self, number: int, entry: str, how: str, code: str, ids: Sequence[str] = ()) -> None:
        if self._leases is None:
            msg = "Read before you settle."
            raise FencedError(msg)
        stream, _, id_ = entry.partition("/")
        keys = [self._leases.key(number), key(number, stream)]
        try:
            token = self._leases.token(number)
            await self._client.script("settle", keys, [token, id_, how, self._clock.now(), code, *ids])
            self._held.discard((number, entry))
        except FencedError:
            self._lost(number)
            raise

    async def release(self) -> None:
        """Give up the lease."""
        if self._listener is not None:
            self._wakes.leave(WAKE_OUT, self._listener)
            self._listener = None
        leases, self._leases = self._leases, None
        self._from, self._tokens, self._held, self._renewed = {}, {}, set(), 0.0
        if leases is not None:
            with contextlib.suppress(StoreError):  # it ends by itself
                await leases.release()
