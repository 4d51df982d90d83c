"""The audit over Redis: notes, search, the way to a file, and whether the chain is whole."""

from __future__ import annotations

import asyncio
import hmac
import re
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

import structlog

from bot.errors import SealError
from bot.ports.audit import AuditEntry, Flaw, Verdict
from bot.ports.basics import Clock, Sealer
from bot.store import audit_file, chain
from bot.store.chain import Anchor, Head
from bot.store.chainer import Chainer, stored
from bot.store.client import Client
from bot.store.keys import AUDIT_CHAIN, AUDIT_HEAD, AUDIT_IN
from bot.store.known import Known, KnownHead

log = structlog.get_logger("ucare.store")

PAGE: Final = 500
SWEEP: Final = 2000
TRIES: Final = 5
ID: Final = re.compile(r"\d{1,15}-\d{1,18}")
NONCE: Final = re.compile(r"[0-9a-f]{16}")
Row = tuple[bytes, Mapping[bytes, bytes] | Sequence[bytes]]


class _BrokenError(Exception):
    """The chain is broken here."""

    def __init__(self, place: int, flaw: Flaw) -> None:
        """Say at which entry, and how."""
        super().__init__(flaw)
        self.flaw, self.place = flaw, place


class RedisAudit:
    """Implements ``ports.audit.Audit``."""

    def __init__(
        self, client: Client, sealer: Sealer, clock: Clock, count: int, keep_ms: int, known: KnownHead
    ) -> None:
        """Take what it stands on: see ``Chainer``."""
        self._client = client
        self._sealer = sealer
        self._clock = clock
        self.chainer = Chainer(client, sealer, clock, count, keep_ms, known)

    async def note(self, by: str, verb: str, what: str = "", detail: str = "") -> None:
        """Write down one act that is no change of an escalation."""
        entry = chain.act(self._clock.now(), by, verb, what, detail)
        await self._client.script("chain_note", [AUDIT_IN], chain.signed(self._sealer, "in", entry)[1::2], durable=True)

    async def _caught_up(self) -> Head:
        """Chain what waits; return the head, an unlimited one where it is not signed by us."""
        try:
            await self.chainer.catch_up()
            return chain.unseal(self._sealer, chain.HEAD, await self._client.do("GET", AUDIT_HEAD), Head)
        except SealError:
            log.error("audit_not_chained")  # noqa: TRY400 - the trace says no more
            return Head(lag=2**52, lead=2**52)

    async def find(  # noqa: PLR0913 - each is a field of the search
        self,
        *,
        by: str = "",
        verb: str = "",
        what: str = "",
        since: int = 0,
        until: int = 0,
        limit: int = 100,
        before: str = "",
    ) -> Sequence[AuditEntry]:
        """Return entries, newest first."""
        head = await self._caught_up()
        wanted = (by, verb, chain.without_case(what))
        low = f"{max(0, since - head.lead)}-0" if since else "-"
        high = f"({before}" if ID.fullmatch(before) else "+"
        if until and high == "+":
            high = str(max(0, until + head.lag))
        found: list[AuditEntry] = []
        while len(found) < limit:
            rows = await self._client.do("XREVRANGE", AUDIT_CHAIN, high, low, "COUNT", PAGE)
            for row in rows:
                entry = _readable(row)
                if entry and since <= entry.at and (not until or entry.at < until) and _fits(entry, *wanted):
                    found.append(entry)
            if len(rows) < PAGE:
                break
            high = f"({rows[-1][0].decode()}"
        return found[:limit]

    async def _sweep(self, low: str = "-", high: str = "+") -> AsyncIterator[list[Row]]:
        """Yield the rows of the chain, oldest first."""
        while True:
            rows: list[Row] = await self._client.do("XRANGE", AUDIT_CHAIN, low, high, "COUNT", SWEEP)
            if rows:
                yield rows
            if len(rows) < SWEEP:
                return
            low = f"({rows[-1][0].decode()}"

    async def entries(self, *, since: int = 0, until: int = 0) -> AsyncIterator[AuditEntry]:
        """Yield entries, oldest first, without a gap."""
        head = await self._caught_up()
        low = f"{max(0, since - head.lead)}-0" if since else "-"
        high = str(max(0, until + head.lag)) if until else "+"
        begun, held = False, list[AuditEntry]()
        async for rows in self._sweep(low, high):
            for row in rows:
                entry = _readable(row)
                if entry is None or (not begun and entry.at < since):
                    continue
                begun = True
                held.append(entry)
                if not until or entry.at < until:  # what was held back lies between two that are wanted
                    for each in held:
                        yield each
                    held.clear()

    async def export(self, form: Literal["csv", "jsonl"], *, since: int = 0, until: int = 0) -> AsyncIterator[bytes]:
        """Yield a file with every entry and its link, which ends with the chain's head and count, signed."""
        writer = audit_file.Writer(self._sealer, form, self._clock.now())
        before: bytes | None = None
        async for entry in self.entries(since=since, until=until):
            if before is None:
                before = await self._link_before(entry)
                yield writer.start(before, since=since, until=until)
            yield writer.entry(entry)
        if before is None:
            yield writer.start(b"", since=since, until=until)
        yield writer.end(await self._caught_up())

    async def _link_before(self, entry: AuditEntry) -> bytes:
        rows = await self._client.do("XREVRANGE", AUDIT_CHAIN, f"({entry.id}", "-", "COUNT", 1)
        if rows:
            return bytes.fromhex(stored(rows[0])[0].link)
        return (await self.chainer.anchor())[1].last

    async def verify(self) -> Verdict:
        """Go over the whole chain and tell whether it is whole, or where it breaks first, and how."""
        for tried in range(1, TRIES + 1):
            anchor_before = await self._anchor()
            walk = _Walk(self._sealer, anchor_before)
            try:
                await self._caught_up()
                await self._walk(walk)
            except _BrokenError as broken:
                # Retention may have cut the front while we looked.
                if tried < TRIES and await self._anchor() != anchor_before:
                    continue
                return walk.verdict(broken.flaw, broken.place)
            return walk.verdict()
        raise AssertionError  # the last try has returned

    async def _anchor(self) -> Anchor | None:
        try:
            return (await self.chainer.anchor())[1]
        except SealError:
            return None

    async def _head(self) -> Head:
        return chain.unseal(self._sealer, chain.HEAD, await self._client.do("GET", AUDIT_HEAD), Head)

    async def _walk(self, walk: _Walk) -> None:
        known = self.chainer.known.read()
        try:
            head: Head | None = await self._head()
        except SealError:
            head = None
        async for rows in self._sweep():
            for row in rows:
                if head is not None and walk.n >= head.n:
                    head = await self._head_behind(head, walk.n)
                walk.step(row, known)
        if head is None or walk.anchor is None:
            raise _BrokenError(walk.n + 1, "head")
        if walk.n < head.n or (walk.n == head.n and walk.last != head.last):
            raise _BrokenError(walk.n + 1, "end")
        if known.n > walk.n:
            raise _BrokenError(walk.n + 1, "known")
        twice = await asyncio.to_thread(walk.twice)
        if twice:
            raise _BrokenError(twice, "twice")

    async def _head_behind(self, head: Head, n: int) -> Head:
        """Return the head that came while we looked; there must be one, or the next entry is not ours."""
        try:
            later = await self._head()
        except SealError:
            later = head
        if later.n <= n:
            raise _BrokenError(n + 1, "changed" if later.n else "head")
        return later


