"""What the public app is made of; ``bootstrap`` fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import REGISTRY, CollectorRegistry

from bot.asgi import Texts
from bot.ports import Clock
from bot.ports.mailbox import WebChat
from bot.ports.webhooks import Readiness, Webhook
from bot.web.metrics import Metrics


def _always() -> bool:
    return True


def _nothing(_text: str, _hint: str) -> str:
    return ""


@dataclass(frozen=True)
class Parts:
    """The parts; ``webhooks`` maps a path below ``/webhooks`` (``whatsapp/status``) to its handler."""

    mailbox: WebChat
    texts: Texts
    clock: Clock
    readiness: Readiness
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    understanding_ready: Callable[[], bool] = _always
    """False while the NLU server is being set up; the page then says that buttons work already."""
    urgent: Callable[[str, str], str] = _nothing
    """Text and locale hint → the numbers of T0 where the text tells of danger, else an empty text. Asked when the
    store is away: the page shows it at once, and keeps the message until it can be taken."""
    public_url: str = ""
    exit_url: str = "https://www.wikipedia.org/"
    """The harmless page to which the quick exit leads."""
    registry: CollectorRegistry = REGISTRY
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        """Register the counters once."""
        object.__setattr__(self, "metrics", Metrics(self.registry))
