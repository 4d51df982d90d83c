"""What the public app asks of the channels: to handle a call of their service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec


class WebhookRequest(msgspec.Struct, frozen=True):
    """One call of a service, free of any web framework."""

    url: str
    """The public address that the service called, as its signature covers it, not the one behind a proxy."""
    headers: Mapping[str, str]
    """Header names in lower case."""
    body: bytes


class WebhookAnswer(msgspec.Struct, frozen=True):
    """What the service is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


Webhook = Callable[[WebhookRequest], Awaitable[WebhookAnswer]]
"""Handles one call. Raises SignatureError (answered 403), PayloadError (400) or UnavailableError (503)."""

Readiness = Callable[[], Awaitable[Mapping[str, bool]]]
"""Tells for each part (``store``, ``nlu`` …) whether it answers."""
