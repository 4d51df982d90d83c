"""What understands texts: rules that need no server, and the NLU server, ours or one that runs elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.config import Settings
from bot.core.understood import RiskFinding
from bot.errors import NluError
from bot.nlu_service import NluService
from bot.nlu_service.places import models
from bot.understanding.client import NluClient
from bot.understanding.reader import Reader
from bot.understanding.spare import Spare, prepared

log = structlog.get_logger("ucare")


@dataclass(frozen=True)
class Language:
    """The reader, and the server behind it."""

    reader: Reader
    service: NluService

    def ready(self) -> bool:
        """Whether free text is understood, as far as is known."""
        return self.service.ready


class LateRules:
    """The risk rules, loaded when they are first asked: a role that only sends hardly ever needs them."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._reader: Reader | None = None

    def read(self, text: str, *, locale: str | None, recent: Sequence[str] = ()) -> RiskFinding | None:
        """Return the worst finding in a text; see ``ports.RiskReader``."""
        self._reader = self._reader or Reader()
        return self._reader.read(text, locale=locale, recent=recent)


@asynccontextmanager
async def open_language(settings: Settings, *, wait: bool = False) -> AsyncIterator[Language]:
    """Open what understands texts.

    Without ``NLU_URL`` a server of our own is set up, trained and started beside everything else.

    Args:
        settings: ``NLU_URL`` and ``NLU_TOKEN`` name a server that runs elsewhere.
        wait: Return only when the server answers.

    Raises:
        NluError: The server cannot be set up; only where ``wait``.
    """
    service = NluService(settings)
    client = NluClient(service.address)
    beside = None if wait else asyncio.create_task(_start(service), name="nlu set-up")
    try:
        if wait:
            await service.start()
        reader = Reader(client)
        reader.spare = await asyncio.to_thread(_spare, settings)
        yield Language(reader, service)
    finally:
        if beside:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
        await client.close()
        await service.stop()


def _spare(settings: Settings) -> Spare | None:
    try:
        return prepared(models(settings))
    except OSError as error:  # without it the rules still work alone
        log.error("spare_not_kept", kind=type(error).__name__)  # noqa: TRY400 - nothing more is to be said of it
        return None


async def _start(service: NluService) -> None:
    try:
        await service.start(wait=False)
    except NluError as error:
        log.error("nlu_not_started", what=str(error))  # noqa: TRY400 - the message says what to do
