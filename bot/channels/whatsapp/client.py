"""Twilio's own asynchronous client, with what it leaves open closed.

It sets no time limit, sends JSON bodies as forms (the Content API takes JSON alone), drops the answer's headers
(``Retry-After``), keeps the last request in memory, and logs addresses of the API. Errors leave here as ``SendError``
that name a code and nothing of the request.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.whatsapp import codes
from bot.errors import SendError

TIMEOUT_S: Final = 10.0
LONGEST_WAIT_S: Final = 300.0
TOO_MANY: Final = 429
BROKEN: Final = 500

_quiet = logging.getLogger("ucare.whatsapp.http")
_quiet.setLevel(logging.WARNING)


class Transport(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The official HTTP client; to be made inside the running loop."""

    def __init__(self) -> None:
        """Open a session."""
        super().__init__(logger=_quiet)

    async def request(  # noqa: PLR0913, PLR0917 - the official signature
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: Any = None,  # noqa: ANN401 - a form or a JSON document
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the official signature
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the official signature
    ) -> Response:
        """Make one call.

        Raises:
            SendError: The service is away, broken or asks to slow down; to be tried again.
        """
        if data is not None and (headers or {}).get("Content-Type") == "application/json":
            data = json.dumps(data)
        try:
            async with asyncio.timeout(timeout or TIMEOUT_S):
                response = await super().request(
                    method, url, params, data, headers, auth, allow_redirects=allow_redirects
                )
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise SendError(codes.NETWORK, retryable=True) from None
        finally:
            self._test_only_last_request = self._test_only_last_response = None
        if response.status_code == TOO_MANY:
            wait = _retry_after(response.headers) or codes.SLOW_DOWN_S
            raise SendError(codes.BUSY, retryable=True, retry_after=wait)
        if response.status_code >= BROKEN:
            raise SendError(codes.SERVICE, retryable=True, retry_after=_retry_after(response.headers))
        return response


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", "0"))
    except ValueError:  # a date
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if math.isfinite(seconds) else 0.0


def open_client(account_sid: str, auth_token: str, api_url: str = "") -> tuple[Client, Transport]:
    """Return the official client and its transport, which is to be closed.

    Args:
        account_sid: The account.
        auth_token: Its secret.
        api_url: Another server for all of Twilio's APIs (a proxy, a test double); empty: Twilio itself.
    """
    transport = Transport()
    client = Client(account_sid, auth_token, http_client=transport)
    if api_url:
        client.edge = client.region = ""  # from TWILIO_EDGE and TWILIO_REGION, would be written into its host name
        for domain in (client.api, client.content, client.messaging):
            domain.base_url = api_url.rstrip("/")
    return client, transport


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the client's errors into ``SendError``; nothing of the request or the service's words comes along."""
    try:
        yield
    except TwilioException as error:
        number = getattr(error, "code", None) or getattr(error, "status", None)
        raise codes.send_error(number if isinstance(number, int) else 0) from None
    except (ValueError, TypeError, AttributeError, KeyError):  # an answer that is none
        raise SendError(codes.SERVICE, retryable=True) from None
