"""YAML that remembers where everything stands, so that an error can name file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.errors import FlowError


class Map(dict[str, Any]):
    """A mapping with the line it begins on, and the line of each key."""

    line: int = 0
    lines: dict[str, int]


class Seq(list[Any]):
    """A list with the line it begins on."""

    line: int = 0


class _Loader(yaml.SafeLoader):
    """Strings stay strings: ``yes``, ``no``, ``on`` and dates are what the author typed."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:null"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Map:
    found = Map()
    found.line = node.start_mark.line + 1
    found.lines = {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        line = key_node.start_mark.line + 1
        if key in found:
            msg = f"{key!r} stands here twice; keep one of them"
            raise FlowError(msg, file=str(loader.name), line=line)
        found[key] = loader.construct_object(value_node, deep=True)
        found.lines[key] = line
    return found


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> Seq:
    found = Seq(loader.construct_object(child, deep=True) for child in node.value)
    found.line = node.start_mark.line + 1
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)


def read(path: Path, name: str = "") -> Map:
    """Return the mapping a YAML file holds.

    Raises:
        FlowError: The file cannot be read, is no YAML or no mapping; with file and line.
    """
    shown = name or path.name
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        loader.name = shown
        try:
            found = loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as error:
        msg = f"cannot be read ({error.strerror})"
        raise FlowError(msg, file=shown, line=1) from None
    except UnicodeDecodeError:
        msg = "is not UTF-8; save it as UTF-8"
        raise FlowError(msg, file=shown, line=1) from None
    except (RecursionError, ValueError) as error:
        msg = "is nested too deeply" if isinstance(error, RecursionError) else "holds a value that cannot be read"
        raise FlowError(msg, file=shown, line=1) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read"
        msg = f'is not well-formed YAML: {problem}; a text with , : ? # or quotes in it must stand between "quotes"'
        raise FlowError(msg, file=shown, line=mark.line + 1 if mark else 1) from None
    if not isinstance(found, Map):
        msg = "must hold a mapping at its top"
        raise FlowError(msg, file=shown, line=1)
    return found
