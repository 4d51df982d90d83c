"""``ucare flows diff``: what changed between two states of the flows, as a reviewer reads it."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from bot.core.flow import (
    Act,
    Ask,
    Branch,
    Choose,
    End,
    Escalate,
    Flow,
    Link,
    Record,
    Remind,
    Say,
    Set,
    Statement,
)
from bot.errors import FlowError
from bot.flowfiles import reference
from bot.flowfiles.load import load

Kind = Literal["added", "removed", "changed"]
Lines: TypeAlias = dict[str, str]
"""What is said or done at a place → with what (sources, where it leads)."""
MARKS: Final[dict[Kind, str]] = {"added": "+", "removed": "-", "changed": "~"}


class Change(msgspec.Struct, frozen=True):
    """One thing that is other than before."""

    where: str
    """``flow guardian.child``, ``fact BE-GUA-1``, ``number BE.child`` or ``phrase hello``."""
    kind: Kind
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """Return the change as one line below its place."""
        if self.kind == "changed":
            return f"  ~ {self.what}: {self.before} → {self.after}"
        value = self.before or self.after
        return f"  {MARKS[self.kind]} {self.what}{f'   [{value}]' if value else ''}"


def _statements(step: str, place: str, said: tuple[Statement, ...]) -> Lines:
    head = f"{step}@{place}" if place else step
    found = {f"{head} says “{one.text}”": ", ".join(one.sources) for one in said}
    return found | {f"{head} says while closed “{one.closed}”": one.text for one in said if one.closed}


def _choose(step: Choose) -> Lines:
    lines = {f"{step.id} asks “{step.text.text}”": ""}
    for choice in step.choose:
        given = "".join(f", {key} = {value}" for key, value in choice.set.items())
        lines[f"{step.id} offers “{choice.label}” ({choice.id})"] = f"{choice.flow or choice.next}{given}"
    return lines


def _say(step: Say) -> Lines:
    lines = _statements(step.id, "", step.say)
    for place, added in step.overlay.items():
        lines |= _statements(step.id, place, added)
    return lines


def _branch(step: Branch) -> Lines:
    return {f"{step.id} goes on by": "; ".join(f"{dict(arm.when)} {arm.next}" for arm in step.branch)}


def _set(step: Set) -> Lines:
    return {f"{step.id} remembers": ", ".join(f"{key} = {value}" for key, value in step.set.items())}


LINES: Final[dict[type, Callable[[Any], Lines]]] = {
    Say: _say,
    Choose: _choose,
    Ask: lambda step: {f"{step.id} asks “{step.text.text}”": f"{step.type} into {step.slot}"},
    Branch: _branch,
    Set: _set,
    Escalate: lambda step: {f"{step.id} opens a case": f"{step.level} {step.topic}"},
    Link: lambda step: {f"{step.id} enters": step.flow},
    Act: lambda step: {f"{step.id} does": step.act},
    Remind: lambda step: {f"{step.id} reminds": f"{step.days} days after {step.day or 'now'} of {step.flow}"},
    Record: lambda step: {f"{step.id} keeps": f"{step.record} {', '.join(step.slots)} for {step.days} days"},
    End: lambda step: {f"{step.id} ends": ""},
}
"""Kind of step → its lines."""


def _flow(flow: Flow) -> Lines:
    lines = {
        "title": flow.title, "topic": flow.topic, "audience": flow.audience, "countries": ", ".join(flow.countries),
        "steps": ", ".join(flow.steps),
    }  # fmt: skip
    for step in flow.steps.values():
        lines |= {f"{step.id} leads on to": step.next} | LINES[type(step)](step)
    return lines


def everything(folder: Path) -> dict[str, Lines]:
    """Return all that a folder of flows says and rests on, place by place.

    Raises:
        FlowError: A file is wrong.
    """
    found = {f"flow {name}": _flow(flow) for name, flow in load(folder).flows.items()}
    for name, one in reference.sources(folder).items():
        found[f"fact {name}"] = {key: str(value) for key, value in one.model_dump().items()}
    for country, table in reference.contacts(folder).items():
        for name, contact in table.items():
            found[f"number {country}.{name}"] = {key: str(value) for key, value in contact.model_dump().items()}
    for name, phrase in reference.phrases(folder).items():
        found[f"phrase {name}"] = {f"says “{phrase.text}”": ""}
    return found


def differences(old: Mapping[str, Lines], new: Mapping[str, Lines]) -> list[Change]:
    """Return what changed from one state to another, in the order of the new one, what is gone last."""
    changes = []
    for where in [*new, *(one for one in old if one not in new)]:
        if where not in old or where not in new:
            changes.append(Change(where, "removed" if where in old else "added", "all of it"))
            continue
        before, after = old[where], new[where]
        for what in [*after, *(one for one in before if one not in after)]:
            if what not in before:
                changes.append(Change(where, "added", what, after=after[what]))
            elif what not in after:
                changes.append(Change(where, "removed", what, before=before[what]))
            elif before[what] != after[what]:
                changes.append(Change(where, "changed", what, before[what] or "nothing", after[what] or "nothing"))
    return changes


def told(changes: list[Change]) -> str:
    """Return the changes as text, place by place."""
    lines: list[str] = []
    last = ""
    for change in changes:
        if change.where != last:
            lines += ["", change.where] if lines else [change.where]
            last = change.where
        lines.append(str(change))
    places = len({change.where for change in changes})
    return "\n".join([*lines, "", f"{len(changes)} changes in {places} places."]) if changes else "Nothing changed."


@contextmanager
def state(name: str, folder: Path) -> Iterator[Path]:
    """Give the folder of a state: a folder by its path, else a revision of git that holds ``folder``.

    Raises:
        FlowError: It is neither.
    """
    if Path(name).is_dir():
        yield Path(name)
        return
    command = ["git", "-C", str(folder.parent), "archive", "--format=tar", name, "--", folder.name]
    try:
        ran = None if name.startswith("-") else subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, and no option
    except OSError:  # there is no git
        ran = None
    if ran is None or ran.returncode:
        msg = f"{name!r} is neither a folder nor a revision of git that holds {folder.name}/"
        raise FlowError(msg, file=name, line=1)
    with tempfile.TemporaryDirectory(prefix="flows-") as place, tarfile.open(fileobj=io.BytesIO(ran.stdout)) as packed:
        packed.extractall(place, filter="data")
        yield Path(place) / folder.name
