from __future__ import annotations

import functools

import pytest

from bot.book import making, pages
from bot.config import ROOT
from tests.golden.texts import library

TRANSCRIPTS = ROOT / "tests" / "golden"


@functools.cache
def made(locale, *topics):
    return making.make(ROOT / "flows", ROOT / "locales", TRANSCRIPTS, locale, topics, library())


@functools.cache
def text(locale, *topics, english="below"):
    return pages.html(made(locale, *topics), english=english)


@pytest.fixture
def book():
    return made


@pytest.fixture
def html():
    return text
