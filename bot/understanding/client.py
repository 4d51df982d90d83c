"""Asks the NLU server, and stops asking for a while when it does not answer.

Every call ends within 1.5 seconds. After three failures in a row the server is left alone for five seconds, then one
call tries again; until it succeeds everybody else is answered at once with "not there". No text is ever logged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec
import structlog

from nlu.text import envelope

TIMEOUT_S: Final = 1.5
FAILURES: Final = 3
PAUSE_S: Final = 5.0
AT_ONCE: Final = 32
"""So many calls run at the same time; the server works one by one, and waiting there would eat the time."""

log = structlog.get_logger(__name__)


class Named(msgspec.Struct, frozen=True):
    """A topic and its probability, as the server says it."""

    name: str | None
    confidence: float


class RiskShare(msgspec.Struct, frozen=True):
    """How probable it is that a text tells of any risk, and of which."""

    probability: float = 0.0
    ranking: tuple[Named, ...] = ()


class Parsed(msgspec.Struct, frozen=True):
    """What we read of the server's answer."""

    intent_ranking: tuple[Named, ...]
    risk: RiskShare = RiskShare()


_DECODER: Final = msgspec.json.Decoder(Parsed)
_ENCODER: Final = msgspec.json.Encoder()


class Address(msgspec.Struct, frozen=True):
    """Where the server is now; a restarted one may have moved."""

    url: str
    token: str = ""


class NluClient:
    """One client for the whole process."""

    def __init__(
        self, address: Callable[[], Address | None], *, timeout_s: float = TIMEOUT_S, pause_s: float = PAUSE_S
    ) -> None:
        """Take a function that tells where the server is (None: nowhere yet)."""
        self._address = address
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._pause_s = pause_s
        self._session: aiohttp.ClientSession | None = None
        self._failures = 0
        self._closed_until = 0.0
        self._trying = False
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        """Return itself; the connection opens with the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    @property
    def resting(self) -> bool:
        """Return whether the server is being left alone after failures."""
        return self._failures >= FAILURES and (self._trying or time.monotonic() < self._closed_until)

    async def parse(self, text: str, *, audience: str | None, locale: str | None) -> Parsed | None:
        """Return the server's answer, or None where there is none to be had in time."""
        address = self._address()
        if address is None or self.resting:
            return None
        self._trying = self._failures >= FAILURES
        try:
            async with self._slots:
                answer = await self._post(address, envelope.close(text, audience, locale))
        except (TimeoutError, aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
            self._failed(type(error).__name__)
            return None
        finally:
            self._trying = False
        if self._failures:
            self._failures = 0
            log.info("nlu.back")
        return answer

    async def _post(self, address: Address, text: str) -> Parsed:
        session = self._open()
        async with session.post(
            f"{address.url.rstrip('/')}/model/parse",
            params={"token": address.token} if address.token else {},
            data=_ENCODER.encode({"text": text.encode("utf-8", "replace").decode()}),
            headers={"Content-Type": "application/json"},
        ) as response:
            response.raise_for_status()
            return _DECODER.decode(await response.read())

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        return self._session

    def _failed(self, kind: str) -> None:
        self._failures += 1
        self._closed_until = time.monotonic() + self._pause_s
        if self._failures == FAILURES:
            log.warning("nlu.away", kind=kind)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None
