"""The queue of the caseworkers: every verb is one compare-and-set on the escalation's revision in its partition.

The rules are ``core.escalation``. The same call that changes an escalation puts the event for the conversation into
the inbox and an entry without content into the audit. Reasons are kept sealed beside the case.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import msgspec

from bot.core import codec
from bot.core.escalation import Escalation, Verb, change, exclude, rank
from bot.core.events import (
    AnyEvent,
    CaseworkerReplied,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
)
from bot.core.understood import Level
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from bot.ports.basics import Clock
from bot.ports.desk import Case, QueueRow
from bot.ports.partitions import Line
from bot.store.casefile import actions, entries, reasons, row
from bot.store.client import Client, Word
from bot.store.keys import INDEX, WAKE_CASE, digest, key, partition_of
from bot.store.projector import Projector
from bot.store.records import Records
from bot.store.retention import Retention
from bot.store.wakes import Wakes
from bot.store.writes import Writes

TRIES: Final = 8
NOT_YOURS: Final = "Somebody else has this case, or nobody. Claim it first."
NO_CASE: Final = "There is no such case, or it is not open to this caseworker."
AWAY: Final = "The store cannot be reached."
DONE, REPEATED = 1, 3


class Step(msgspec.Struct, frozen=True):
    """What one verb makes of an escalation."""

    after: Escalation
    event: AnyEvent | None = None
    note: str = ""
    line: Line | None = None


StepOf = Callable[[Escalation, int], Step]
"""From the escalation as it is and the time (ms) to what the verb makes of it; raises NotAllowedError."""


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

    async def queue(self, caseworker: str) -> Sequence[QueueRow]:
        """Return what is open and what this caseworker may see, ranked by level, then due time."""
        now = self._clock.now()
        seen = [
            one for one in await self._projector.index() if one.state != "resolved" and caseworker not in one.excluded
        ]
        return [row(one, now) for one in sorted(seen, key=rank)]

    async def _read(self, id_: str, caseworker: str) -> Escalation | None:
        """Return an escalation that this caseworker may see. Its partition follows from the contact in its id."""
        ref = id_.partition("-")[0]
        data = await self._client.do("HGET", key(partition_of(ref, self.count), "esc"), id_)
        if data is None:
            kept = await self._client.do("HGET", INDEX, id_)  # an id of another form: the index knows
            if kept is None:
                return None
            data = await self._client.do("HGET", key(codec.decode_escalation(kept).partition, "esc"), id_)
        escalation = codec.decode_escalation(data) if data else None
        return None if escalation is None or caseworker in escalation.excluded else escalation

    async def get(self, id: str, caseworker: str) -> Case | None:  # noqa: A002 - the port's name
        """Return a case; None where it does not exist or this caseworker may not see it."""
        escalation = await self._read(id, caseworker)
        if escalation is None:
            return None
        number, ref = escalation.partition, escalation.ref
        kept, flat = await self._client.many(
            [("LRANGE", key(number, "log", id), 0, -1), ("HGETALL", key(number, "status", id))]
        )
        lines = [line for one in kept for line in self._records.open_lines(ref, one)]
        statuses = flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
        shown = entries(lines, {k.decode(): v.decode() for k, v in statuses.items()})
        now = self._clock.now()
        return Case(row(escalation, now), shown, actions(escalation, caseworker), reasons(escalation))

    async def claim(self, id: str, caseworker: str) -> None:  # noqa: A002
        """Take a waiting case; the bot keeps quiet from now on."""

        def step(now: Escalation, at: int) -> Step:
            after = change(now, "claim", at=at, by=caseworker)
            return Step(after, EscalationTaken(_event_id(after), at, id, caseworker))

        await self._do(id, caseworker, "claim", step)

    async def release(self, id: str, caseworker: str) -> None:  # noqa: A002
        """Put a case back into the queue, for somebody else."""

        def step(now: Escalation, at: int) -> Step:
            after = self._own(now, "release", at, caseworker)
            return Step(after, EscalationHandedBack(_event_id(after), at, id))

        await self._do(id, caseworker, "release", step)

    async def hand_back(self, id: str, caseworker: str, snooze_ms: int) -> None:  # noqa: A002
        """Let the bot talk again, keep the case, and be reminded after ``snooze_ms`` milliseconds."""

        def step(now: Escalation, at: int) -> Step:
            after = self._own(now, "snooze", at, caseworker, until=at + snooze_ms)
            return Step(after, EscalationHandedBack(_event_id(after), at, id))

        await self._do(id, caseworker, "hand_back", step)

    async def transfer(self, id: str, caseworker: str, to: str) -> None:  # noqa: A002
        """Give a case to another caseworker."""

        def step(now: Escalation, at: int) -> Step:
            if now.assignee != caseworker:
                raise NotAllowedError(NOT_YOURS)
            after = change(now, "transfer", at=at, by=to)
            return Step(after, EscalationTaken(_event_id(after), at, id, to))

        await self._do(id, caseworker, "transfer", step)

    async def take_over(self, id: str, caseworker: str, former: str) -> None:  # noqa: A002
        """Take a case from its assignee, who has left; the bot keeps quiet from now on."""

        def step(now: Escalation, at: int) -> Step:
            if not former or now.assignee != former:
                raise NotAllowedError(NOT_YOURS)
            awake = change(now, "wake", at=at) if now.state == "snoozed" else now
            after = change(change(awake, "release", at=at), "assign", at=at, by=caseworker)
            return Step(after, EscalationTaken(_event_id(after), at, id, caseworker))

        await self._do(id, caseworker, "take_over", step)

    async def lower_level(self, id: str, caseworker: str, level: Level, reason: str) -> None:  # noqa: A002
        """Lower the level; only a person does that, and says why."""

        def step(now: Escalation, _at: int) -> Step:
            if now.assignee != caseworker or now.state == "resolved":
                raise NotAllowedError(NOT_YOURS)
            if level <= now.level:
                msg = "A level can only be lowered here."
                raise NotAllowedError(msg)
            return Step(msgspec.structs.replace(now, level=level, revision=now.revision + 1), note=reason)

        await self._do(id, caseworker, f"lower_level {level}", step)

    async def exclude(self, id: str, caseworker: str, accused: str, reason: str) -> None:  # noqa: A002
        """Close a case to a caseworker who is accused in it; the contact's bot speaks again where they had it."""

        def step(now: Escalation, at: int) -> Step:
            if accused in now.excluded:
                msg = "The case is closed to this caseworker already."
                raise NotAllowedError(msg)
            after = exclude(now, accused)
            free = now.assignee == accused and after.state == "waiting"
            return Step(after, EscalationHandedBack(_event_id(after), at, id) if free else None, note=reason)

        await self._do(id, caseworker, "exclude", step)

    async def resolve(self, id: str, caseworker: str, reason: str) -> None:  # noqa: A002
        """Close a case."""

        def step(now: Escalation, at: int) -> Step:
            if now.assignee not in {"", caseworker}:
                raise NotAllowedError(NOT_YOURS)
            after = change(now, "resolve", at=at, by=caseworker)
            return Step(after, EscalationResolved(_event_id(after), at, id), note=reason)

        await self._do(id, caseworker, "resolve", step)

    async def reply(self, id: str, caseworker: str, text: str, *, key: str) -> str:  # noqa: A002
        """Send a text to the contact and return the reply's id. The same key again sends nothing twice."""
        nonce = key or secrets.token_hex(16)
        reply = hashlib.blake2b(f"{id}\n{caseworker}\n{nonce}".encode(), digest_size=12).hexdigest()

        def step(now: Escalation, at: int) -> Step:
            after = self._own(now, "reply", at, caseworker)
            event = CaseworkerReplied(f"reply:{reply}", at, id, reply, text, caseworker)
            return Step(after, event, line=Line(at, "caseworker", text, reply=reply))

        await self._do(id, caseworker, "reply", step, once=reply)
        return reply

    def _own(self, now: Escalation, verb: Verb, at: int, caseworker: str, *, until: int = 0) -> Escalation:
        after = change(now, verb, at=at, by=caseworker, until=until)  # says it when the state does not allow it
        if now.assignee != caseworker:
            raise NotAllowedError(NOT_YOURS)
        return after

    async def _do(self, id_: str, caseworker: str, verb: str, step: StepOf, *, once: str = "") -> None:
        refused = False
        for _ in range(TRIES):
            before = await self._read(id_, caseworker)
            if before is None:
                raise NotAllowedError(NO_CASE)
            if once and await self._client.do("HEXISTS", key(before.partition, "status", id_), once):
                return
            at = self._clock.now()
            try:
                made = step(before, at)
            except NotAllowedError as error:
                if refused:  # it was allowed a moment ago
                    msg = "Somebody was faster."
                    raise ConflictError(msg) from error
                raise
            outcome = await self._write(before, made, at, caseworker, verb, once)
            if outcome in {DONE, REPEATED}:
                return
            refused = True
        msg = "The case keeps changing. Look at it as it is now."
        raise ConflictError(msg)

    async def _write(self, before: Escalation, made: Step, at: int, caseworker: str, verb: str, once: str) -> int:
        after, number, ref = made.after, before.partition, before.ref
        writes = Writes(number)
        writes.escalation(after)
        if made.line:
            writes.add("HSET", writes.key("status", after.id), made.line.reply, "queued")
            writes.add("RPUSH", writes.key("log", after.id), self._records.lines(ref, (made.line,)))
        if made.note:
            sealed = self._records.lines(ref, (Line(at, "caseworker", made.note, kind="note"),))
            writes.add("RPUSH", writes.key("notes", after.id), sealed)
        if after.state == "resolved":
            due = after.resolved_at + self._keep.of_case(after.level)
            writes.add("ZADD", writes.key("purge"), due, f"case:{after.id}")
        writes.add(
            "XADD", writes.key("audit"), "*", "case", digest(after.id), "by", caseworker, "verb", verb,
            "from", before.state, "to", after.state, "at", at,
        )  # fmt: skip
        if made.event:
            writes.event(ref, before.channel, self._records.event(ref, made.event))
        keys = [writes.key("lease"), writes.key("inbox"), writes.key("esc")]
        head: list[Word] = ["", "", after.id, before.revision, writes.key("status", after.id) if once else "", once]
        return int(await self._client.script("commit", keys, [*head, *writes.packed()], durable=True))

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


def _event_id(after: Escalation) -> str:
    return f"desk:{after.id}:{after.revision}"
