"""What is checked at the start: that Redis keeps what it acknowledges, and that the partitions are as they were."""

from __future__ import annotations

from typing import Final

from bot.errors import SettingError, StoreError
from bot.store.client import Client
from bot.store.keys import COUNT

WANTED: Final = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
WHY: Final = {
    "appendonly": "after a crash everything since the last snapshot is lost",
    "appendfsync": "after a crash the last second of messages may be lost",
    "maxmemory-policy": "messages are thrown away when the memory is full",
}

NO_WAIT: Final = (
    "MIN_REPLICAS is not waited for on a cluster. Set min-replicas-to-write on every master; what was acknowledged in "
    "the moment of a fail-over may still be lost."
)


async def durability(client: Client) -> list[str]:
    """Return what of Redis' settings does not keep what it acknowledges; empty where all is well."""
    found = []
    for name, wanted in WANTED.items():
        try:
            answer = await client.anywhere("CONFIG", "GET", name)
        except StoreError:
            found.append(f"Redis does not let us look at {name}. Make sure that it is {wanted}.")
            continue
        for value in (answer if isinstance(answer, dict) else {name: answer[1]}).values():
            shown = value.decode() if isinstance(value, bytes) else str(value)
            if shown != wanted:
                found.append(f"Redis has {name} {shown}: {WHY[name]}. Set {name} {wanted}.")
    return found


async def partitions(client: Client, count: int) -> None:
    """Fix the number of partitions at the first start, and check it at every other.

    Raises:
        SettingError: It is another number than at the first start.
    """
    await client.do("SET", COUNT, count, "NX")
    kept = int(await client.do("GET", COUNT))
    if kept != count:
        msg = f"PARTITIONS is {count}, but this store was made with {kept}. It is fixed at the first start: set {kept}."
        raise SettingError(msg)
