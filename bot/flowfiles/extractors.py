"""Where texts come from, for ``pybabel extract`` and ``ucare i18n extract``; the mappings name these functions.

Each takes a file and yields (line, function name, arguments of the function, comments for translators), as Babel asks.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from bot.core.flow import Choose, Flow
from bot.core.library import texts_of
from bot.flowfiles import reference
from bot.flowfiles.load import NOT_FLOWS, load_file, place_of
from bot.flowfiles.marked import read
from bot.flowfiles.texts import group_context, phrase_context

Extracted: TypeAlias = tuple[int, str, tuple[str, ...], list[str]]
Keywords: TypeAlias = Mapping[str, object] | Collection[str]

LABEL: Final = "Button: at most 20 characters."
CARERS: Final = "For carers."
TOPIC: Final = "A topic, as caseworkers see it."


def _labels(flow: Flow) -> set[tuple[str, str]]:
    found = {(flow.id, flow.title)} if flow.topic else set()
    for step in flow.steps.values():
        if isinstance(step, Choose):
            found |= {(f"{flow.id}/{step.id}", choice.label) for choice in step.choose}
    return found


def flows(
    fileobj: IO[bytes],
    _keywords: Keywords,
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by name
) -> Iterator[Extracted]:
    """Yield every text of a flow file under its context ``flow/step``.

    Raises:
        FlowError: The file is wrong.
    """
    path = Path(fileobj.name)
    if path.name in NOT_FLOWS:
        return
    places: dict[str, tuple[str, int]] = {}
    for flow in load_file(path, path.name, places).values():
        labels = _labels(flow)
        for context, msgid in dict.fromkeys(texts_of(flow)):
            line = places.get(place_of(context, msgid), places[flow.id])[1]
            comments = [LABEL] if (context, msgid) in labels else []
            if flow.audience == "carer":
                comments.append(CARERS)
            yield line, "pgettext", (context, msgid), comments


def phrases(
    fileobj: IO[bytes],
    _keywords: Keywords,
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by name
) -> Iterator[Extracted]:
    """Yield every phrase under the context ``phrase/id``.

    Raises:
        FlowError: The file is wrong.
    """
    folder = Path(fileobj.name).parent
    lines = reference.lines(folder, "phrases")
    for name, phrase in reference.phrases(folder).items():
        yield lines[name][1], "pgettext", (phrase_context(name), phrase.text), ["A caseworker says it."]


def phrase_groups(
    fileobj: IO[bytes],
    _keywords: Keywords,
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by name
) -> Iterator[Extracted]:
    """Yield the title of every group of phrases under the context ``phrases/group``.

    Raises:
        FlowError: The file is wrong.
    """
    folder = Path(fileobj.name).parent
    lines = reference.lines(folder, "phrase_groups")
    for name, group in reference.phrase_groups(folder).items():
        yield lines[name][1], "pgettext", (group_context(name), group.title), ["A heading for caseworkers."]


def topics(
    fileobj: IO[bytes],
    _keywords: Keywords,
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by name
) -> Iterator[Extracted]:
    """Yield the name of every topic, as the console shows it: with spaces.

    Raises:
        FlowError: The file is wrong.
    """
    path = Path(fileobj.name)
    for table in read(path, path.name).values():
        for topic, line in getattr(table, "lines", {}).items():
            yield line, "gettext", (topic.replace("_", " "),), [TOPIC]


def sentences(
    fileobj: IO[bytes],
    _keywords: Keywords,
    _tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by name
) -> Iterator[Extracted]:
    """Yield what code tells a caseworker: ``_("…")``, ``say("…")``, the ``msg`` of errors, constant sentences."""
    for node in ast.walk(ast.parse(fileobj.read())):
        match node:
            case ast.Call(func=ast.Name(id="_" | "say"), args=[ast.Constant(value=str(text))]):
                yield node.lineno, "gettext", (text,), []
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ):
                if name == "msg" or (name.isupper() and text.endswith(".") and " " in text):
                    yield node.lineno, "gettext", (text,), []
