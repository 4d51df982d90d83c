"""The ids of all topics, by group, from ``nlu/topics.yml``: the contract between understanding, flows and queue."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

_GROUPS: Final[dict[str, dict[str, str]]] = yaml.safe_load(
    (Path(__file__).resolve().parent.parent / "topics.yml").read_text("utf-8")
)

TOPICS: Final = tuple(topic for group in _GROUPS.values() for topic in group)
RISKS: Final = tuple(_GROUPS["risk"])
CARER_TOPICS: Final = tuple(_GROUPS["carer"])
