"""Reads ``nlu/data/<locale>.yml`` (Rasa 3.1 training format): who says what, in which language, about which topic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

FOLDER: Final = Path(__file__).resolve().parent.parent / "data"
LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Makes strings of everything; the one in C, where there is one, is ten times as fast."""


class Utterance(NamedTuple):
    """One line of training data; ``audience`` is None where both may say it."""

    text: str
    topic: str
    locale: str
    audience: str | None


def read(path: Path) -> Iterator[Utterance]:
    """Yield the utterances of one file; its name is the locale."""
    document = yaml.load(path.read_text("utf-8"), LOADER) or {}  # noqa: S506 - the base loader makes strings only
    for block in document.get("nlu") or ():
        if "intent" not in block:
            continue
        audience = (block.get("metadata") or {}).get("audience")
        for line in block.get("examples", "").splitlines():
            text = line.strip()
            if text.startswith("- ") and text[2:].strip():
                yield Utterance(text[2:].strip(), block["intent"], path.stem, audience)


def load(folder: Path = FOLDER) -> list[Utterance]:
    """Return all utterances of a folder, file by file in order of their names."""
    return [utterance for path in sorted(folder.glob("*.yml")) for utterance in read(path)]
