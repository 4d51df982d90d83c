"""The store: everything that is kept, in Redis. ``open_store`` builds it; the ports say what it does."""

from bot.store.opening import Parts, open_store
from bot.store.retention import Retention
from bot.store.server import LocalServer

__all__ = ["LocalServer", "Parts", "Retention", "open_store"]
