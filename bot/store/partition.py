"""One partition of conversations, owned by this process as long as its lease holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog

from bot.core import codec
from bot.core.escalation import Escalation
from bot.core.events import CaseworkerReplied, aside
from bot.errors import FencedError, SealError, StoreError
from bot.ports.partitions import Commit, InboxEntry, Outcome, Snapshot
from bot.store.client import Client, Word
from bot.store.keys import key
from bot.store.leases import Leases
from bot.store.records import Records
from bot.store.retention import LIMIT, REWRITE_MS, Retention, rewrite
from bot.store.writes import Writes, of_turn

log = structlog.get_logger("ucare.store")

LOOK_S: Final = 1.0
"""An idle partition is read at least this often, should a wake-up be lost."""
TIMERS_S: Final = 5.0
"""How often timers are looked at that others may have started."""
OUTCOMES: Final[dict[int, Outcome]] = {0: "conflict", 1: "done", 2: "done"}


class OwnedPartition:
    """Implements ``ports.partitions.Partition``."""

    def __init__(
        self, number: int, client: Client, records: Records, leases: Leases, keep: Retention, hear: Callable[[], None]
    ) -> None:
        """Take over partition ``number``, of which ``leases`` holds the lease; ``hear`` takes note of wake-ups."""
        self.number = number
        self._hear = hear
        self.dirty = True
        """Whether there may be something to read."""
        self._client = client
        self._records = records
        self._leases = leases
        self._keep = keep
        self._token = leases.token(number)
        self._from: str | bytes = "0"
        self._looked = 0.0
        self._held: set[str] = set()
        """Entries that were handed out and are not committed yet."""
        self._next: int | None = 0
        self._timed = -math.inf
        self._purge_next: int | None = 0
        self._purged = -math.inf

    def key(self, name: str, of: str = "") -> str:
        """Return the name of a key of this partition."""
        return key(self.number, name, of)

    def _check(self) -> str:
        if self._leases.token(self.number) != self._token:
            msg = f"Partition {self.number} was lost meanwhile."
            raise FencedError(msg)
        return self._token

    async def _script(self, name: str, keys: Sequence[str], args: Sequence[Word]) -> Any:  # noqa: ANN401
        token = self._check()
        try:
            return await self._client.script(name, [self.key("lease"), *keys], [token, *args])
        except FencedError:
            self._leases.lose(self.number)
            raise

    @property
    def readable(self) -> bool:
        """Whether ``read`` would ask the server."""
        return self.dirty or time.monotonic() - self._looked >= LOOK_S

    async def read(self, count: int) -> Sequence[InboxEntry]:
        """Return up to ``count`` entries that were not read yet, in order; first what a former owner left pending."""
        self._check()
        self._hear()
        if count < 1 or not self.readable:
            return ()
        self.dirty, self._looked = False, time.monotonic()
        try:
            ((self._from, found),) = await self._script("read", [self.key("inbox")], [count, "in", self._from])
        except StoreError:
            # The answer may have been lost on its way: what it held is pending now, and is read from there.
            self.dirty, self._from = True, "0"
            raise
        self.dirty = self.dirty or len(found) >= count
        entries = []
        for id_, fields, tries, _, _ in found:
            if id_.decode() in self._held:
                continue
            entry = await self._entry(id_.decode(), dict(zip(fields[::2], fields[1::2], strict=True)), tries)
            if entry:
                entries.append(entry)
                self._held.add(entry.entry)
        return entries

    async def _entry(self, id_: str, fields: Mapping[bytes, bytes], tries: int) -> InboxEntry | None:
        ref, channel = fields[b"ref"].decode(), fields[b"ch"].decode()
        try:
            event = codec.decode_event(fields[b"t"]) if b"t" in fields else self._records.open_event(ref, fields[b"e"])
        except (SealError, StoreError) as error:
            await self._damaged(id_, fields, type(error).__name__)
            return None
        return InboxEntry(id_, ref, channel, event, tries)

    async def _damaged(self, id_: str, fields: Mapping[bytes, bytes], error: str) -> None:
        """Set aside what cannot even be opened: nothing can be computed of it, and it must not stop the others."""
        log.error("entry_damaged", partition=self.number, entry=id_, error=error)
        writes = Writes(self.number)
        kept = [word for name in (b"ref", b"ch", b"e", b"t") if name in fields for word in (name, fields[name])]
        writes.add("XADD", self.key("aside"), "*", *kept, "error", error)
        await self._commit([id_, "", 0, "", "", *writes.packed()])

    async def load(self, refs: Sequence[str]) -> Mapping[str, Snapshot]:
        """Return what is stored of some contacts, in one round trip."""
        if not refs:
            return {}
        answers = await self._script("load", [self.key("esc")], refs)
        return {ref: self._snapshot(ref, *answer) for ref, answer in zip(refs, answers, strict=True)}

    def _snapshot(self, ref: str, sealed: bytes | None, case: bytes | None) -> Snapshot:
        return Snapshot(
            self._records.open_conversation(ref, sealed) if sealed else None,
            codec.decode_escalation(case) if case else None,
        )

    async def escalation(self, id: str) -> Escalation | None:  # noqa: A002 - the port's name
        """Return one escalation of this partition."""
        self._check()
        data = await self._client.do("HGET", self.key("esc"), id)
        return codec.decode_escalation(data) if data else None

    async def _commit(self, args: Sequence[Word]) -> int:
        return int(await self._script("commit", [self.key("inbox"), self.key("esc")], args))

    async def commit(self, commits: Sequence[Commit]) -> Sequence[Outcome]:
        """Commit turns, each atomically on its own, in one pipeline; an entry that is committed leaves the inbox."""
        if not commits:
            return []
        token = self._check()
        keys = (self.key("lease"), self.key("inbox"), self.key("esc"))
        calls = []
        for each in commits:
            case = each.escalation.id if each.escalation else ""
            head: list[Word] = [token, each.entry.entry, case, each.expected, "", ""]
            calls.append((keys, [*head, *of_turn(self.number, each, self._records, self._keep)]))
        try:
            answers = await self._client.scripts("commit", calls, durable=True)
        except FencedError:
            self._leases.lose(self.number)
            raise
        for each, answer in zip(commits, answers, strict=True):
            if OUTCOMES[int(answer)] == "done":
                self._held.discard(each.entry.entry)
            for timer in each.start_timers:
                self._next = min(self._next or timer.due, timer.due)
            if each.erase or each.conversation is None:
                self._purge_next = min(self._purge_next or 0, each.entry.event.at + REWRITE_MS)
        return [OUTCOMES[int(answer)] for answer in answers]

    async def set_aside(self, entry: InboxEntry, error: str) -> None:
        """Take a poisonous entry out of the inbox into the list of what was set aside.

        What ``core.events.aside`` returns is put into the inbox for the same contact in the same call.
        """
        writes, event = Writes(self.number), aside(entry.event)
        sealed = self._records.event(entry.ref, entry.event)
        writes.add("XADD", self.key("aside"), "*", "ref", entry.ref, "ch", entry.channel, "e", sealed, "error", error)
        if isinstance(entry.event, CaseworkerReplied):
            writes.add("@failed", entry.event.escalation, entry.event.reply)
        if event is not None:
            writes.event(entry.ref, entry.channel, self._records.event(entry.ref, event))
        await self._commit([entry.entry, "", 0, "", "", *writes.packed()])
        self._held.discard(entry.entry)
        self.dirty = True

    async def fire_timers(self, now: int) -> int:
        """Move what is due from the timers into the inbox, each as one ``TimerFired``; return how many.

        What has reached the end of its retention is deleted on the way.
        """
        self._check()
        moved, clock = 0, time.monotonic()
        if clock - self._timed >= TIMERS_S or (self._next is not None and self._next <= now):
            keys, args = [self.key("timers"), self.key("inbox")], [now, self.number, LIMIT]
            moved, due = await self._script("fire", keys, args)
            self._timed, self._next = clock, int(float(due)) if due else None
            self.dirty = self.dirty or moved > 0
        if clock - self._purged >= TIMERS_S or (self._purge_next is not None and self._purge_next <= now):
            await self.purge(now)
        return int(moved)

    async def purge(self, now: int) -> int:
        """Delete what has reached the end of its retention; return how many records were looked at."""
        looked, again, due, quiet = await self._script("purge", [self.key("purge")], [now, LIMIT, *self._keep.args()])
        self._purged, self._purge_next = time.monotonic(), int(float(due)) if due else None
        if again and not await rewrite(self._client):
            await self._client.do("ZADD", self.key("purge"), now + REWRITE_MS, "rewrite")
        for ref in quiet:
            await self._forget_words(ref.decode())
        return int(looked)

    async def _forget_words(self, ref: str) -> None:
        """Take the messages kept for joined risk checking out of a conversation whose last turns are gone."""
        kept = self.key("c", ref)
        sealed = await self._client.do("HGET", kept, "conv")
        conversation = self._records.open_conversation(ref, sealed) if sealed else None
        if conversation is None or not conversation.recent:
            return
        writes, without = Writes(self.number), msgspec.structs.replace(conversation, recent=())
        writes.add("@replace", kept, "conv", sealed, self._records.conversation(without))
        await self._commit(["", "", 0, "", "", *writes.packed()])

    async def next_timer(self) -> int | None:
        """Return when the next timer is due (ms), or None."""
        self._check()
        if time.monotonic() - self._timed >= TIMERS_S:
            got = await self._client.do("ZRANGE", self.key("timers"), 0, 0, "WITHSCORES")
            self._next = _score(got)
        return self._next


def _score(answer: list[Any]) -> int | None:
    """Return the score of the first member, in the forms of both protocol versions."""
    if not answer:
        return None
    first = answer[0]
    return int(float(first[1] if isinstance(first, list | tuple) else answer[1]))
