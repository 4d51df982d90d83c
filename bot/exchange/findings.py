"""What could not be taken as it was: each thing by name, with its flow and node, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal

import msgspec

Kind = Literal["dropped", "changed", "note"]
MEANS: Final[dict[Kind, str]] = {
    "dropped": "nothing stands for it on the other side",
    "changed": "it became something near to it: read it again",
    "note": "good to know",
}


class Finding(msgspec.Struct, frozen=True):
    """One construct that does not map."""

    kind: Kind
    construct: str
    """Its name over there: ``send_email``, ``has_group``, ``send_msg.attachments``."""
    says: str
    """What it held, and what became of it."""
    flow: str = ""
    """The name of the flow."""
    node: str = ""
    """The id of the node; empty: it belongs to the flow or the file."""

    def __str__(self) -> str:
        """Return the finding as one line."""
        place = " ".join(part for part in (self.flow, self.node and f"node {self.node}") if part)
        return f"{self.kind}: {self.construct}{f' ({place})' if place else ''}: {self.says}"


class Findings:
    """Collects what could not be taken, in order."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[Finding, None] = {}

    def add(self, kind: Kind, construct: str, says: str, *, flow: str = "", node: str = "") -> None:
        """Note one; the same one twice is one."""
        self._found[Finding(kind, construct, says, flow, node)] = None

    def __iter__(self) -> Iterator[Finding]:
        """Yield them in order."""
        return iter(self._found)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    @property
    def grave(self) -> int:
        """How many are more than a note."""
        return sum(one.kind != "note" for one in self._found)

    def counted(self) -> str:
        """Return how many there are of each kind, in words."""
        counts = Counter(one.kind for one in self._found)
        return ", ".join(f"{counts[kind]} {kind}" for kind in MEANS)


def report(findings: Findings, source: str) -> str:
    """Return all findings as a page in Markdown, flow by flow.

    Args:
        findings: What was found.
        source: The file that was taken.
    """
    lines = [f"# What could not be taken from {source}", "", f"{findings.counted()}.", ""]
    lines += [f"- **{kind}**: {means}." for kind, means in MEANS.items()]
    by_flow = groupby(sorted(findings, key=lambda one: one.flow), key=lambda one: one.flow)
    for flow, some in by_flow:
        lines += ["", f"## {flow or 'The file'}", ""]
        lines += [_line(one) for one in some]
    return "\n".join(lines) + "\n"


def _line(one: Finding) -> str:
    says = " ⏎ ".join(one.says.splitlines())
    return f"- **{one.kind}** `{one.construct}`{f', node `{one.node}`' if one.node else ''}: {says}"
