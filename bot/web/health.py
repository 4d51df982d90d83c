"""``/health/live``: the process answers. ``/health/ready``: so do the parts that it cannot work without."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.ports.webhooks import Readiness

TIMEOUT_S = 3.0
OPTIONAL = frozenset({"nlu"})
"""Parts without which buttons, risk rules and people still work."""


async def live(_request: Request) -> Response:
    """Answer that the process runs."""
    return JSONResponse({"live": True})


def ready(readiness: Readiness) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that asks all parts and answers 200, or 503 where a needed one is away."""

    async def answer(_request: Request) -> Response:
        try:
            parts = dict(await asyncio.wait_for(readiness(), TIMEOUT_S))
        except Exception:  # noqa: BLE001 - whatever it is, we are not ready
            parts = {"store": False}
        fine = all(up for part, up in parts.items() if part not in OPTIONAL)
        return JSONResponse({"ready": fine, "parts": parts}, status_code=200 if fine else 503)

    return answer
