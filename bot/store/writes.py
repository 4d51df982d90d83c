"""What a turn writes, as the words that ``commit.lua`` takes. Pure: no IO."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from bot.core import codec
from bot.core.escalation import Escalation
from bot.core.events import CaseworkerReplied, MessageReceived
from bot.ports.partitions import Commit, Deliver, Line, Timer
from bot.store.client import Word
from bot.store.keys import WAKE_CASE, WAKE_IN, WAKE_OUT, key
from bot.store.records import Records
from bot.store.retention import REWRITE_MS, Retention

MAX_LINES: Final = 400
"""Turns kept of one contact at most, however much they write within a day."""
MAX_LOG: Final = 4000


class Writes:
    """Collects writes for the script."""

    def __init__(self, partition: int) -> None:
        """Write into one partition."""
        self.partition = partition
        self._all: list[list[Word | tuple[int]]] = []
        self._bytes: list[bytes] = []

    def add(self, *words: Word) -> None:
        """Add one command, or one of the script's own words."""
        self._all.append([self._sealed(word) if isinstance(word, bytes) else word for word in words])

    def _sealed(self, word: bytes) -> tuple[int]:
        self._bytes.append(word)
        return (len(self._bytes),)

    def packed(self) -> list[Word]:
        """Return all writes as the arguments that the script takes."""
        return [msgspec.msgpack.encode(self._all), *self._bytes]

    def key(self, name: str, of: str = "") -> str:
        """Return the name of a key of the partition."""
        return key(self.partition, name, of)

    def escalation(self, escalation: Escalation) -> None:
        """Keep an escalation, and tell the projector."""
        self.add("HSET", self.key("esc"), escalation.id, codec.encode_escalation(escalation))
        self.add("XADD", self.key("changes"), "MAXLEN", "~", 10_000, "*", "id", escalation.id)
        self.add("PUBLISH", WAKE_CASE, escalation.id)

    def timer(self, ref: str, channel: str, timer: Timer) -> None:
        """Start a timer, or replace the one of that id."""
        packed = msgspec.msgpack.encode((channel, timer.kind, timer.escalation))
        self.add("ZADD", self.key("timers"), timer.due, f"{ref}|{timer.id}")
        self.add("HSET", self.key("c", ref), f"t:{timer.id}", packed)

    def cancel(self, ref: str, timers: Iterable[str]) -> None:
        """Forget timers."""
        for timer in timers:
            self.add("ZREM", self.key("timers"), f"{ref}|{timer}")
            self.add("HDEL", self.key("c", ref), f"t:{timer}")

    def event(self, ref: str, channel: str, sealed: bytes) -> None:
        """Put an event of the contact into the inbox."""
        self.add("XADD", self.key("inbox"), "*", "ref", ref, "ch", channel, "k", "c", "e", sealed)
        self.add("PUBLISH", WAKE_IN, self.partition)


def of_turn(partition: int, commit: Commit, records: Records, keep: Retention) -> list[Word]:
    """Return the writes of one turn, in the order in which they happen."""
    writes, entry = Writes(partition), commit.entry
    ref, contact = entry.ref, writes.key("c", entry.ref)
    at = entry.event.at
    if commit.erase:
        writes.add("@erase", ref, commit.keep_escalation, str(at + REWRITE_MS))
    elif commit.conversation is None:
        writes.add("@erase", ref, "*", "0")
    elif commit.drop_waiting:
        writes.add("@drop", ref)
    elif isinstance(entry.event, MessageReceived):
        writes.add(*(("@unpark", ref, str(at)) if commit.unpark else ("@direct",)))
    _conversation(writes, commit, records, contact, keep)
    _case(writes, commit, records, keep)
    if commit.announce and commit.escalation:
        _announce(writes, commit.escalation, at)
    _held(writes, commit)
    for kind, record in commit.records.items():
        _record(writes, ref, kind, records.record(record) if record else b"", record.until if record else 0)
    for deliver in commit.deliver:
        _deliver(writes, commit, deliver, records)
    if commit.deliver or not commit.erase:
        writes.add("PUBLISH", WAKE_OUT, partition)
    for timer in commit.start_timers:
        writes.timer(ref, entry.channel, timer)
    writes.cancel(ref, commit.cancel_timers)
    return writes.packed()


