"""The webhooks of the services: handed to the channel as they came, its answer given back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.asgi import TooLargeError, read_body
from bot.errors import PayloadError, SignatureError, UnavailableError
from bot.ports.webhooks import Webhook, WebhookRequest
from bot.web.metrics import Metrics

MAX_BODY = 1_000_000
"""Bytes; what the services send is far below."""

log = structlog.get_logger("ucare.webhooks")


def public_address(request: Request, public_url: str) -> str:
    """Return the address that the service called: behind a TLS proxy it is not the one that we see."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return public_url + path if public_url else str(request.url)


def endpoint(name: str, handle: Webhook, metrics: Metrics, public_url: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of one webhook.

    Args:
        name: What it is called in the metrics (``telegram``, ``whatsapp`` …).
        handle: The channel's handler.
        metrics: Counts the answers.
        public_url: The https address of this app as the world sees it, or empty.
    """

    async def answer(request: Request) -> Response:
        try:
            body = await read_body(request, MAX_BODY)
            call = WebhookRequest(
                url=public_address(request, public_url),
                headers={key.lower(): value for key, value in request.headers.items()},
                body=body,
            )
            given = await handle(call)
        except TooLargeError:
            return PlainTextResponse("This is too large.", 413)
        except SignatureError:
            return PlainTextResponse("The signature is missing or wrong.", 403)
        except PayloadError:
            return PlainTextResponse("This cannot be understood.", 400)
        except UnavailableError:
            return PlainTextResponse("Not now; send it again.", 503, {"retry-after": "5"})
        return Response(given.body, given.status, media_type=given.content_type)

    async def counted(request: Request) -> Response:
        response = await answer(request)
        metrics.webhooks.labels(name, str(response.status_code)).inc()
        if response.status_code != 200:  # noqa: PLR2004 - the one status that services take as done
            log.warning("webhook_refused", webhook=name, status=response.status_code)
        return response

    return counted
