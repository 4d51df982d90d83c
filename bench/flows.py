"""``flows``: loading and checking all flows and catalogs, start to first answer, and memory with all locales."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.place import told
from bench.tables import Size, Table, middle, number, ratio
from bot.config import load
from bot.flowfiles.build import library
from bot.flowfiles.checks import check
from bot.flowfiles.load import load as load_flows
from bot.i18n import catalogs


def seconds(act: Callable[[], object], rounds: int) -> float:
    """Return how long something takes, the middle of some rounds (s)."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return middle(taken)


async def first(locales: Path, rounds: int) -> tuple[float, dict[str, float]]:
    """Return the seconds from the start of a process to its first answer, and its memory in MiB."""
    taken, memory = [], {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-first-") as folder:
            memory = await told([sys.executable, "-m", "bench.first", folder, str(locales), str(time.time())])
            taken.append(memory["took"])
    return middle(taken), memory


async def run(size: Size) -> Table:
    """Measure and return the table."""
    rounds, settings = size.pick(1, 3, 5), load()
    flows, locales = settings.flows_dir, settings.locales_dir
    count, languages = len(load_flows(flows).flows), len(catalogs.read_all(locales))
    reading = seconds(lambda: load_flows(flows), rounds)
    books = seconds(lambda: catalogs.read_all(locales), rounds)
    whole = seconds(lambda: library(flows, locales), rounds)
    checking = seconds(lambda: check(flows, locales), rounds)
    begin, memory = await first(locales, rounds)
    with tempfile.TemporaryDirectory(prefix="bench-locales-") as empty:
        alone, less = await first(Path(empty), 1)
    times = [
        (f"read {count} flows", reading),
        (f"read {languages} catalogs", books),
        ("load both into a library", whole),
        ("check both", checking),
        (f"start to first answer, {memory['locales']} locales", begin),
        ("start to first answer, English alone", alone),
    ]
    rows = [(name, f"{number(value)} s", ratio(value, whole)) for name, value in times]
    for name, told_ in ((f"{memory['locales']} locales", memory), ("English alone", less)):
        rows.append((f"memory of a process, {name}", f"{number(told_['all'])} MiB", ratio(told_["all"], less["all"])))
        rows.append((f"… of it flows and texts, {name}", f"{number(told_['texts'])} MiB", ""))
    return Table(
        "flows",
        ("", "", "ratio"),
        rows,
        (
            "Times beside loading the library; memory beside a process with English alone.",
            "First answer: new process, durable server, keys, flows, rules, a message in and out; no language server.",
        ),
    )
