"""``memory``: what 100,000 conversations take in the store, as they are really kept: packed and sealed."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import place
from bench.play import CHANNEL
from bench.tables import Size, Table, number, ratio
from bot.core.library import Library
from bot.ports.partitions import Commit
from bot.sealing import KeyringSealer
from bot.store import Parts, Retention
from bot.store.keys import digest, key, partition_of
from bot.store.records import Records
from bot.store.writes import of_turn
from bot.turns.direct import DirectConversation
from bot.understanding.reader import Reader

AT_ONCE = 500
KINDS = (("welcome only", 3), ("in a flow", 6))
"""How far conversations have come, by the number of buttons pressed."""


async def samples(library: Library, reader: Reader) -> list[tuple[str, list[Commit]]]:
    """Return the turns of some typical conversations, each as it would be committed."""
    found = []
    for name, presses in KINDS:
        talk = DirectConversation(library, reader, channel=CHANNEL)
        await talk.start()
        commits = [talk.commit]
        for _ in range(presses):
            await talk.press(talk.offered[0])
            commits.append(talk.commit)
        found.append((name, [commit for commit in commits if commit is not None]))
    return found


def named(commit: Commit, ref: str) -> Commit:
    """Return a commit as another contact's."""
    conversation = msgspec.structs.replace(commit.conversation, ref=ref) if commit.conversation else None
    entry = msgspec.structs.replace(commit.entry, ref=ref, entry="")
    return msgspec.structs.replace(commit, entry=entry, conversation=conversation)


class Writer:
    """Writes whole conversations in pipelines, by the scripts that the roles call."""

    def __init__(self, parts: Parts, keys: KeyringSealer) -> None:
        """Take the open store and the keys."""
        self.client, self.count = parts.client, parts.partitions.count
        self.records, self.keep = Records(keys), Retention()

    async def write(self, turns: Sequence[Commit], numbers: Sequence[int]) -> None:
        """Write the same turns for many contacts: what comes is appended, what was computed is committed."""
        refs = [(number, self.records.sealer.ref(CHANNEL, str(number))) for number in numbers]
        for turn, commit in enumerate(turns):
            appends = [self._append(commit, turn, ref, str(number)) for number, ref in refs]
            await self.client.scripts("append", appends)
            commits = [self._commit(named(commit, ref), last=turn == len(turns) - 1) for _, ref in refs]
            await self.client.scripts("commit", commits)

    def _append(self, commit: Commit, turn: int, ref: str, address: str) -> tuple[list[str], list[str | bytes | int]]:
        partition, event = partition_of(ref, self.count), commit.entry.event
        of_contact = [key(partition, name, ref) for name in ("c", "seen", "sent")]
        keys = [key(partition, "inbox"), *of_contact, key(partition, "purge"), key(partition, "box", ref)]
        sealed = self.records.address(ref, address)
        words: list[str | bytes | int] = [digest(f"{address}-{turn}"), event.at, partition, ref, CHANNEL, sealed]
        return keys, [*words, self.records.event(ref, event), f"{turn}", event.at + self.keep.turns, b""]

    def _commit(self, commit: Commit, *, last: bool) -> tuple[list[str], list[str | bytes | int | float]]:
        partition = partition_of(commit.entry.ref, self.count)
        keys = [key(partition, name) for name in ("lease", "inbox", "esc")]
        without = msgspec.structs.replace(commit, deliver=() if not last else commit.deliver)
        return keys, ["", "", "", 0, "", "", *of_turn(partition, without, self.records, self.keep)]

    async def forget_queues(self) -> None:
        """Empty inbox and outbox, as they are once everything was done and sent."""
        streams = [key(n, name) for n in range(self.count) for name in ("inbox", "out", "urgent")]
        await self.client.many([("XTRIM", stream, "MAXLEN", 0) for stream in streams])

    async def used(self) -> int:
        """Return the bytes that the server's data take."""
        return int((await self.client.anywhere("INFO", "memory"))["used_memory_dataset"])


async def run(size: Size) -> Table:
    """Write conversations of each kind and return the table."""
    count = size.pick(500, 4_000, 50_000)
    library, rows = place.library(), []
    kinds = await samples(library, Reader())
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as name:
        keys = place.sealer(Path(name) / "keys")
        async with place.opened(Path(name) / "redis", keys, extra="appendfsync no\n") as parts:
            writer, numbers = Writer(parts, keys), itertools.count(1)
            first = 0.0
            for kind, turns in kinds:
                before = await writer.used()
                for begin in range(0, count, AT_ONCE):
                    await writer.write(turns, list(itertools.islice(numbers, min(AT_ONCE, count - begin))))
                await writer.forget_queues()
                each = (await writer.used() - before) / count
                first = first or each
                whole = f"{each * 100_000 / 2**20:,.0f} MiB"
                rows.append((f"{kind}, {len(turns)} turns", number(each), whole, ratio(each, first)))
    return Table(
        "memory",
        ("", "bytes each", "for 100,000", "of the first"),
        rows,
        (
            (
                f"{count:,} conversations of each kind were written and counted; 100,000 follows from that "
                "(--full writes 100,000)."
            ),
            "All that is kept of a contact: state, address, last turns (24 hours), ids seen (48 hours), timers.",
            "Nothing hangs on the disk here, so it was written without waiting for it.",
        ),
    )