def _conversation(writes: Writes, commit: Commit, records: Records, contact: str, keep: Retention) -> None:
    if commit.conversation is None:
        return
    case = commit.conversation.case
    words: list[Word] = ["conv", records.conversation(commit.conversation), "ch", commit.entry.channel]
    words += ["case", case.id if case else ""]
    if commit.keep_until is not None and not commit.erase:
        words += ["until", commit.keep_until]
    if commit.erase:
        words += ["last", commit.entry.event.at]
        due = commit.entry.event.at + keep.turns
        writes.add("ZADD", writes.key("purge"), "NX", due, f"c:{commit.entry.ref}")
    writes.add("HSET", contact, *words)


def _record(writes: Writes, ref: str, kind: str, sealed: bytes, until: int) -> None:
    """Keep a record for the programme, or delete it with what was noted about it."""
    name, mark = writes.key("rec", kind), f"rec:{kind}:{ref}"
    if sealed:
        writes.add("HSET", name, ref, sealed)
        writes.add("HSET", writes.key("c", ref), f"r:{kind}", "1")
        writes.add("ZADD", writes.key("purge"), until, mark)
    else:
        writes.add("HDEL", name, ref, f"{ref}:noted")
        writes.add("HDEL", writes.key("c", ref), f"r:{kind}")
        writes.add("ZREM", writes.key("purge"), mark)


def _case(writes: Writes, commit: Commit, records: Records, keep: Retention) -> None:
    entry, escalation = commit.entry, commit.escalation
    log = _open_case(commit)
    if escalation:
        writes.escalation(escalation)
        writes.add("HSET", writes.key("c", entry.ref), f"e:{escalation.id}", "1")
        if not commit.expected:
            writes.add("@copy", entry.ref, escalation.id)
        if escalation.state == "resolved":
            due = escalation.resolved_at + keep.of_case(escalation.level)
            writes.add("ZADD", writes.key("purge"), due, f"case:{escalation.id}")
    if commit.lines and not commit.erase and commit.conversation is not None:
        sealed = records.lines(entry.ref, commit.lines)
        turns = writes.key("turns", entry.ref)
        writes.add("RPUSH", turns, sealed)
        writes.add("LTRIM", turns, -MAX_LINES, -1)
        writes.add("ZADD", writes.key("purge"), "NX", entry.event.at + keep.turns, f"c:{entry.ref}")
        if log:
            _log(writes, commit, records, log, sealed)


def _announce(writes: Writes, escalation: Escalation, at: int) -> None:
    """Let an escalation be announced: nothing of it but what one must know to tell people."""
    writes.add(
        "XADD", writes.key("announce"), "MAXLEN", "~", 10_000, "*", "ref", escalation.ref, "id", escalation.id,
        "level", escalation.level, "round", escalation.announced, "rev", escalation.revision, "at", at,
    )  # fmt: skip


def _held(writes: Writes, commit: Commit) -> None:
    """Show replies as held back that reach the contact only after they write again."""
    case = commit.conversation.case if commit.conversation else None
    event = commit.entry.event
    name = event.escalation if isinstance(event, CaseworkerReplied) else case.id if case else ""
    for reply in commit.held if name else ():
        writes.add("@held", name, reply)


def _open_case(commit: Commit) -> str:
    if commit.escalation:
        return commit.escalation.id if commit.escalation.state != "resolved" else ""
    case = commit.conversation.case if commit.conversation else None
    return case.id if case and case.open else ""


def _log(writes: Writes, commit: Commit, records: Records, case: str, sealed: bytes) -> None:
    # A caseworker's reply stands in the log since it was written there.
    lines: tuple[Line, ...] = tuple(line for line in commit.lines if not line.reply)
    if not lines:
        return
    kept = sealed if len(lines) == len(commit.lines) else records.lines(commit.entry.ref, lines)
    writes.add("RPUSH", writes.key("log", case), kept)
    writes.add("LTRIM", writes.key("log", case), -MAX_LOG, -1)
    if not commit.escalation:
        writes.add("PUBLISH", WAKE_CASE, case)


def _deliver(writes: Writes, commit: Commit, deliver: Deliver, records: Records) -> None:
    ref = commit.entry.ref
    urgent = bool(deliver.outgoing and deliver.outgoing.urgent)
    writes.add(
        "@out", ref, str(int(urgent)), commit.entry.channel, records.deliver(ref, deliver),
        deliver.reply, deliver.escalation, str(int(deliver.kind == "delete")),
    )  # fmt: skip
