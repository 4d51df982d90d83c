"""Asks a LibreTranslate-compatible server, and stops asking for a while when it does not answer.

A call ends within 8 seconds. What is asked and answered is never logged, and no redirect is followed: texts go to the
server in the settings and nowhere else.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Final, TypeVar

import httpx
import msgspec
import structlog

from bot.core import cleaning
from bot.errors import NotAllowedError, UnavailableError
from bot.translation.breaker import Breaker
from bot.translation.codes import Language, pair_of, pairs
from bot.translation.kept import Kept
from bot.translation.places import Place

T = TypeVar("T")

TIMEOUT_S: Final = 8.0
LANGUAGES_S: Final = 3600.0
"""So long the list of languages counts; where the server is away, the last one known."""
AGAIN_S: Final = 60.0
"""After this time a server that was away is asked for its languages again."""
MAX_TEXT: Final = 5000
"""Characters of a text."""
MAX_BYTES: Final = 500_000
"""Of an answer."""
AT_ONCE: Final = 4

TOO_LONG: Final = "This is too long to be translated at once. Take a part of it."
NO_PAIR: Final = "The translation service does not know these two languages."
NOT_TAKEN: Final = "The translation service does not take this text."

OK, REFUSED, TOO_MANY = 200, 400, 429
REST_S: Final = 5.0
LONGEST_REST_S: Final = 60.0

log = structlog.get_logger(__name__)


class Translated(msgspec.Struct, frozen=True):
    """What we read of an answer."""

    text: str = msgspec.field(name="translatedText")


_LANGUAGES: Final = msgspec.json.Decoder(list[Language])
_TRANSLATED: Final = msgspec.json.Decoder(Translated)
_ENCODER: Final = msgspec.json.Encoder()


class FailedError(Exception):
    """A call that led to nothing; says only which kind of failure."""

    def __init__(self, kind: str, pause_s: float = 0.0) -> None:
        """Take the kind, and how long the server asks to be left alone, in seconds."""
        super().__init__(kind)
        self.kind = kind
        self.pause_s = pause_s


class LibreTranslate:
    """The client; one for the process."""

    def __init__(
        self,
        place: Place,
        key: str = "",
        *,
        timeout_s: float = TIMEOUT_S,
        breaker: Breaker | None = None,
        kept: Kept | None = None,
    ) -> None:
        """Take where the server is, and its key where it wants one."""
        self._place, self._key, self._timeout_s = place, key, timeout_s
        self._breaker = Breaker() if breaker is None else breaker
        self._kept = Kept() if kept is None else kept
        self._http: httpx.AsyncClient | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._asking = asyncio.Lock()
        self._pairs: frozenset[tuple[str, str]] = frozenset()
        self._pairs_at = -math.inf
        self._unanswered = 0
        """How often the languages were asked for in vain."""

    def __repr__(self) -> str:
        """Show no key."""
        return f"LibreTranslate({self._place.host})"

    async def run(self) -> None:
        """Keep the list of languages fresh until cancelled, so that the console offers only what there is."""
        while True:
            try:
                await self.languages()
            except UnavailableError:
                await asyncio.sleep(AGAIN_S)
            else:
                await asyncio.sleep(LANGUAGES_S)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def offers(self, source: str, target: str) -> bool:
        """Tell whether it translates between two locales; True while that is not known."""
        return not self._pairs or pair_of(source, target, self._pairs) is not None

    async def languages(self) -> frozenset[tuple[str, str]]:
        """Return what the server translates, as it said within the last hour or, where it is away, before.

        Raises:
            UnavailableError: It has never answered.
        """
        failed = self._unanswered
        async with self._asking:
            if time.monotonic() - self._pairs_at < LANGUAGES_S:
                return self._pairs
            try:
                said = await self._asked(failed)
            except UnavailableError:
                if not self._pairs:
                    raise
                return self._pairs
            self._pairs, self._pairs_at = pairs(said), time.monotonic()
            return self._pairs

    async def _asked(self, failed: int) -> list[Language]:
        """Ask for the languages, unless somebody did in vain while this one waited for them: nobody waits twice."""
        if self._unanswered != failed:
            raise UnavailableError
        try:
            return await self._call("GET", "/languages", None, _LANGUAGES)
        except UnavailableError:
            self._unanswered += 1
            raise

    async def translate(self, text: str, source: str, target: str) -> str:
        """Return a text in another locale.

        Raises:
            NotAllowedError: It is too long, or the server does not know the languages or take the text.
            UnavailableError: The server is away, too slow, or answers nonsense.
        """
        if len(text) > MAX_TEXT:
            raise NotAllowedError(TOO_LONG)
        if not text.strip():
            return ""
        known = self._kept.get(source, target, text)
        if known is not None:
            return known
        pair = pair_of(source, target, self._pairs or await self.languages())
        if pair is None:
            raise NotAllowedError(NO_PAIR)
        asked = {"q": cleaning.clean(text), "source": pair[0], "target": pair[1], "format": "text"}
        answer = await self._call("POST", "/translate", asked, _TRANSLATED)
        translated = cleaning.clean(answer.text)
        if not translated:
            raise NotAllowedError(NOT_TAKEN)
        self._kept.put(translated, source, target, text)
        return translated

    async def _call(
        self, method: str, path: str, fields: Mapping[str, str] | None, decoder: msgspec.json.Decoder[T]
    ) -> T:
        if self._breaker.resting:
            raise UnavailableError
        self._breaker.trying()
        try:
            async with asyncio.timeout(self._timeout_s), self._slots:
                answer = decoder.decode(await self._sent(method, path, fields))
        except NotAllowedError:  # it answers, and that is no failure
            self._well()
            raise
        except FailedError as error:
            self._failed(error.kind, error.pause_s)
            raise UnavailableError from None
        except UnavailableError as error:  # of the place
            self._failed(str(error))
            log.warning("translation.not_called", why=str(error))
            raise UnavailableError from None
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, msgspec.MsgspecError) as error:
            self._failed(type(error).__name__)
            raise UnavailableError from None
        finally:
            self._breaker.ended()
        self._well()
        return answer

    async def _sent(self, method: str, path: str, fields: Mapping[str, str] | None) -> bytes:
        url = await self._place.found() + path
        body = None if fields is None else _ENCODER.encode({**fields, **({"api_key": self._key} if self._key else {})})
        headers = {"host": self._place.authority, "content-type": "application/json"}
        async with self._open().stream(method, url, content=body, headers=headers) as response:
            status, answer = response.status_code, bytearray()
            if status == TOO_MANY:
                raise FailedError(kind="too_many", pause_s=_asked_rest(response.headers.get("retry-after", "")))
            if status == REFUSED and fields is not None:
                log.warning("translation.refused", status=status)
                raise NotAllowedError(NOT_TAKEN)
            if status != OK:
                raise FailedError(kind=f"status_{status}")
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > MAX_BYTES:
                    raise FailedError(kind="too_large")
            return bytes(answer)

    def _open(self) -> httpx.AsyncClient:
        if self._http is None:
            # Through a proxy of the environment only where TLS keeps it from reading along.
            self._http = httpx.AsyncClient(
                timeout=self._timeout_s, follow_redirects=False, trust_env=not self._place.clear
            )
        return self._http

    def _well(self) -> None:
        if self._breaker.good():
            log.info("translation.back")

    def _failed(self, kind: str, pause_s: float = 0.0) -> None:
        if self._breaker.bad(pause_s) or pause_s:
            log.warning("translation.away", kind=kind)


def _asked_rest(header: str) -> float:
    try:
        seconds = float(header or REST_S)
    except ValueError:  # a date
        return REST_S
    return min(max(seconds, 1.0), LONGEST_REST_S) if math.isfinite(seconds) else REST_S