class _Walk:
    """One walk along the chain."""

    def __init__(self, sealer: Sealer, anchor: Anchor | None) -> None:
        """Begin behind the anchor."""
        self._sealer = sealer
        self.anchor = anchor
        self.n = anchor.n if anchor else 0
        self.last = anchor.last if anchor else chain.GENESIS
        self.count = self.unsigned = self.first = self.since = 0
        self._nonces = array("Q")
        self._places = array("Q")

    def step(self, row: Row, known: Known) -> None:
        """Check one row.

        Raises:
            _BrokenError: It does not fit.
        """
        try:
            entry, body = stored(row)
        except SealError:
            raise _BrokenError(self.n + 1, "changed") from None
        if self.anchor is None and not self.n:  # without its anchor the chain begins behind its first entry
            self.n, self.last = entry.n, bytes.fromhex(entry.link)
            return
        if entry.n != self.n + 1:
            late = entry.n > self.n
            raise _BrokenError(self.n + 1, ("missing" if self.count else "front") if late else "twice")
        try:
            link = chain.link(self._sealer, self.last, body, entry.key or "-")
        except SealError:
            raise _BrokenError(entry.n, "key") from None
        if not hmac.compare_digest(link.hex(), entry.link) or chain.place(entry) != entry.id:
            raise _BrokenError(entry.n, "changed")
        if entry.n == known.n and entry.link != known.link:
            raise _BrokenError(entry.n, "known")
        self.n, self.last = entry.n, link
        self.count += 1
        self.unsigned += entry.unsigned
        self.first, self.since = self.first or entry.n, self.since or entry.at
        if NONCE.fullmatch(entry.nonce) and not entry.unsigned:
            self._nonces.append(int(entry.nonce, 16))
            self._places.append(entry.n)

    def twice(self) -> int:
        """Return the place of an entry that stands there a second time; 0: there is none."""
        again = {one for one, other in pairwise(sorted(self._nonces)) if one == other}
        seen: set[int] = set()
        for nonce, place in zip(self._nonces, self._places, strict=True) if again else ():
            if nonce in seen:
                return place
            if nonce in again:
                seen.add(nonce)
        return 0

    def verdict(self, flaw: Flaw | None = None, place: int = 0) -> Verdict:
        """Return what was found."""
        why = self.anchor.why if self.anchor else ""
        return Verdict(
            whole=flaw is None,
            count=self.count,
            since=self.since,
            first=self.first,
            head=self.n,
            link=self.last.hex() if self.n else "",
            flaw=flaw,
            place=place,
            unsigned=self.unsigned,
            anchor=why,
        )


def _readable(row: Any) -> AuditEntry | None:  # noqa: ANN401 - a row as Redis gives it
    try:
        return stored(row)[0]
    except SealError:
        return None


def _fits(entry: AuditEntry, by: str, verb: str, what: str) -> bool:
    return by in {"", entry.by} and verb in {"", entry.verb} and what in {"", entry.what}
