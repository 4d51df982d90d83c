"""The library the transcripts are played with: the project's own flows and catalogs."""

from __future__ import annotations

import functools
from pathlib import Path

from bot.core.library import Library
from bot.flowfiles import build

ROOT = Path(__file__).parents[2]


@functools.cache
def library() -> Library:
    return build.library(ROOT / "flows", ROOT / "locales")
