"""Counters of the public app. Labels hold no address and no text."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import Response


class Metrics:
    """The counters, in a registry of the caller's, which ``/metrics`` shows whole."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counters."""
        self.registry = registry
        self.webhooks = Counter(
            "ucare_webhooks", "Webhook calls by webhook and status.", ("webhook", "status"), registry=registry
        )
        self.messages = Counter(
            "ucare_webchat_messages", "Posts of the chat page by outcome.", ("outcome",), registry=registry
        )
        self.streams = Gauge("ucare_webchat_streams", "Chat pages that are connected.", registry=registry)

    async def show(self, _request: Request) -> Response:
        """Answer ``GET /metrics``."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
