"""``python -m bench [NAME …] [--quick | --full]``."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import time
from typing import Final

from bench.place import quiet
from bench.tables import Size

NAMES: Final = ("turns", "sends", "memory", "flows", "nlu", "console")


def main() -> None:
    """Run the benchmarks that are named, one after the other, and print a table for each."""
    parser = argparse.ArgumentParser(prog="ucare bench", description="Side-by-side benchmarks; they print ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all where none is named")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_const", const="quick", dest="size", help="a minute, and less exact")
    sizes.add_argument("--full", action="store_const", const="full", dest="size", help="much longer, and more exact")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    quiet()
    size = Size(arguments.size or "default")
    for name in arguments.names or NAMES:
        begun = time.monotonic()
        print(asyncio.run(importlib.import_module(f"bench.{name}").run(size)))
        print(f"({name}: {time.monotonic() - begun:.0f} s, {size.name})\n", flush=True)


if __name__ == "__main__":
    main()
