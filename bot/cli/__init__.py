"""The command ``ucare``. One module for each family of commands; each registers its own arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bot.cli import ask, audit, caseworker, flows, i18n, nlu, play, serve, teams, token
from bot.errors import UcareError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it (128 + SIGINT)."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    made = argparse.ArgumentParser(
        prog="ucare", description="A messaging assistant for unaccompanied migrant children and their foster families."
    )
    sub = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in (serve, ask, play, nlu, caseworker, audit, flows, i18n, teams, token):
        family.register(sub)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what goes wrong on purpose is one clear line."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    args = parser().parse_args(arguments)
    try:
        return int(args.func(args))
    except UcareError as error:
        sys.stderr.write(f"ucare: {error}\n")
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
