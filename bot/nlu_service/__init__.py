"""The NLU server as a child of ours: training with a check before a model is used, starting, watching, ending.

``train``, ``serve`` and ``test`` are the commands ``ucare nlu train|serve|test``; ``NluService`` is what ``run``,
``ask`` and ``play`` start. Nothing here imports Rasa: it lives in an environment of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.config import Settings
from bot.nlu_service.measure import Split, measure, tables, text_table
from bot.nlu_service.report import page
from bot.nlu_service.service import NluService
from bot.nlu_service.serving import serve
from bot.nlu_service.training import train

__all__ = ["NluService", "serve", "test", "train"]


async def test(
    settings: Settings,
    *,
    split: Split = "dev",  # noqa: PT028 - a command, no test of pytest
    locales: Sequence[str] = (),  # noqa: PT028
    report: Path | None = None,  # noqa: PT028
    rules_alone: bool = False,  # noqa: PT028
) -> str:
    """Measure, write the report where one is wanted, and return the table for the terminal. Raises NluError."""
    found = await measure(settings, split=split, locales=locales, rules_alone=rules_alone)
    if report is not None:
        await asyncio.to_thread(report.write_text, page(found, split), "utf-8")
    return text_table(tables(found))
