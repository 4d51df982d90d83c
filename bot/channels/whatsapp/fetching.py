"""Fetching what a contact sent beside text from Twilio, when a caseworker asks for it.

Twilio answers with a redirect to where the file lies. The account's secret goes to Twilio alone, and a redirect is
followed only to https.
"""

from __future__ import annotations

from typing import Final

import aiohttp
from yarl import URL

from bot.channels.download import BROKEN, TIMEOUT_S, read
from bot.channels.whatsapp import codes
from bot.core.events import Medium
from bot.errors import SendError
from bot.ports.channels import MAX_MEDIUM

API_URL: Final = "https://api.twilio.com"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MOST_HOPS: Final = 3
SAFE: Final = "https"
GONE: Final = frozenset({200, 204, 404})


class WhatsAppMedia:
    """Media of one Twilio account; it opens its connections for each, for it is asked rarely."""

    def __init__(self, account_sid: str, auth_token: str, *, api_url: str = "", deletes: bool = False) -> None:
        """Take the account, its secret, another server in Twilio's place where there is one.

        Args:
            account_sid: The account.
            auth_token: Its secret.
            api_url: Another server in Twilio's place; empty: Twilio itself.
            deletes: Whether a medium is deleted at Twilio once a person has looked at it.
        """
        self._deletes = deletes
        self._auth = aiohttp.BasicAuth(account_sid, auth_token)
        self._base = URL((api_url or API_URL).rstrip("/"))

    def __repr__(self) -> str:
        """Show no secret."""
        return "WhatsAppMedia()"

    async def fetch(self, medium: Medium) -> bytes:
        """Return a medium.

        Raises:
            SendError: It is too large or gone, or the service refuses or cannot be reached.
        """
        if medium.size > MAX_MEDIUM:
            raise SendError(code="too_large", retryable=False)
        try:
            async with _session() as session:
                return await self._follow(session, self._base.join(URL(medium.id)))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):  # ValueError: an address that is none
            raise SendError(codes.NETWORK, retryable=True) from None

    async def looked_at(self, medium: Medium) -> None:
        """Delete a medium at Twilio, where the settings want it.

        Raises:
            SendError: Twilio refuses or cannot be reached; it is still there.
        """
        if not self._deletes:
            return
        try:
            async with (
                _session() as session,
                session.delete(self._base.join(URL(medium.id)), auth=self._auth, allow_redirects=False) as response,
            ):
                if response.status not in GONE:
                    raise SendError(code="not_deleted", retryable=response.status >= BROKEN)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise SendError(codes.NETWORK, retryable=True) from None

    async def _follow(self, session: aiohttp.ClientSession, url: URL) -> bytes:
        for _ in range(MOST_HOPS + 1):
            own = url.origin() == self._base.origin()
            async with session.get(url, auth=self._auth if own else None, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    return await read(response)
                url = url.join(URL(response.headers.get("location", "")))
            if url.scheme != SAFE and url.origin() != self._base.origin():
                break
        raise SendError(code="bad_redirect", retryable=False)


def _session() -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=5.0)
    return aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True)
