"""The translation service, where the settings name one, and what is said about it at the start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.serving import running
from bot.config import Settings
from bot.errors import SettingError
from bot.translation.client import LibreTranslate
from bot.translation.places import place_of

AGREE = (
    "TRANSLATE_URL may name a server outside of your own network. Set TRANSLATE_AGREED=1 if it is yours, or "
    "if whoever runs it keeps nothing and lets nobody read it, by an agreement with you (docs/data-protection.md)."
)


@asynccontextmanager
async def open_translator(settings: Settings) -> AsyncIterator[LibreTranslate | None]:
    """Open the client of the translation service and close it in the end; None where there is none.

    Raises:
        SettingError: TRANSLATE_URL is no address, texts would go to a public one in the clear, or to somebody else's
            without an agreement.
    """
    if not settings.translate_url:
        yield None
        return
    if not place_of(settings.translate_url).clear and not settings.translate_agreed:
        raise SettingError(AGREE)  # to nobody who could keep or read what a child writes
    client = LibreTranslate(place_of(settings.translate_url), settings.translate_key)
    try:
        async with running(client.run(), "translation", asyncio.Event()):
            yield client
    finally:
        await client.close()


def warning(settings: Settings) -> str:
    """Return what whoever starts the console has to know of the translation service, or an empty text."""
    if not settings.translate_url:
        return ""
    place = place_of(settings.translate_url)
    return f"Machine translation is on: where a caseworker asks for it, texts of children go to {place.authority}."
