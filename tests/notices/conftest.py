from __future__ import annotations

from tests.store.fixtures import clock, sealer, server, store

__all__ = ["clock", "sealer", "server", "store"]
