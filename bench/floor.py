"""The floor: the very Redis commands of a measured run, sent again over the same client, with nothing around them.

No engine, no understanding, no sealing, nothing decoded; one lane for each partition, as the worker has. Every commit
must answer that it was done, on a server that holds what the first one held.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from bot.store import scripts
from bot.store.client import Client, Command

PARTITION: Final = re.compile(r"\{p(\d+)\}")
Trip = Sequence[Command]


class Lanes(NamedTuple):
    """Round trips: what goes before everything, then side by side for each partition."""

    first: list[Trip]
    beside: dict[int, list[Trip]]


def note(client: Client) -> list[Trip]:
    """Note every round trip of a client from now on, in the list that is returned."""
    trips: list[Trip] = []
    send = client._send  # noqa: SLF001 - the one place that all commands go through

    async def noting(commands: Trip, *, durable: bool = False) -> list[Any]:
        trips.append(commands)
        return await send(commands, durable=durable)

    client._send = noting  # type: ignore[method-assign] # noqa: SLF001
    return trips


def partition_of(trip: Trip) -> int:
    """Return the partition of a round trip, or -1 where it spans several."""
    found = {
        match.group(1)
        for command in trip
        for word in command[1:6]
        if isinstance(word, str) and (match := PARTITION.match(word))
    }
    return int(found.pop()) if len(found) == 1 else -1


def split(trips: Sequence[Trip]) -> Lanes:
    """Return round trips in lanes: taking the leases comes first, then everything has its partition's lane.

    What spans several partitions later on (renewing the leases, and giving them up) is left out.
    """
    first: list[Trip] = []
    beside: dict[int, list[Trip]] = defaultdict(list)
    for trip in trips:
        partition = partition_of(trip)
        if partition >= 0:
            beside[partition].append(trip)
        elif not beside:
            first.append(trip)
    return Lanes(first, dict(beside))


def is_commit(command: Command) -> bool:
    """Tell whether a command commits a turn."""
    return command[0] == "EVALSHA" and command[1] == scripts.sha("commit")


async def replay(url: str, trips: Sequence[Trip], count: int) -> float:
    """Send round trips again and return the seconds they took.

    Raises:
        RuntimeError: Not as many commits as turns were done: that would be no floor.
    """
    client = Client(url)
    done = 0

    async def lane(waiting: list[Trip]) -> None:
        nonlocal done
        for trip in waiting:
            answers = await client.many(trip)
            done += sum(answer == 1 and is_commit(command) for command, answer in zip(trip, answers, strict=True))

    try:
        await client.many([("SCRIPT", "LOAD", scripts.source(name)) for name in scripts.names()])
        lanes = split(trips)
        begun = time.perf_counter()
        for trip in lanes.first:
            # A group that is there already is no fault, here as in the run itself.
            await client.grouped([str(c[2]) for c in trip]) if trip[0][0] == "XGROUP" else await client.many(trip)
        await asyncio.gather(*map(lane, lanes.beside.values()))
        took = time.perf_counter() - begun
    finally:
        await client.close()
    if done != count:
        msg = f"the floor did {done} of {count} commits"
        raise RuntimeError(msg)
    return took
