"""Fetching what a contact sent beside text from Telegram, when a caseworker asks for it."""

from __future__ import annotations

from bot.channels.telegram.client import Client
from bot.channels.telegram.failures import refusal
from bot.core.events import Medium
from bot.errors import SendError
from bot.ports.channels import MAX_MEDIUM


class TelegramMedia:
    """Files of the Bot API; it opens its connections for each file, for it is asked rarely."""

    def __init__(self, token: str, *, api_url: str) -> None:
        """Take the bot's token and where the Bot API is."""
        self._token = token
        self._api_url = api_url

    def __repr__(self) -> str:
        """Show no token."""
        return "TelegramMedia()"

    async def fetch(self, medium: Medium) -> bytes:
        """Return a file.

        Raises:
            SendError: It is too large or gone, or the service refuses or cannot be reached.
        """
        if medium.size > MAX_MEDIUM:
            raise SendError(code="too_large", retryable=False)
        client = Client(self._token, api_url=self._api_url)
        await client.open()
        try:
            return await client.file(medium.id)
        except Exception as error:  # noqa: BLE001 - the library lets odd answers out as any error
            raise refusal(error) from None
        finally:
            await client.close_all()

    async def looked_at(self, medium: Medium) -> None:
        """Do nothing: the Bot API lets nobody delete a file."""
