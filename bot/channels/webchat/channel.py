"""The web chat channel. Its service is our own store, so it neither polls nor splits, and everything can be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import SendError, UnavailableError
from bot.ports.channels import Outgoing, Sent
from bot.ports.mailbox import WebChat

NAME: Final = "webchat"
AWAY: Final = "store_away"


class WebChatChannel:
    """Sends by appending to mailboxes."""

    name = NAME
    rate = 1000.0
    """Messages a second over all contacts; only the store is behind it."""
    rate_per_contact = 20.0

    def __init__(self, mailbox: WebChat) -> None:
        """Take the mailboxes."""
        self._mailbox = mailbox

    async def start(self) -> None:
        """Nothing to open: the store is open already."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def send(self, address: str, message: Outgoing) -> Sent:
        """Append one message.

        Raises:
            SendError: The store is away; to be tried again.
        """
        try:
            return Sent((await self._mailbox.append(address, message, who=message.who),))
        except UnavailableError:
            raise SendError(AWAY, retryable=True) from None

    async def typing(self, address: str) -> None:
        """Show nothing: the page shows by itself that it waits."""

    async def delete(self, address: str, ids: Sequence[str]) -> int:
        """Take messages out of the mailbox and off the page; return how many."""
        try:
            return await self._mailbox.remove(address, tuple(ids))
        except UnavailableError:
            raise SendError(AWAY, retryable=True) from None
