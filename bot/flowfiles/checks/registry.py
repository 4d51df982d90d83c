"""One check for each kind of fault. A check is a generator over the book; the registry knows how serious it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import msgspec

from bot.flowfiles.checks.book import Book, Severity

Place: TypeAlias = tuple[str, int]
Found: TypeAlias = tuple[Place, str]
"""Where (file, line), and what is wrong there."""
Finder = Callable[[Book], Iterator[Found]]


class Check(msgspec.Struct, frozen=True):
    """One kind of fault."""

    code: str
    find: Finder
    severity: Severity
    release: Severity
    """How serious it is for ``--release``."""
    mend: str
    """How to mend it, said to an author."""


CHECKS: Final[dict[str, Check]] = {}
"""Code → check, in the order in which faults of one place are told."""


def check(
    code: str, mend: str, *, severity: Severity = "error", release: Severity = "error"
) -> Callable[[Finder], Finder]:
    """Register a finder under a code.

    Args:
        code: Short name of the fault, as people see it.
        mend: What the author should do.
        severity: How serious it is in everyday work.
        release: How serious it is before a release; an error stays one.
    """

    def register(find: Finder) -> Finder:
        CHECKS[code] = Check(code, find, severity, "error" if severity == "error" else release, mend)
        return find

    return register
