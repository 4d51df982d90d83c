"""python-telegram-bot's ``Bot``, made discreet: it shows its token nowhere and logs no text."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.transport import AiohttpRequest
from bot.errors import SendError

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
"""Of a file, below the bot's own folder; a server that names a file of its own disk is none of these."""


class Client(Bot):
    """The client of the Bot API, over our transport."""

    def __init__(self, token: str, *, api_url: str) -> None:
        """Build the client; ``open`` opens its connections.

        Args:
            token: What BotFather gave.
            api_url: Where the Bot API is, such as ``https://api.telegram.org``.
        """
        # At level debug the library logs every call with its text.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self._transports = (AiohttpRequest(connections=2), AiohttpRequest())
        base = api_url.rstrip("/").replace("{", "").replace("}", "")  # the library fills in what stands in braces
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            get_updates_request=self._transports[0],
            request=self._transports[1],
        )

    def __repr__(self) -> str:
        """Show no token: this ends up in tracebacks."""
        return "Client(telegram)"

    async def open(self) -> None:
        """Open the connections, without a call to the service."""
        for transport in self._transports:
            await transport.initialize()

    async def close_all(self) -> None:
        """Close the connections."""
        for transport in self._transports:
            await transport.shutdown()

    async def updates(self, offset: int, timeout_s: int) -> list[Any]:
        """Return the next updates as they came, so that one the library cannot read does not hold up the others.

        Args:
            offset: The first update wanted; all before it are confirmed by this.
            timeout_s: How long the service holds the call while there is nothing, in seconds.

        Raises:
            TelegramError: The service refuses, cannot be reached, or answers something else than a list.
        """
        data: dict[str, Any] = {"timeout": timeout_s, "limit": 100, "allowed_updates": list(ALLOWED_UPDATES)}
        if offset:
            data["offset"] = offset
        found = await self._post("getUpdates", data, read_timeout=timeout_s + 10)
        if not isinstance(found, list):
            msg = "Invalid server response"
            raise TelegramError(msg)
        return found

    async def file(self, file_id: str) -> bytes:
        """Return a file that a contact sent.

        Args:
            file_id: As the update named it.

        Raises:
            SendError: It is too large or gone.
            TelegramError: The service refuses or cannot be reached.
        """
        found = await self._post("getFile", {"file_id": file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not (isinstance(path, str) and PATH.fullmatch(path)):
            raise SendError(code="gone", retryable=False)
        return await self._transports[1].download(f"{self.base_file_url}/{path}")
