"""Takes over flows and catalogs that were saved, while everything runs: no message is lost, none waits.

A turn that has begun ends with the library it began with; the next one takes the new one. A file that is wrong, or a
way that leads nowhere, leaves everything as it was, and the log says which file and line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from bot.bootstrap import doors
from bot.bootstrap.base import Base
from bot.errors import UcareError
from bot.flowfiles.phrasebook import Phrasebook
from bot.flowfiles.watching import changes
from bot.i18n.pages import page_texts
from bot.turns import render

EVERY_S: Final = 2.0
"""How often a running service looks at its files, in seconds; several files copied together are one change."""

log = structlog.get_logger("ucare")


class Reloader:
    """Reloads what a process says: on a saved file, and on SIGHUP."""

    def __init__(self, base: Base, phrases: Phrasebook | None = None, *, every_s: float = EVERY_S) -> None:
        """Take what is in use; with the phrases where this process offers them."""
        self._base, self._phrases, self._every_s = base, phrases, every_s
        self._one = asyncio.Lock()

    async def watch(self) -> None:
        """Reload whenever a file was saved, until cancelled."""
        settings = self._base.settings
        async for _ in changes([settings.flows_dir, settings.locales_dir], every_s=self._every_s):
            await self.reload()

    async def asked(self, event: asyncio.Event) -> None:
        """Reload whenever the event is set (SIGHUP), until cancelled."""
        while True:
            await event.wait()
            event.clear()
            await self.reload()

    async def reload(self) -> bool:
        """Take over all files; False where something is wrong, and everything stays as it was."""
        async with self._one:
            try:
                take = await asyncio.to_thread(self._read)
            except UcareError as error:
                log.error("not_reloaded", what=str(error))  # noqa: TRY400 - it names file and line, no text of a contact
                return False
            except Exception as error:  # noqa: BLE001 - whatever stands in a file, the service goes on
                log.error("not_reloaded", error=type(error).__name__)  # noqa: TRY400 - as above
                return False
            take()
            log.info("reloaded", flows=len(self._base.library().flows), locales=list(self._base.library().locales))
            return True

    def _read(self) -> Callable[[], None]:
        """Read everything, the flows last; return what takes over the rest.

        Raises:
            UcareError: A file is wrong.
        """
        base, settings = self._base, self._base.settings
        texts = page_texts(settings.locales_dir, pseudo=settings.ucare_pseudo)
        chat_texts = page_texts(settings.locales_dir, room="web", pseudo=settings.ucare_pseudo)
        phrases = doors.phrases(base) if self._phrases else None
        if error := base.shelf.reload():
            raise error

        def take() -> None:
            base.texts.renew(texts)
            base.chat_texts.renew(chat_texts)
            if self._phrases and phrases:
                self._phrases.renew(phrases)
            render.forget()

        return take
