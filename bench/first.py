"""A process: from nothing to the first answer, with a durable server of its own; then it tells its memory.

``python -m bench.first FOLDER LOCALES BEGUN``: prints one JSON object; BEGUN is when it was started (s since 1970).
The language server is not waited for: the first answer needs none.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from bench import ours, place
from bench.play import Contacts
from bot.config import load
from bot.flowfiles.build import Shelf
from bot.turns.metrics import Metrics
from bot.understanding.reader import Reader


def resident() -> float:
    """Return the memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def main(folder: Path, locales: Path, begun: float) -> None:
    """Start all that a first answer needs, answer, and print."""
    place.quiet()
    bare = resident()
    library = Shelf(load().flows_dir, locales).library
    texts = resident()
    reader, keys, channel = Reader(), place.sealer(folder / "keys"), ours.Stamps()
    async with (
        place.opened(folder / "redis", keys) as parts,
        ours.whole(parts, folder, keys, library, reader, channel, Metrics()) as gateway,
    ):
        contacts = Contacts(1)
        await ours.paced(gateway, channel, [contacts.event(contacts.addresses[0], start="bench")], 1.0)
        took = time.time() - begun
        told = {"took": took, "locales": len(library.locales), "bare": bare, "texts": texts - bare, "all": resident()}
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
