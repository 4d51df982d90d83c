"""What every role stands on: settings, clock, keys, texts and the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector

from bot.config import Settings
from bot.core.library import Library
from bot.errors import UcareError
from bot.flowfiles.build import Shelf
from bot.i18n.pages import PageTexts, page_texts
from bot.sealing.keyring import Keyring
from bot.sealing.sealer import KeyringSealer
from bot.store import LocalServer, Parts, Retention, open_store
from bot.store.share import share
from bot.turns.metrics import Metrics
from bot.understanding.thresholds import load as load_thresholds

ROTATE_S: Final = 60.0
"""How often it is looked whether a new sealing key is due, and what keys other machines made, in seconds."""
GRACE_MS: Final = 600_000
"""With DATA_KEY a new key seals only after this time: until then the other machines have it as well."""

log = structlog.get_logger("ucare")


class WallClock:
    """The time of this machine."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Base:
    """The common parts of all roles."""

    settings: Settings
    clock: WallClock
    sealer: KeyringSealer
    keyring: Keyring
    shelf: Shelf
    texts: PageTexts
    """Of the console."""
    chat_texts: PageTexts
    """Of the web chat, which is offered in more languages."""
    store: Parts
    registry: CollectorRegistry
    metrics: Metrics

    def library(self) -> Library:
        """Return the flows and texts in use."""
        return self.shelf.library


def shelf_of(settings: Settings) -> Shelf:
    """Return the flows and texts.

    Raises:
        FlowError, CatalogError: A file is wrong.
    """
    thresholds = load_thresholds()
    return Shelf(
        settings.flows_dir,
        settings.locales_dir,
        sure=thresholds.topic.sure,
        maybe=thresholds.topic.maybe,
        release=settings.ucare_release,
        pseudo=settings.ucare_pseudo,
    )


@asynccontextmanager
async def open_base(settings: Settings) -> AsyncIterator[Base]:
    """Open what every role stands on, and close it in the end.

    Without ``REDIS_URL`` a durable server of our own is started over ``UCARE_DATA_DIR/redis``.

    Raises:
        SettingError: A setting is wrong; says which, and what to do.
        FlowError, CatalogError: A flow or a catalog is wrong.
        UnavailableError: Redis cannot be reached.
    """
    clock = WallClock()
    shelf = shelf_of(settings)
    texts = page_texts(settings.locales_dir, pseudo=settings.ucare_pseudo)
    chat_texts = page_texts(settings.locales_dir, room="web", pseudo=settings.ucare_pseudo)
    keyring = Keyring.open(settings.ucare_data_dir, now=clock.now(), data_key_text=settings.data_key)
    keyring.rotate(now=clock.now())
    sealer = KeyringSealer(keyring, grace_ms=GRACE_MS if settings.data_key else 0)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    server = None if settings.redis_url else LocalServer(settings.ucare_data_dir / "redis")
    minding: list[asyncio.Task[None]] = []
    try:
        if server:
            await server.start()
            minding.append(asyncio.create_task(server.supervise(), name="redis"))
        store = await open_store(
            settings.redis_url or (server.url if server else ""),
            sealer=sealer,
            clock=clock,
            count=settings.partitions,
            keep=Retention.of(settings),
            min_replicas=settings.min_replicas,
            keyring=keyring if settings.data_key else None,
            folder=settings.ucare_data_dir,
        )
        minding.append(asyncio.create_task(_rotate(keyring, clock, store, shared=bool(settings.data_key))))
        async with store:
            for warning in store.warnings:
                log.warning("store_not_durable", what=warning)
            yield Base(settings, clock, sealer, keyring, shelf, texts, chat_texts, store, registry, Metrics(registry))
    finally:
        for task in minding:
            task.cancel()
        await asyncio.gather(*minding, return_exceptions=True)
        if server:
            await server.stop()


async def _rotate(keyring: Keyring, clock: WallClock, store: Parts, *, shared: bool) -> None:
    """Add a sealing key when one is due; with DATA_KEY, bring the rings of all machines together."""
    while True:
        await asyncio.sleep(ROTATE_S)
        try:
            keyring.rotate(now=clock.now())
            if shared:
                await share(store.client, keyring)
        except (UcareError, OSError) as error:
            log.warning("key_not_rotated", error=type(error).__name__)
