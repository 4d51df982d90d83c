"""``ucare nlu serve``: the NLU server alone, until it is told to end."""

from __future__ import annotations

import asyncio

from bot.config import Settings
from bot.nlu_service.service import NluService


async def serve(settings: Settings) -> None:
    """Run the NLU server until cancelled. Raises NluError where it does not come up."""
    service = NluService(settings)
    await service.start()
    try:
        await asyncio.Event().wait()
    finally:
        await service.stop()
