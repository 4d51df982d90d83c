"""``./ucare test``, ``./ucare check`` and ``./ucare bench``, after the set-up."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from bot.config import ROOT

QUICK = "not (slow or redis or nlu or browser or chaos)"
TESTS: tuple[tuple[str, ...], ...] = (
    ("-m", "pytest", "-n", "2", "-m", QUICK, "tests"),
    ("-m", "pytest", "-m", QUICK.removeprefix("not "), "tests"),
)
"""What ``test`` runs: the quick tests side by side, then those that need a server or a browser to themselves."""

CHECKS: tuple[tuple[str, ...], ...] = (
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "ruff", "check", "."),
    ("-m", "mypy"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    ("-m", "bot", "flows", "check"),
    ("-m", "bot", "i18n", "report"),
    ("-m", "pytest", "-n", "2", "-m", QUICK, "tests"),
)
"""What ``check`` runs, each by the Python of the environment."""


def run_all(commands: Sequence[Sequence[str]]) -> int:
    """Run commands one after the other; return 1 when any failed, and name those last."""
    failed = []
    for command in commands:
        begun = time.monotonic()
        code = subprocess.call([sys.executable, *command], cwd=ROOT)
        name = " ".join(command[1:4])
        print(f"{'ok' if code == 0 else 'FAILED'}  {name}  ({time.monotonic() - begun:.1f} s)", flush=True)
        if code:
            failed.append(name)
    if failed:
        print("These failed: " + "; ".join(failed))
    return 1 if failed else 0


def main(arguments: Sequence[str]) -> int:
    """Run one of the three and return its exit code."""
    name, *rest = arguments
    if name == "check":
        return run_all(CHECKS)
    if name == "bench":
        return subprocess.call([sys.executable, "-m", "bench", *rest], cwd=ROOT)
    return subprocess.call([sys.executable, "-m", "pytest", *rest], cwd=ROOT) if rest else run_all(TESTS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
