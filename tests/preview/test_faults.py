from __future__ import annotations

import asyncio

import pytest

from bot.preview.faults import find


@pytest.mark.slow
async def test_check_runs_in_a_process_of_its_own(root, edit):
    edit("next: then", "next: than")
    found = await find(root / "flows", root / "locales")
    first = next(one for one in found if one.code == "unknown_step")
    assert (first.file, first.severity) == ("flows/child/guardian.yml", "error")
    kinds = [one.severity for one in found]
    assert kinds == sorted(kinds)  # errors come first


async def test_check_that_is_of_no_use_any_more_ends(root):
    task = asyncio.create_task(find(root / "flows", root / "locales"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
