"""HTTP for python-telegram-bot over aiohttp: its own transport takes most of the time of a send.

No error that leaves here holds an address, for the address of a call holds the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

import aiohttp
import msgspec
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.download import TIMEOUT_S, read

T = TypeVar("T")

FORM: Final = {"content-type": "application/x-www-form-urlencoded", "user-agent": BaseRequest.USER_AGENT}
PLAIN: Final = {"user-agent": BaseRequest.USER_AGENT}


class AiohttpRequest(BaseRequest):
    """A pool of connections. Proxies and certificates come from the environment, as everywhere. Times in seconds."""

    def __init__(
        self,
        *,
        connections: int = 64,
        read_timeout: float = 15.0,
        write_timeout: float = 5.0,
        connect_timeout: float = 5.0,
        pool_timeout: float = 10.0,
    ) -> None:
        """Keep the limits; ``initialize`` opens the pool."""
        self._connections = connections
        self._read, self._write, self._connect, self._pool = read_timeout, write_timeout, connect_timeout, pool_timeout
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, where a call says nothing else."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool; a second call changes nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
            )

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer of the service; unlike the library's own, this never logs it: answers hold texts.

        Raises:
            TelegramError: It is no JSON object.
        """
        try:
            answer = msgspec.json.decode(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            msg = "Invalid server response"
            raise TelegramError(msg)
        return answer

    async def do_request(  # noqa: PLR0913, PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of one call.

        Raises:
            TimedOut: No answer in time; the call may have been carried out.
            NetworkError: The service cannot be reached, or the connection broke.
        """
        if self._session is None:
            msg = "The transport is not open."
            raise NetworkError(msg)
        timeout = self._timeout(read_timeout, write_timeout, connect_timeout, pool_timeout)
        data, headers = _body(request_data)
        try:
            async with self._session.request(
                method, self._url(url), data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that is none
            raise NetworkError(type(error).__name__) from None

    async def download(self, url: str) -> bytes:
        """Return a file of the service.

        Raises:
            SendError: It is too large or gone, or not given out.
            TimedOut, NetworkError: As for a call.
        """
        if self._session is None:
            msg = "The transport is not open."
            raise NetworkError(msg)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=self._connect)
        try:
            async with self._session.get(URL(url), headers=PLAIN, timeout=timeout, allow_redirects=False) as response:
                return await read(response)
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NetworkError(type(error).__name__) from None

    def _url(self, url: str) -> URL:
        """Parse an address once: there is one for each method of the service."""
        found = self._urls.get(url)
        if found is None:
            found = self._urls[url] = URL(url)
        return found

    def _timeout(self, read: object, write: object, connect: object, pool: object) -> aiohttp.ClientTimeout:
        chosen = [
            default if given is BaseRequest.DEFAULT_NONE else cast("float | None", given)
            for given, default in (
                (read, self._read),
                (write, self._write),
                (connect, self._connect),
                (pool, self._pool),
            )
        ]
        reading, _, connecting, pooling = chosen
        limited = [seconds for seconds in chosen if seconds is not None]
        total = sum(limited) if len(limited) == len(chosen) else None
        waiting = None if pooling is None or connecting is None else pooling + connecting
        return aiohttp.ClientTimeout(total=total, connect=waiting, sock_connect=connecting, sock_read=reading)


def _body(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, Mapping[str, str]]:
    if request_data is None:
        return None, PLAIN
    if not request_data.contains_files:
        return urlencode(request_data.json_parameters).encode(), FORM
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, PLAIN
