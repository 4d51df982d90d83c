"""The live stream of one mailbox: what came after the last entry seen, then what comes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import msgspec
from sse_starlette import ServerSentEvent

from bot.errors import UnavailableError
from bot.ports.mailbox import WebChat

ENTRY_ID = re.compile(r"[0-9A-Za-z_-]{0,64}")
WAIT_S = 10.0
RETRY_MS = 1500


async def entries(
    mailbox: WebChat, address: str, last_id: str, *, ready: Callable[[], bool]
) -> AsyncIterator[ServerSentEvent]:
    """Yield the entries of a mailbox as they come, and ``state`` events that tell how much works.

    Args:
        mailbox: Where the entries are.
        address: Whose mailbox.
        last_id: The last entry that the page has; anything malformed counts as none.
        ready: Whether typed questions are understood yet.
    """
    last = last_id if ENTRY_ID.fullmatch(last_id) else ""
    understood: bool | None = None
    while True:
        if ready() is not understood:
            understood = ready()
            state = msgspec.json.encode({"understanding": understood}).decode()
            yield ServerSentEvent(event="state", data=state, retry=RETRY_MS)
        try:
            for entry in await mailbox.since(address, last):
                last = entry.id
                yield ServerSentEvent(event="entry", id=entry.id, data=msgspec.json.encode(entry).decode())
            await mailbox.wait(address, last, WAIT_S if understood else 1.0)
        except UnavailableError:
            return  # the page connects again and says meanwhile that it is waiting
