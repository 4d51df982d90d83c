"""The translation service in the settings: off by default, told at the start, closed in the end."""

from __future__ import annotations

import asyncio

import pytest

from bot.bootstrap.translation import open_translator, warning
from bot.config import Settings
from bot.errors import SettingError
from tests.translation.double import LibreTranslateDouble


def settings(**given) -> Settings:
    return Settings(_env_file=None, **given)


async def test_without_a_setting_there_is_none_and_nothing_is_said():
    async with open_translator(settings()) as found:
        assert found is None
    assert warning(settings()) == ""


async def test_with_one_its_languages_are_known_soon_and_the_connections_are_closed_in_the_end():
    async with LibreTranslateDouble(key="k-1") as double:
        async with open_translator(settings(translate_url=double.url, translate_key="k-1")) as found:
            async with asyncio.timeout(5):
                while found.offers("ps", "en"):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
            assert await found.translate("Hello", "en", "ar") == "olleH"
        assert found._http is None


async def test_texts_never_go_to_a_public_address_in_the_clear():
    with pytest.raises(SettingError, match="https://"):
        async with open_translator(settings(translate_url="http://8.8.8.8")):
            pass


async def test_somebody_else_s_server_needs_an_agreement():
    with pytest.raises(SettingError, match="TRANSLATE_AGREED"):
        async with open_translator(settings(translate_url="https://translate.example.org")):
            pass
    async with open_translator(settings(translate_url="https://translate.invalid", translate_agreed=True)) as found:
        assert found is not None


def test_what_is_said_at_the_start_names_the_server_and_what_goes_there():
    own = warning(settings(translate_url="http://libretranslate:5000", translate_key="k-1"))
    assert "texts of children go to libretranslate:5000" in own
    assert "k-1" not in own
