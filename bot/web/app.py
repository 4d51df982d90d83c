"""The public ASGI app."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import Guard, SecurityHeaders
from bot.web import health, webhooks
from bot.web.chat import Chat
from bot.web.parts import Parts


async def _home(_request: Request) -> Response:
    return RedirectResponse("/chat", status_code=307)


def chat_app(parts: Parts) -> Starlette:
    """Return the app with the chat page, the webhooks, health and metrics.

    Serve it with ``access_log=False`` (a webhook's query may carry ids) and a ``timeout_graceful_shutdown``
    of a second or two, since streams stay open until they are cut.
    """
    hooks = [
        Route(
            f"/webhooks/{path}",
            webhooks.endpoint(path.replace("/", "_"), handle, parts.metrics, parts.public_url),
            methods=["POST"],
        )
        for path, handle in parts.webhooks.items()
    ]
    return Starlette(
        routes=[
            Route("/", _home),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready(parts.readiness)),
            Route("/metrics", parts.metrics.show),
            *hooks,
            *Chat(parts).routes(),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    )
