"""Reading a file of a service, with a limit, whatever the service says of its size."""

from __future__ import annotations

from typing import Final

import aiohttp

from bot.errors import SendError
from bot.ports.channels import MAX_MEDIUM

TOO_LARGE: Final = "too_large"
GONE: Final = "gone"
TIMEOUT_S: Final = 30.0
"""For a whole file."""

OK, BROKEN = 200, 500
REFUSED: Final = frozenset({401, 403})
LATER: Final = frozenset({408, 425, 429})


async def read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of an answer, at most ``MAX_MEDIUM`` bytes of it.

    Raises:
        SendError: The service refuses, or the file is larger.
    """
    status = response.status
    if status >= BROKEN or status in LATER:
        raise SendError(code="service_failed", retryable=True)
    if status != OK:
        raise SendError(code="refused" if status in REFUSED else GONE, retryable=False)
    if (response.content_length or 0) > MAX_MEDIUM:
        raise SendError(TOO_LARGE, retryable=False)
    found = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        found += chunk
        if len(found) > MAX_MEDIUM:
            raise SendError(TOO_LARGE, retryable=False)
    return bytes(found)
