"""The contexts under which texts stand in the catalogs, beside those of flows (``flow/step``)."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "phrase/"


GROUP: Final = "phrases/"


def group_context(name: str) -> str:
    """Return the context of the title of a group of phrases (``flows/phrase_groups.yml``)."""
    return f"{GROUP}{name}"


def phrase_context(name: str) -> str:
    """Return the context of a phrase of ``flows/phrases.yml``."""
    return f"{PREFIX}{name}"
