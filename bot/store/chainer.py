"""Moves what waits for the audit into one chain, and cuts its front where retention ends.

Like the projector it is idempotent, and any number may run at once: an append is a compare-and-set on the signed
head, which also remembers what was taken from each source; an entry leaves its source only when it is in the chain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import msgspec
import structlog

from bot.errors import SealError, StoreError
from bot.ports.audit import AuditEntry
from bot.ports.basics import Clock, Sealer
from bot.store import chain
from bot.store.chain import Anchor, Head
from bot.store.client import Client, Word
from bot.store.keys import AUDIT_ANCHOR, AUDIT_CHAIN, AUDIT_HEAD, AUDIT_IN, key
from bot.store.known import Known, KnownHead

log = structlog.get_logger("ucare.store")

BATCH: Final = 1000
"""Entries taken from a source, and appended by one script, at once."""
TRIM_S: Final = 600.0
"""How often it is looked whether the front has reached its end, in seconds."""

T = TypeVar("T", Head, Anchor)
Waiting = tuple[tuple[int, int], str, str, Mapping[bytes, bytes]]
"""Order, source, id there, fields."""


def _parts(id_: str) -> tuple[int, int]:
    ms, _, sequence = id_.partition("-")
    return int(ms), int(sequence or 0)


def _behind(id_: str) -> str:
    ms, sequence = _parts(id_)
    return f"{ms}-{sequence + 1}"


class Chainer:
    """Keeps the chain."""

    def __init__(
        self, client: Client, sealer: Sealer, clock: Clock, count: int, keep_ms: int, known: KnownHead
    ) -> None:
        """Take what the chain stands on; ``keep_ms`` is how long an entry is kept."""
        self._client = client
        self._sealer = sealer
        self._clock = clock
        self._sources = {**{f"p{n}": key(n, "audit") for n in range(count)}, "in": AUDIT_IN}
        self._keep_ms = keep_ms
        self.known = known
        self._turn = asyncio.Lock()
        self._trimmed: float | None = None
        self._warned = 0

    async def keep_up(self) -> int:
        """Chain what waits, and trim now and then; return how many were chained."""
        done = await self.catch_up()
        if self._trimmed is None or time.monotonic() - self._trimmed >= TRIM_S:
            self._trimmed = time.monotonic()
            await self.trim()
        return done

    async def catch_up(self) -> int:
        """Chain all that waits now; return how many entries.

        Raises:
            SealError: The head is not signed by us. Nothing is chained then, and nothing is lost.
        """
        async with self._turn:
            done = 0
            while True:
                kept = await self._client.do(
                    "GET", AUDIT_HEAD
                )  # before what waits: what was taken must not be read again
                head = chain.unseal(self._sealer, chain.HEAD, kept, Head)
                waiting = await self._waiting(head)
                if not waiting:
                    await self._remember(head)
                    return done
                done += await self._append(head, kept or b"", waiting)

    async def _waiting(self, head: Head) -> list[Waiting]:
        """Return what is in the sources and not in the chain, by time; what is in the chain is deleted there."""
        names = list(self._sources)
        commands = [("XRANGE", self._sources[name], "-", "+", "COUNT", BATCH) for name in names]
        found: list[Waiting] = []
        old: list[tuple[str, ...]] = []
        for name, answer in zip(names, await self._client.many(commands), strict=True):
            taken = _parts(head.taken[name]) if name in head.taken else (-1, -1)
            rows = [(_parts(id_.decode()), name, id_.decode(), _fields(fields)) for id_, fields in answer]
            if rows and rows[0][0] <= taken:
                old.append(("XTRIM", self._sources[name], "MINID", _behind(head.taken[name])))
            found += [row for row in rows if row[0] > taken]
        if old:
            await self._client.many(old)
        return sorted(found, key=lambda row: (row[0], row[1]))

    async def _append(self, head: Head, kept: bytes, waiting: Sequence[Waiting]) -> int:
        done = 0
        name = chain.newest(self._sealer)
        for start in range(0, len(waiting), BATCH):
            some = waiting[start : start + BATCH]
            after, words = self._linked(head, some, name)
            sealed = chain.seal(self._sealer, chain.HEAD, after)
            if not await self._client.script("chain", [AUDIT_HEAD, AUDIT_CHAIN], [kept, sealed, *words], durable=True):
                return done  # another was faster: look at what is left
            head, kept, done = after, sealed, done + len(some)
            touched = {row[1] for row in some}
            trims = [("XTRIM", self._sources[each], "MINID", _behind(head.taken[each])) for each in sorted(touched)]
            await self._client.many(trims)
        return done

    def _linked(self, head: Head, waiting: Sequence[Waiting], name: str) -> tuple[Head, list[Word]]:
        """Return the new head, and the words for the script."""
        n, last, words = head.n, head.last, list[Word]()
        at, lag, lead, taken = max(head.at, self._clock.now()), head.lag, head.lead, dict(head.taken)
        for _, source, id_, fields in waiting:
            n += 1
            entry = chain.opened(self._sealer, source, id_, fields)
            entry = msgspec.structs.replace(entry, n=n, taken=at, key=name)
            body = chain.body_of(entry)
            last = chain.link(self._sealer, last, body, name)
            words += [chain.place(entry), body, last]
            lag, lead, taken[source] = max(lag, at - entry.at), max(lead, entry.at - at), id_
            if entry.unsigned:
                log.warning("audit_entry_unsigned", source=source, place=n)
        return Head(n, last.hex(), at, taken, lag, lead), words

    async def _remember(self, head: Head) -> None:
        """Write down how far the chain reaches, if it still holds what this machine has seen before."""
        known = self.known.read()
        if head.n == known.n and head.link == known.link:
            return
        if known.n and not await self._holds(head, known):
            if self._warned != known.n:
                log.error("audit_cut", known=known.n, head=head.n)
                self._warned = known.n
            return
        try:
            self.known.write(Known(head.n, head.link, head.at))
        except OSError as error:
            log.warning("audit_head_not_kept", error=type(error).__name__)

    async def holds(self, n: int, link: str, at: int) -> bool:
        """Tell whether the chain holds an entry that was there once, or need not hold it any more.

        Args:
            n: Its place.
            link: Its link.
            at: When it was chained.

        Raises:
            SealError: Head or anchor are not signed by us.
        """
        await self.catch_up()
        head = chain.unseal(self._sealer, chain.HEAD, await self._client.do("GET", AUDIT_HEAD), Head)
        return not n or await self._holds(head, Known(n, link, at))

    async def _holds(self, head: Head, known: Known) -> bool:
        id_ = f"{known.at}-{known.n}"
        rows = await self._client.do("XRANGE", AUDIT_CHAIN, id_, id_) if known.n <= head.n else ()
        if rows:
            return _fields(rows[0][1]).get(b"l", b"").hex() == known.link
        return known.n <= (await self.anchor())[1].n

    async def anchor(self) -> tuple[bytes, Anchor]:
        """Return what the chain begins behind, as it is stored and as it is read.

        Raises:
            SealError: It is not signed by us.
        """
        kept = await self._client.do("GET", AUDIT_ANCHOR)
        return kept or b"", chain.unseal(self._sealer, chain.ANCHOR, kept, Anchor)

    async def trim(self) -> int:
        """Delete entries that were kept long enough, and sign where the chain begins now; return how many went.

        Raises:
            SealError: The anchor, or the last entry that is to go, is not what we chained: nothing is deleted.
        """
        cut = self._clock.now() - self._keep_ms
        rows = await self._client.do("XREVRANGE", AUDIT_CHAIN, f"({cut}-0", "-", "COUNT", 2)
        if not rows:
            return 0
        kept, anchor = await self.anchor()
        last, body = stored(rows[0])
        before = bytes.fromhex(stored(rows[1])[0].link) if len(rows) > 1 else anchor.last
        fits = chain.link(self._sealer, before, body, last.key).hex() == last.link and chain.place(last) == last.id
        if not fits or last.n <= anchor.n:
            msg = "The audit's chain is broken where retention would cut it."
            raise SealError(msg)
        new = chain.seal(self._sealer, chain.ANCHOR, Anchor(last.n, last.link, last.taken, "retention"))
        gone = await self._client.script(
            "chain_trim", [AUDIT_ANCHOR, AUDIT_CHAIN], [kept, new, _behind(last.id)], durable=True
        )
        return max(0, int(gone))

    async def restart(self, by: str) -> None:
        """Begin the chain anew after a break; the old one is put aside for as long as entries are kept.

        Raises:
            StoreError: Others changed it again and again.
        """
        for _ in range(8):
            kept, old = await self._client.many([("GET", AUDIT_HEAD), ("GET", AUDIT_ANCHOR)])
            head = self._or_new(chain.HEAD, kept, Head)
            anchor = self._or_new(chain.ANCHOR, old, Anchor)
            now = self._clock.now()
            n = max(head.n, anchor.n, self.known.read().n, await self._last_number())
            keys = [AUDIT_HEAD, AUDIT_ANCHOR, AUDIT_CHAIN, f"{{audit}}:broken:{now}"]
            fresh = chain.seal(self._sealer, chain.HEAD, Head(n, "", now, head.taken))
            behind = chain.seal(self._sealer, chain.ANCHOR, Anchor(n, "", now, "restart"))
            words: list[Word] = [kept or b"", old or b"", fresh, behind, self._keep_ms]
            if await self._client.script("chain_restart", keys, words, durable=True):
                self.known.write(Known())
                note = chain.act(now, by, "restart_audit")
                await self._client.script("chain_note", [AUDIT_IN], chain.signed(self._sealer, "in", note)[1::2])
                await self.catch_up()
                return
        msg = "The chain is changed by others all the time. Try again."
        raise StoreError(msg)

    def _or_new(self, purpose: str, kept: bytes | None, kind: type[T]) -> T:
        try:
            return chain.unseal(self._sealer, purpose, kept, kind)
        except SealError:
            return kind()

    async def _last_number(self) -> int:
        rows = await self._client.do("XREVRANGE", AUDIT_CHAIN, "+", "-", "COUNT", 1)
        return min(_parts(rows[0][0].decode())[1], 2**62) if rows else 0


def _fields(given: Mapping[bytes, bytes] | Sequence[bytes]) -> Mapping[bytes, bytes]:
    return given if isinstance(given, Mapping) else dict(zip(given[::2], given[1::2], strict=True))


def stored(row: tuple[bytes, Mapping[bytes, bytes] | Sequence[bytes]]) -> tuple[AuditEntry, bytes]:
    """Return a row of the chain as an entry, with its id and link, and as what the link is made over.

    Raises:
        SealError: It is no entry.
    """
    fields = _fields(row[1])
    body = fields.get(b"e", b"")
    try:
        entry = chain.read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        msg = "An entry of the audit's chain is damaged."
        raise SealError(msg) from None
    return msgspec.structs.replace(entry, link=fields.get(b"l", b"").hex(), id=row[0].decode()), body
