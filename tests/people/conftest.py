from __future__ import annotations

from tests.console.conftest import world

__all__ = ["world"]
