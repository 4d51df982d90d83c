"""Counters of the announcements. Labels hold no address and no name."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """What went out, and what did not."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Register the counters; without a registry they are kept for themselves."""
        self.announcements = Counter(
            "ucare_announcements",
            "Announcements by way and outcome: sent, failed, not_set_up.",
            ("way", "outcome"),
            registry=registry or CollectorRegistry(),
        )
