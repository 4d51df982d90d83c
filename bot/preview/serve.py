"""Opens what the preview stands on, serves it on this machine alone, and closes it in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from bot.bootstrap.base import shelf_of
from bot.bootstrap.serving import running, serving, signals
from bot.config import Settings
from bot.core.understood import Understood
from bot.errors import NluError, SettingError
from bot.i18n.pages import page_texts
from bot.nlu_service import NluService
from bot.preview.app import preview_app
from bot.preview.faults import find
from bot.preview.studio import Folders, Studio
from bot.preview.talk import Setting
from bot.understanding.client import NluClient
from bot.understanding.reader import Reader

HOST: Final = "127.0.0.1"
PORT: Final = 8090

log = structlog.get_logger("ucare.preview")


class LateReader:
    """Reads texts once its lexicons are loaded; until then buttons work already."""

    def __init__(self, client: NluClient | None) -> None:
        """Load nothing yet; without a client the rules work alone."""
        self._client = client
        self._reader: Reader | None = None
        self._done = asyncio.Event()

    async def load(self) -> None:
        """Load everything, beside the loop."""
        self._reader = await asyncio.to_thread(Reader, self._client)
        self._done.set()

    async def loaded(self) -> None:
        """Return once texts can be read."""
        await self._done.wait()

    def ready(self) -> bool:
        """Whether texts can be read."""
        return self._done.is_set()

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood:
        """See ``bot.ports.basics.Understanding``."""
        await self._done.wait()
        assert self._reader is not None
        return await self._reader.understand(text, locale=locale, audience=audience, recent=recent)


@asynccontextmanager
async def opened(
    settings: Settings, setting: Setting, *, port: int = PORT, nlu: bool = False, ended: asyncio.Event | None = None
) -> AsyncIterator[str]:
    """Serve the preview and yield its address.

    Args:
        settings: Where flows and catalogs lie; NLU_URL, where a language server runs already.
        setting: Who the contact is.
        port: Where to serve; 0: any that is free.
        nlu: Whether to start a language server (at the first time it is trained, which takes minutes).
        ended: Set when a part fails.

    Raises:
        SettingError: The port cannot be used, or the setting is wrong.
        FlowError, CatalogError: A file is wrong already, and there is nothing to begin with.
    """
    ended = ended or asyncio.Event()
    shelf = shelf_of(settings.model_copy(update={"ucare_pseudo": True}))
    if setting.locale and setting.locale not in shelf.library.locales:
        msg = f"There is no locale {setting.locale!r}; there are: {', '.join(shelf.library.locales)}."
        raise SettingError(msg)
    folders = Folders(settings.flows_dir.resolve(), settings.locales_dir.resolve())
    async with AsyncExitStack() as stack:
        client = None
        if nlu or settings.nlu_url:
            service = NluService(settings)
            client = NluClient(service.address)
            stack.push_async_callback(service.stop)
            stack.push_async_callback(client.close)
            await stack.enter_async_context(running(_start(service), "nlu set-up", ended))
        reader = LateReader(client)
        texts = page_texts(settings.locales_dir, room="web", pseudo=True)
        studio = Studio(shelf, folders, texts, reader, find)
        try:
            await studio.set(setting)
        except ValueError as error:
            msg = f"--at: {error}"
            raise SettingError(msg) from None
        app = preview_app(studio, understands=reader.ready, nlu=client is not None)
        try:
            bound = await stack.enter_async_context(serving(app, HOST, port))
        except SettingError:
            msg = f"Port {port} is in use. Stop what uses it, or choose another: --port 0 takes any that is free."
            raise SettingError(msg) from None
        await stack.enter_async_context(running(studio.run(), "preview", ended))
        await stack.enter_async_context(running(reader.load(), "reader", ended))
        yield f"http://{HOST}:{bound}/preview"


async def _start(service: NluService) -> None:
    try:
        await service.start(wait=False)
    except NluError as error:
        log.error("nlu_not_started", what=str(error))  # noqa: TRY400 - the message says what to do


async def preview(settings: Settings, setting: Setting, *, port: int, nlu: bool, tell: Callable[[str], None]) -> int:
    """Serve the preview until Ctrl-C; ``tell`` is told its address. Returns the exit code."""
    stop, ended = asyncio.Event(), asyncio.Event()
    with signals(stop):
        async with opened(settings, setting, port=port, nlu=nlu, ended=ended) as address:
            tell(address)
            waits = [asyncio.create_task(stop.wait()), asyncio.create_task(ended.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
    return 1 if ended.is_set() else 0
