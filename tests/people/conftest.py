from __future__ import annotations

from tests.console.conftest import world
from tests.people.house import house
from tests.store.fixtures import clock, sealer, server, store

__all__ = ["clock", "house", "sealer", "server", "store", "world"]
