"""Counters of the turns. Labels hold no text, no address and no reference."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """All counters of gateway, worker and sender, in a registry of the caller's."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Register the counters; without a registry they are kept for themselves."""
        kept = registry or CollectorRegistry()
        self.accepted = Counter(
            "ucare_accepted", "What came, by channel and outcome.", ("channel", "outcome"), registry=kept
        )
        self.spooled = Gauge("ucare_spooled", "Records in the local spool.", registry=kept)
        self.answered = Counter("ucare_spool_answered", "T0 and T1 answered without the store.", registry=kept)
        self.turns = Counter("ucare_turns", "Turns by kind of event and outcome.", ("event", "outcome"), registry=kept)
        self.turn_seconds = Histogram(
            "ucare_turn_seconds", "From reading an entry to its commit.", buckets=FAST, registry=kept
        )
        self.understood = Counter("ucare_understood", "Texts by who read them.", ("by",), registry=kept)
        self.set_aside = Counter("ucare_set_aside", "Entries set aside, by type of error.", ("error",), registry=kept)
        self.escalations = Counter(
            "ucare_escalations", "Escalations opened or raised.", ("level", "verb"), registry=kept
        )
        self.partitions = Gauge("ucare_partitions_owned", "Partitions this worker owns.", registry=kept)
        self.sends = Counter("ucare_sends", "Sends by channel and outcome.", ("channel", "outcome"), registry=kept)
        self.send_seconds = Histogram("ucare_send_seconds", "One call of a channel.", buckets=FAST, registry=kept)
        self.retries = Counter("ucare_send_retries", "Sends tried again.", ("channel",), registry=kept)
        self.dead_letters = Counter("ucare_dead_letters", "Messages given up.", ("channel", "code"), registry=kept)
        self.maybe_twice = Counter(
            "ucare_sends_maybe_twice", "Sends that may have happened before.", ("channel",), registry=kept
        )
