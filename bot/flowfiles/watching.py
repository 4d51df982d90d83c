"""Tells when flows or catalogs were saved. It looks again and again: that works everywhere, shared folders included."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

SUFFIXES: Final = frozenset({".yml", ".po", ".pot"})
EVERY_S: Final = 0.3
"""How often an author's folders are looked at, in seconds."""

State = Mapping[Path, tuple[int, int, int]]
"""File → when it was written (ns), its size, and its number on the disk: an editor may put a new file in its place."""


def state(folders: Sequence[Path]) -> State:
    """Return the state of all flows and catalogs in folders; a file that goes meanwhile is not there."""
    return {path: seen for folder in folders for path, seen in _files(os.fspath(folder))}


def _files(folder: str) -> Iterator[tuple[Path, tuple[int, int, int]]]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for entry in found:
        try:
            if entry.is_dir():
                yield from _files(entry.path)
            elif os.path.splitext(entry.name)[1] in SUFFIXES and not entry.name.startswith("."):  # noqa: PTH122 - quick
                about = entry.stat()
                yield Path(entry.path), (about.st_mtime_ns, about.st_size, about.st_ino)
        except OSError:
            continue


def differing(old: State, new: State) -> frozenset[Path]:
    """Return the files that came, went or were written anew."""
    return frozenset(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


async def changes(folders: Sequence[Path], *, every_s: float = EVERY_S) -> AsyncIterator[frozenset[Path]]:
    """Yield the files that changed, once nothing changes any more: several files saved together are one change.

    Args:
        folders: Where flows and catalogs lie, subfolders included.
        every_s: How long to wait between two looks, in seconds.
    """
    known = await asyncio.to_thread(state, folders)
    while True:
        await asyncio.sleep(every_s)
        now = await asyncio.to_thread(state, folders)
        if now == known:
            continue
        while True:
            await asyncio.sleep(every_s)
            before, now = now, await asyncio.to_thread(state, folders)
            if now == before:
                break
        if changed := differing(known, now):
            known = now
            yield changed
