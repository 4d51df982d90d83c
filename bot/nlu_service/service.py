"""Keeps one NLU server answering: trains where needed, starts it, starts it again where it dies, changes its model.

A new model comes with a new process: it takes over only once it answers, and the old one ends after it, so that no
message waits and a model that does not load replaces nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import structlog

from bot.config import Settings
from bot.errors import NluError
from bot.nlu_service import places
from bot.nlu_service.child import Child
from bot.nlu_service.training import train
from bot.understanding.client import Address

READY_S: Final = 120.0
"""Rasa takes 10 to 30 seconds to start."""
LEAVE_S: Final = 2.0
"""How long the old server may finish what it was asked before a new one took over."""
PAUSES_S: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
"""How long to wait before starting it again: longer each time it dies without having answered."""

log = structlog.get_logger(__name__)


class NluService:
    """One NLU server. With NLU_URL set it is somebody else's, and only its address is told."""

    def __init__(self, settings: Settings, *, model: Path | None = None) -> None:
        """Take the settings; ``model`` is used instead of the trained one (tests)."""
        self._settings = settings
        self._model = model
        self._child: Child | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.restarts = 0

    @property
    def ready(self) -> bool:
        """Return whether the server answers."""
        return bool(self._settings.nlu_url) or self._ready.is_set()

    @property
    def url(self) -> str:
        """Return the server's address; empty while there is none."""
        found = self.address()
        return found.url if found else ""

    @property
    def token(self) -> str:
        """Return the token its requests need; empty while there is no server."""
        found = self.address()
        return found.token if found else ""

    @property
    def process_id(self) -> int | None:
        """Return the id of the server's process, while there is one of ours."""
        return self._child.process.pid if self._child and self._child.process else None

    def address(self) -> Address | None:
        """Return where the server is, for ``NluClient``; None while it does not answer."""
        if self._settings.nlu_url:
            return Address(self._settings.nlu_url, self._settings.nlu_token)
        return self._child.address if self._child and self._ready.is_set() else None

    async def start(self, *, wait: bool = True) -> None:
        """Train where needed, start the server and, unless told otherwise, wait until it answers.

        Raises:
            NluError: There is no environment, no model, or the server does not come up; the message says what to do.
        """
        if self._settings.nlu_url or self._watching is not None:
            return
        self._model = self._model or await self._trained()
        self._watching = asyncio.create_task(self._watch(Child(self._model)), name="nlu")
        if not wait:
            return
        try:
            async with asyncio.timeout(READY_S):
                await self._ready.wait()
        except TimeoutError:
            await self.stop()
            msg = f"The NLU server did not answer within {READY_S:.0f} seconds."
            raise NluError(msg) from None

    async def reload(self, model: Path) -> None:
        """Change to another model without a gap.

        Raises:
            NluError: The new model does not come up; the old server goes on as before.
        """
        child = Child(model)
        try:
            await child.launch()
            async with asyncio.timeout(READY_S):
                came_up = await child.answers()
        except (TimeoutError, OSError):
            came_up = False
        if not came_up:
            await child.end()
            msg = "The new model does not load; the old one stays in use."
            raise NluError(msg)
        old, watching = self._child, self._watching
        self._model = model
        self._watching = asyncio.create_task(self._watch(child), name="nlu")
        await asyncio.sleep(0)
        await asyncio.sleep(LEAVE_S)
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        if old is not None:
            await old.end()

    async def _trained(self) -> Path:
        """Return a fresh model; where the training fails, the one that was in use before."""
        try:
            return await train(self._settings)
        except NluError as error:
            found = places.current(self._settings)
            if found is None or not places.python().exists():
                raise
            log.warning("nlu.old_model", reason=str(error).splitlines()[0])
            return places.models(self._settings) / found.model

    async def _watch(self, child: Child) -> None:
        deaths = 0
        while True:
            try:
                if not child.running:
                    await child.launch()
                if await child.answers():
                    deaths = 0
                    self._child = child
                    self._ready.set()
                    log.info("nlu.ready", port=child.port)
                log.warning("nlu.died", code=await child.wait())
            except OSError as error:
                log.warning("nlu.cannot_start", kind=type(error).__name__)
            finally:
                if self._child is child:
                    self._ready.clear()
                await child.end()
            await asyncio.sleep(PAUSES_S[min(deaths, len(PAUSES_S) - 1)])
            deaths += 1
            self.restarts += 1
            assert self._model is not None
            child = Child(self._model)

    async def stop(self) -> None:
        """End the server and all it started; never raises."""
        task, self._watching = self._watching, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        child, self._child = self._child, None
        self._ready.clear()
        if child is not None:
            await child.end()
