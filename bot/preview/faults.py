"""Runs the check of all flows in a process of its own, so that the chat goes on meanwhile.

``python -m bot.preview.faults FLOWS LOCALES`` prints the faults as JSON.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from bot.config import ROOT
from bot.flowfiles.checks import Fault, check

LOW: Final = 10
"""How much the check stands back behind everything else (``nice``)."""
_DECODER: Final = msgspec.json.Decoder(tuple[Fault, ...])


async def find(flows: Path, locales: Path) -> tuple[Fault, ...] | None:
    """Return all faults of two absolute folders, errors first; None where the check failed. Cancelled, it ends too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.preview.faults", os.fspath(flows), os.fspath(locales),
        cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        out, _ = await process.communicate()
    except asyncio.CancelledError:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    try:
        found = _DECODER.decode(out)
    except msgspec.DecodeError:
        return None
    return tuple(sorted(found, key=lambda one: (one.severity != "error", one)))


def main(arguments: list[str]) -> int:
    """Print the faults of a folder of flows and its catalogs."""
    os.nice(LOW)
    flows, locales = map(Path, arguments)
    sys.stdout.buffer.write(msgspec.json.encode(check(flows, locales)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
