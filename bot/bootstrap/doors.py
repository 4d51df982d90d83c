"""The web apps: the public one, the console, and the small one of roles that serve nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from bot.asgi import Guard, SecurityHeaders
from bot.bootstrap.base import Base
from bot.console.accounts import Accounts
from bot.console.app import console_app
from bot.console.parts import Parts as ConsoleParts
from bot.flowfiles.phrasebook import Phrasebook
from bot.ports.basics import RiskReader
from bot.ports.webhooks import Webhook
from bot.turns.alarm import alarm_text, locale_for
from bot.web import health
from bot.web.app import chat_app
from bot.web.metrics import Metrics
from bot.web.parts import Parts as WebParts


def readiness(base: Base, understands: Callable[[], bool]) -> Callable[[], object]:
    """Return what ``/health/ready`` asks: the store, and the NLU server."""

    async def ready() -> Mapping[str, bool]:
        return {"store": await base.store.ready(), "nlu": understands()}

    return ready


def public_app(
    base: Base, webhooks: Mapping[str, Webhook], rules: RiskReader, understands: Callable[[], bool]
) -> Starlette:
    """Return the public app: chat page, webhooks, health, metrics."""

    def urgent(text: str, hint: str) -> str:
        """Return the numbers of T0 where the rules see a sign of danger and the store is away."""
        finding = rules.read(text, locale=None)
        if finding is None:
            return ""
        library = base.library()
        return alarm_text(library, locale_for(library, text, hint), base.clock.now()).text

    return chat_app(
        WebParts(
            mailbox=base.store.webchat,
            texts=base.texts,
            clock=base.clock,
            readiness=readiness(base, understands),  # type: ignore[arg-type]
            webhooks=webhooks,
            understanding_ready=understands,
            public_url=base.settings.public_url,
            registry=base.registry,
            urgent=urgent,
        )
    )


def desk_app(base: Base, phrases: Phrasebook, *, public_url: str = "") -> Starlette:
    """Return the caseworkers' console, which offers phrases."""
    return console_app(
        ConsoleParts(
            escalations=base.store.escalations,
            accounts=Accounts(base.store.vault),
            texts=base.texts,
            phrases=phrases,
            public_url=public_url,
        )
    )


def both(public: Starlette, desk: Starlette) -> Starlette:
    """Return one app for one port: the console's paths go to the console, all others to the public app."""

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - ASGI
        path = scope.get("path", "")
        inner = desk if path == "/console" or path.startswith(("/console/", "/welcome/")) else public
        await inner(scope, receive, send)

    return Starlette(routes=[Mount("/", app)])


def small_app(base: Base, understands: Callable[[], bool]) -> Starlette:
    """Return health and metrics alone, for the roles that serve nobody."""
    metrics = Metrics(base.registry)
    return Starlette(
        routes=[
            Route("/health/live", health.live),
            Route("/health/ready", health.ready(readiness(base, understands))),  # type: ignore[arg-type]
            Route("/metrics", metrics.show),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    )
