"""Ways that lead nowhere: a step or a flow that is named and does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.flow import Branch, Choose, Flow, Link, Remind
from bot.errors import FlowError
from bot.flowfiles.load import Loaded


def _nexts(flow: Flow) -> Iterator[tuple[str, str]]:
    for step in flow.steps.values():
        yield step.id, step.next
        if isinstance(step, Choose):
            yield from ((f"{step.id}/{choice.id}", choice.next) for choice in step.choose)
        elif isinstance(step, Branch):
            yield from ((step.id, arm.next) for arm in step.branch)


def lost_steps(flows: Mapping[str, Flow]) -> Iterator[tuple[str, str]]:
    """Yield (place, what is wrong) for every next that names no step."""
    for flow in flows.values():
        for where, name in dict.fromkeys(_nexts(flow)):
            if name and name not in flow.steps:
                yield f"{flow.id}/{where}", f"{flow.id} has no step {name!r}"


def lost_flows(flows: Mapping[str, Flow]) -> Iterator[tuple[str, str]]:
    """Yield (place, what is wrong) for links and choices into flows that do not exist."""
    for flow in flows.values():
        for step in flow.steps.values():
            if isinstance(step, Link | Remind) and step.flow not in flows:
                yield f"{flow.id}/{step.id}", f"there is no flow {step.flow!r}"
            for choice in step.choose if isinstance(step, Choose) else ():
                if choice.flow and choice.flow not in flows:
                    yield f"{flow.id}/{step.id}/{choice.id}", f"there is no flow {choice.flow!r}"


def sound(loaded: Loaded) -> None:
    """Make sure that every way leads somewhere.

    Raises:
        FlowError: One does not; with file and line.
    """
    for lost in (lost_steps, lost_flows):
        for where, message in lost(loaded.flows):
            key = where
            while key and key not in loaded.places:
                key = key.rpartition("/")[0]
            file, line = loaded.places.get(key, ("flows/", 1))
            raise FlowError(message, file=file, line=line)
