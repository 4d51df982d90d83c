"""The Telegram channel."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from telegram import LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken

from bot.channels.telegram.client import Client
from bot.channels.telegram.failures import refusal
from bot.channels.telegram.keyboard import keyboard
from bot.channels.telegram.payloads import decode
from bot.channels.telegram.polling import HELP, Poller, pause_after
from bot.channels.telegram.receiving import Groups, Receiver
from bot.channels.telegram.setup import Commands, offer, tell
from bot.channels.telegram.splitting import sendable, split
from bot.channels.telegram.verify import secret_for, verify
from bot.errors import SendError, SettingError, UnavailableError
from bot.ports.basics import Clock
from bot.ports.channels import Gateway, Outgoing, Sent
from bot.ports.webhooks import WebhookAnswer, WebhookRequest

API_URL = "https://api.telegram.org"
DELETED_AT_ONCE = 100
BEGUN, BEGUN_MS = 1000, 600_000
FIRST_TRY_S = 8.0
"""Seconds that ``start`` waits for the service; the rest goes on without it."""


class TelegramChannel:
    """Telegram: polls where there is no public address, else takes webhooks."""

    name = "telegram"
    rate = 25.0
    rate_per_contact = 1.0

    def __init__(  # noqa: PLR0913 - its settings, all by name
        self,
        token: str,
        *,
        clock: Clock,
        gateway: Gateway | None = None,
        api_url: str = API_URL,
        public_url: str = "",
        secret: str = "",
        commands: Commands | None = None,
    ) -> None:
        """Build the channel; nothing is opened yet.

        Args:
            token: What @BotFather gave.
            clock: Tells the time.
            gateway: Takes what comes; without one the channel only sends (a sender that runs apart).
            api_url: Where the Bot API is.
            public_url: The https address of our public app; empty: poll.
            secret: The secret token of webhooks; empty: derived from the token.
            commands: The commands menu, by locale: (command without slash, description).

        Raises:
            SettingError: Token, address or secret cannot be right.
        """
        if not token or any(letter.isspace() or letter in "/?#%{}" for letter in token):
            msg = "TELEGRAM_TOKEN is not a token as @BotFather gives it"
            raise SettingError(msg)
        if not (api_url or API_URL).startswith(("https://", "http://")):
            msg = "TELEGRAM_API_URL must start with https:// (or http:// for a server of your own)"
            raise SettingError(msg)
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._secret = secret_for(token, secret)
        self._commands = commands or {}
        self._client = Client(token, api_url=api_url or API_URL)
        self._receiver = Receiver(gateway, clock) if gateway is not None else None
        self._task: asyncio.Task[None] | None = None
        self._begun: OrderedDict[bytes, tuple[int, list[str]]] = OrderedDict()

    def hear_groups(self, groups: Groups) -> None:
        """Let somebody hear what is written in groups; without it, groups are not heard."""
        if self._receiver is not None:
            self._receiver.groups = groups

    async def start(self) -> None:
        """Open the client and begin to receive. A service that cannot be reached is tried again in the background.

        Raises:
            SettingError: The service does not accept the token.
        """
        await self._client.open()
        if self._receiver is None:
            return
        try:
            async with asyncio.timeout(FIRST_TRY_S):
                await self._tell()
            wait = 0.0
        except InvalidToken:
            await self._client.close_all()
            raise SettingError(HELP["token_refused"]) from None
        except Exception as error:  # noqa: BLE001 - the other channels must come up even if this one cannot yet
            wait = pause_after(error, 0)
        self._task = asyncio.create_task(self._receive(self._receiver, wait))

    async def stop(self) -> None:
        """Stop receiving and close the client. What was not confirmed comes again and is known by its id."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self._client.close_all()

    async def send(self, address: str, message: Outgoing) -> Sent:
        """Send one message, in several where it is too long; buttons stand under the last.

        Tried again after it broke off in the middle, it goes on where it was.

        Raises:
            SendError: The service refuses or cannot be reached.
        """
        chat = _chat(address)
        markup = keyboard(message.buttons)
        parts = split(sendable(message.text))
        if not parts:
            raise SendError(code="text_empty", retryable=False)
        key = hashlib.sha256(repr((address, parts, message.buttons)).encode()).digest()
        ids = self._take_begun(key)
        try:
            for part in parts[len(ids) :]:
                last = len(ids) == len(parts) - 1
                sent = await self._client.send_message(
                    chat,
                    part,
                    reply_markup=markup if last else None,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
                ids.append(str(sent.message_id))
        except Exception as error:  # noqa: BLE001 - the library lets odd answers out as any error
            refused = refusal(error)
            if ids and refused.retryable:
                self._begun[key] = (self._clock.now(), ids)
            raise refused from None
        return Sent(tuple(ids))

    async def typing(self, address: str) -> None:
        """Show "typing …", for five seconds at most.

        Raises:
            SendError: The service refuses or cannot be reached.
        """
        try:
            await self._client.send_chat_action(_chat(address), ChatAction.TYPING)
        except Exception as error:  # noqa: BLE001 - as in ``send``
            raise refusal(error) from None

    async def delete(self, address: str, ids: Sequence[str]) -> int:
        """Delete messages, the contact's and ours; the service lets a bot do so for 48 hours.

        Returns:
            How many it took for deletion: it tells of no message that was gone before.

        Raises:
            SendError: It cannot be reached, or says to wait; call again with all ids.
        """
        chat = _chat(address)
        numbers = [int(one) for one in dict.fromkeys(ids) if one.isascii() and one.isdigit()]
        gone = 0
        try:
            for at in range(0, len(numbers), DELETED_AT_ONCE):
                gone += await self._delete_some(chat, numbers[at : at + DELETED_AT_ONCE])
        except Exception as error:  # noqa: BLE001 - as in ``send``
            raise refusal(error) from None
        return gone

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Handle one call of the service: check it, make it durable, answer.

        A pressed button is answered in the body of the answer, which saves a call.

        Raises:
            SignatureError: The secret token is missing or wrong.
            PayloadError: The update cannot be understood.
            UnavailableError: It could be kept nowhere, or this process only sends; the service calls again.
        """
        verify(request.headers, self._secret)
        if self._receiver is None:
            msg = "This process only sends."
            raise UnavailableError(msg)
        parsed = await self._receiver.take(decode(request.body))
        if not parsed.query:
            return WebhookAnswer()
        answer = {"method": "answerCallbackQuery", "callback_query_id": parsed.query}
        return WebhookAnswer(body=msgspec.json.encode(answer), content_type="application/json")

    async def _tell(self) -> None:
        await tell(self._client, public_url=self._public_url, secret=self._secret)

    async def _receive(self, receiver: Receiver, wait: float) -> None:
        """Poll where we have to; before, where the start failed, tell the service how to reach us until it knows.

        Args:
            receiver: Takes what comes.
            wait: Seconds until the next try; 0 where the service knows already.
        """
        failures = 0
        while wait:
            await asyncio.sleep(wait)
            failures += 1
            try:
                await self._tell()
                wait = 0.0
            except Exception as error:  # noqa: BLE001 - as in ``start``
                wait = pause_after(error, failures)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(offer(self._client, self._commands))
            if not self._public_url:
                tasks.create_task(Poller(self._client, receiver).run())

    async def _delete_some(self, chat: int, numbers: list[int]) -> int:
        """Delete at most 100. Where one of them spoils the call, each is tried by itself."""
        try:
            await self._client.delete_messages(chat, numbers)
        except BadRequest:
            gone = 0
            for number in numbers:
                with suppress(BadRequest):
                    await self._client.delete_message(chat, number)
                    gone += 1
            return gone
        return len(numbers)

    def _take_begun(self, key: bytes) -> list[str]:
        """Return the ids of the parts that went out when this message broke off, lately."""
        now = self._clock.now()
        while self._begun and (len(self._begun) > BEGUN or next(iter(self._begun.values()))[0] < now - BEGUN_MS):
            self._begun.popitem(last=False)
        return self._begun.pop(key, (0, []))[1]


def _chat(address: str) -> int:
    if not (address.isascii() and address.isdigit()):
        raise SendError(code="bad_address", retryable=False)
    return int(address)
