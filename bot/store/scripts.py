"""The Lua scripts: read once, called by their SHA."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lua"
INCLUDE = "-- include contact.lua"


@cache
def source(name: str) -> str:
    """Return the text of a script, with what it includes."""
    text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    return text.replace(INCLUDE, (FOLDER / "contact.lua").read_text(encoding="utf-8"))


@cache
def sha(name: str) -> str:
    """Return the SHA1 of a script, under which the server keeps it (no secret: the server's own naming)."""
    return hashlib.sha1(source(name).encode(), usedforsecurity=False).hexdigest()


def names() -> list[str]:
    """Return the names of all scripts."""
    return sorted(path.stem for path in FOLDER.glob("*.lua") if path.stem != "contact")
