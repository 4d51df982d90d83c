"""The queue of the caseworkers: every act is one compare-and-set on the escalation's revision in its partition.

The rules are ``core.acts``. The same call that changes an escalation puts the event for the conversation into
the inbox and an entry without content into the audit. What was written about a case is kept sealed beside it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Final

from bot.core import codec
from bot.core.acts import AnyAct, Context, Kept, Step, apply
from bot.core.escalation import Escalation
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from bot.ports.basics import Clock
from bot.ports.desk import Acted, File
from bot.ports.partitions import Line, follow_up_timer
from bot.store import chain
from bot.store.client import Client, Word, pairs
from bot.store.keys import INDEX, WAKE_CASE, digest, key, partition_of
from bot.store.projector import Projector
from bot.store.records import Records
from bot.store.retention import Retention
from bot.store.wakes import Wakes
from bot.store.writes import Writes

TRIES: Final = 8
NO_CASE: Final = "There is no such case, or it is not open to this caseworker."
AWAY: Final = "The store cannot be reached."
DONE, REPEATED = 1, 3
SAID: Final = frozenset({"reply", "flow"})
"""Kinds of texts that stand in the log; the others are notes."""


class RedisEscalations:
    """Implements ``ports.desk.Escalations``."""

    def __init__(
        self, client: Client, records: Records, clock: Clock, wakes: Wakes, projector: Projector, keep: Retention
    ) -> None:
        """Take what the queue stands on."""
        self._client = client
        self._records = records
        self._clock = clock
        self._wakes = wakes
        self._projector = projector
        self._keep = keep
        self.count = 1

    async def all(self) -> Sequence[Escalation]:
        """Return every escalation that is kept, without any text."""
        return await self._projector.index()

    async def one(self, id: str) -> Escalation | None:  # noqa: A002 - the port's name
        """Return one escalation, without any text. Its partition follows from the contact in its id."""
        ref = id.partition("-")[0]
        data = await self._client.do("HGET", key(partition_of(ref, self.count), "esc"), id)
        if data is None:
            kept = await self._client.do("HGET", INDEX, id)  # an id of another form: the index knows
            if kept is None:
                return None
            data = await self._client.do("HGET", key(codec.decode_escalation(kept).partition, "esc"), id)
        return codec.decode_escalation(data) if data else None

    async def file(self, id: str) -> File | None:  # noqa: A002 - the port's name
        """Return one escalation with what was said; None where there is none."""
        escalation = await self.one(id)
        if escalation is None:
            return None
        number, ref = escalation.partition, escalation.ref
        log, notes, flat = await self._client.many(
            [
                ("LRANGE", key(number, "log", id), 0, -1),
                ("LRANGE", key(number, "notes", id), 0, -1),
                ("HGETALL", key(number, "status", id)),
            ]
        )
        statuses = pairs(flat)
        return File(
            escalation,
            [line for one in log for line in self._records.open_lines(ref, one)],
            [line for one in notes for line in self._records.open_lines(ref, one)],
            {name.decode(): value.decode() for name, value in statuses.items()},
        )

    async def address(self, id: str) -> str:  # noqa: A002
        """Return how the contact of an escalation is reached at the channel; empty where it is not known any more."""
        escalation = await self.one(id)
        if escalation is None:
            return ""
        sealed = await self._client.do("HGET", key(escalation.partition, "c", escalation.ref), "addr")
        return self._records.open_address(escalation.ref, sealed) if sealed else ""

    async def act(
        self,
        id: str,  # noqa: A002
        by: str,
        act: AnyAct,
        *,
        key: str = "",
        alone: bool = False,
    ) -> Acted:
        """Do one act, atomically, and write it down in the audit."""
        nonce = key or secrets.token_hex(16)
        once = hashlib.blake2b(f"{id}\n{by}\n{nonce}".encode(), digest_size=12).hexdigest()
        refused = False
        for _ in range(TRIES):
            before = await self.one(id)
            if before is None:
                raise NotAllowedError(NO_CASE)
            if key and await self._repeated(before, once):
                return Acted(before, once, repeated=True)
            context = Context(by, self._clock.now(), once, alone)
            try:
                step = apply(act, before, context)
            except NotAllowedError as error:
                if refused:  # it was allowed a moment ago
                    msg = "Somebody was faster."
                    raise ConflictError(msg) from error
                raise
            outcome = await self._write(before, step, context, act.verb)
            if outcome in {DONE, REPEATED}:
                return Acted(step.after, once, repeated=outcome == REPEATED)
            refused = True
        msg = "The case keeps changing. Look at it as it is now."
        raise ConflictError(msg)

    async def _repeated(self, before: Escalation, once: str) -> bool:
        return bool(await self._client.do("HEXISTS", key(before.partition, "status", before.id), once))

    async def _write(self, before: Escalation, step: Step, context: Context, verb: str) -> int:
        after, ref = step.after, before.ref
        writes = Writes(before.partition)
        writes.escalation(after)
        once = context.once if step.kept and step.kept.kind in {*SAID, "note"} else ""
        if step.kept:
            self._keep_text(writes, before, step.kept, context)
        if after.state == "resolved":
            due = (after.resolved_at or context.at) + self._keep.of_case(after.level)
            writes.add("ZADD", writes.key("purge"), due, f"case:{after.id}")
        if after.follow_up_at != before.follow_up_at:
            timer = follow_up_timer(after)
            if after.follow_up_at:
                writes.timer(ref, before.channel, timer)
            else:
                writes.cancel(ref, (timer.id,))
        done = chain.act(
            context.at, context.by, verb, digest(after.id), step.detail, from_=before.state, to=after.state
        )
        signed = chain.signed(self._records.sealer, f"p{before.partition}", done)
        writes.add("XADD", writes.key("audit"), "*", *signed)
        if step.event:
            writes.event(ref, before.channel, self._records.event(ref, step.event))
        keys = [writes.key("lease"), writes.key("inbox"), writes.key("esc")]
        head: list[Word] = ["", "", after.id, before.revision, writes.key("status", after.id) if once else "", once]
        return int(await self._client.script("commit", keys, [*head, *writes.packed()], durable=True))

    def _keep_text(self, writes: Writes, case: Escalation, kept: Kept, context: Context) -> None:
        said = kept.kind in SAID
        line = Line(
            context.at,
            "caseworker",
            kept.text,
            kind="text" if kept.kind == "reply" else kept.kind,
            reply=context.once if said else "",
            by=context.by,
            phrase=kept.phrase,
            original=kept.original,
        )
        if kept.kind in {*SAID, "note"}:  # of a note, so that a second click finds it
            writes.add("HSET", writes.key("status", case.id), context.once, "queued" if said else "")
        writes.add("RPUSH", writes.key("log" if said else "notes", case.id), self._records.lines(case.ref, (line,)))

    async def changes(self) -> AsyncIterator[str]:
        """Yield the id of each escalation that changes (also a new message or delivery status).

        Raises:
            UnavailableError: The store is away; changes may have been missed.
        """
        listener = self._wakes.listen(WAKE_CASE)
        try:
            if not self._wakes.connected.is_set():
                raise UnavailableError(AWAY)
            while True:
                id_ = await listener.get()
                if id_ is None:
                    raise UnavailableError(AWAY)
                yield id_
        finally:
            self._wakes.leave(WAKE_CASE, listener)
