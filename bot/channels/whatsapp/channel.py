"""The WhatsApp channel: sends through Twilio's official client, and takes Twilio's two webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from twilio.rest import Client

from bot.channels.whatsapp import codes, payloads
from bot.channels.whatsapp.client import Transport, open_client, refusals
from bot.channels.whatsapp.contents import MAX_CONTENT, Content, Contents, labels, presentable
from bot.channels.whatsapp.remembered import Remembered
from bot.channels.whatsapp.text import numbered, split
from bot.channels.whatsapp.verify import Verifier
from bot.errors import SendError
from bot.ports.basics import Clock
from bot.ports.channels import Gateway, Outgoing, Sent
from bot.ports.webhooks import WebhookAnswer, WebhookRequest

WINDOW_MS: Final = 24 * 3600 * 1000 - 60_000
"""WhatsApp takes free messages for 24 hours after the contact wrote, which was a little before it came to us."""
STATUS_PATH: Final = "/webhooks/whatsapp/status"
INVITED: Final = "invited"
TWIML: Final = WebhookAnswer(body=b"<Response/>", content_type="text/xml")
NOTED: Final = WebhookAnswer()


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000


class WhatsAppChannel:
    """One WhatsApp sender at Twilio."""

    name = payloads.NAME
    rate = 10.0
    """Messages a second: what Twilio passes on for a sender by default. More would wait in Twilio's queue, where an
    urgent message could no longer overtake."""
    rate_per_contact = 1.0
    """WhatsApp promises no order; a second between two messages keeps them in theirs."""

    def __init__(  # noqa: PLR0913 - the settings of one service
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        *,
        gateway: Gateway,
        api_url: str = "",
        public_url: str = "",
        invite_template: str = "",
        list_labels: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take the settings; ``start`` opens the client.

        Args:
            account_sid: The Twilio account.
            auth_token: Its secret, which also signs the webhooks.
            sender: Our number (``+32…``), with or without ``whatsapp:``.
            gateway: Where messages are handed in.
            api_url: Another server in Twilio's place.
            public_url: The https address under which Twilio reaches us; empty: no delivery status.
            invite_template: ContentSid of the approved template that invites a contact to write.
            list_labels: Locale → the word on the button that opens a list, at most 20 characters.
            clock: For tests.
        """
        self._account = (account_sid, auth_token, api_url)
        self._sender = payloads.PREFIX + sender.removeprefix(payloads.PREFIX)
        self._gateway = gateway
        self._template = invite_template
        self._list_labels = dict(list_labels or {})
        self._clock = clock or SystemClock()
        self._verifier = Verifier(auth_token)
        self._opened: tuple[Client, Transport, Contents] | None = None
        self._background: set[asyncio.Task[str]] = set()
        self._wrote: Remembered[str] = Remembered()
        """The id of the last message of a contact, for the typing sign."""
        self._invited: Remembered[int] = Remembered()
        """When the contact had last written as the invitation went out: one for each silence."""
        self._begun: Remembered[tuple[bytes, tuple[str, ...]]] = Remembered()
        """The hash of a message that failed in the middle, and the ids of the parts that were taken."""
        self._always: dict[str, Any] = {
            "from_": self._sender,
            "content_retention": "discard",
            "address_retention": "obfuscate",
        }
        if public_url:
            self._always["status_callback"] = public_url.rstrip("/") + STATUS_PATH

    async def start(self) -> None:
        """Open the client. Twilio calls us: there is nothing to poll."""
        client, transport = open_client(*self._account)
        self._opened = client, transport, Contents(client)

    async def stop(self) -> None:
        """Close the client."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._opened:
            await self._opened[1].close()
            self._opened = None

    def _open(self) -> tuple[Client, Contents]:
        if self._opened is None:
            msg = "The WhatsApp channel was not started."
            raise RuntimeError(msg)
        return self._opened[0], self._opened[2]

    async def send(self, address: str, message: Outgoing) -> Sent:
        """Send one message, or the invitation to write where the 24 hours are over (``note="invited"``).

        Of a message in several parts that failed in the middle, the next try of this process sends the rest.

        Raises:
            SendError: Twilio or WhatsApp refuses; ``window_closed`` where the hours are over and no template is set.
        """
        if message.last_at and self._clock.now() - message.last_at >= WINDOW_MS:
            return await self._invite(address, message.last_at)
        try:
            return Sent(tuple(filter(None, await self._deliver(address, message))))
        except SendError as error:
            if error.code != codes.WINDOW_CLOSED or not self._template:
                raise
        return await self._invite(address, message.last_at)

    async def _invite(self, address: str, last_at: int) -> Sent:
        if not self._template:
            raise SendError(codes.WINDOW_CLOSED, retryable=False)
        if self._invited.get(address) == last_at:
            return Sent(note=INVITED)
        sid = await self._create(address, content_sid=self._template)
        self._invited.put(address, last_at)
        return Sent((sid,), note=INVITED)

    async def _deliver(self, address: str, message: Outgoing) -> list[str]:
        parts, content = await self._parts(message)
        digest = hashlib.sha256(repr((message.last_at, parts)).encode("utf-8", "replace")).digest()
        begun, done = self._begun.pop(address) or (b"", ())
        ids = list(done) if begun == digest else []
        try:
            await self._send_parts(address, parts, ids)
        except SendError as error:
            ours = error.retryable or error.code in codes.SETTLED or len(ids) < len(parts) - 1
            if content is None or ours:
                self._begun.put(address, (digest, tuple(ids)))
                raise
            self._open()[1].forget(content)
            listed = numbered(content.text, [b.label for b in content.buttons])
            await self._send_parts(address, [*parts[:-1], *({"body": body} for body in listed)], ids)
        return ids

    async def _parts(self, message: Outgoing) -> tuple[list[dict[str, str]], Content | None]:
        """Return what is to be sent, in order, and the content that stands last where there is one."""
        pieces = split(message.text)
        if not pieces and not message.buttons:
            raise SendError(codes.EMPTY, retryable=False)
        if pieces and message.who == "bot" and presentable(message.buttons):
            *before, last = [*pieces[:-1], *split(pieces[-1], MAX_CONTENT)]
            content = Content(last, message.buttons, message.locale, labels(self._list_labels, message.locale))
            sid = await self._content(content, urgent=message.urgent)
            if sid:
                return [*({"body": body} for body in before), {"content_sid": sid}], content
        return [{"body": body} for body in numbered(message.text, [b.label for b in message.buttons])], None

    async def _send_parts(self, address: str, parts: Sequence[dict[str, str]], ids: list[str]) -> None:
        """Send the parts that have no id yet; each adds its own to ``ids``, also where a later one fails."""
        for part in parts[len(ids) :]:
            if ids:
                await asyncio.sleep(1 / self.rate_per_contact)
            ids.append(await self._create(address, **part))

    async def _content(self, content: Content, *, urgent: bool) -> str:
        """Return the id of a content; an urgent message never waits for one, it goes as numbered text."""
        contents = self._open()[1]
        known = contents.known(content)
        if known or not urgent:
            return known or await contents.make(content)
        task = asyncio.create_task(contents.make(content))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return ""

    async def _create(self, address: str, **what: str) -> str:
        client = self._open()[0]
        with refusals():
            made = await client.messages.create_async(to=address, **self._always, **what)
            return str(made.sid or "")

    async def typing(self, address: str) -> None:
        """Show that an answer is coming, where the contact's last message came to this process.

        WhatsApp marks that message as read by the same call.

        Raises:
            SendError: Twilio refuses.
        """
        sid = self._wrote.get(address)
        if sid:
            with refusals():
                await self._open()[0].messaging.v2.typing_indicator.create_async("whatsapp", sid)

    async def delete(self, address: str, ids: Sequence[str]) -> int:  # noqa: ARG002 - the port's
        """Delete nothing: WhatsApp does not let a business take a message off a phone."""
        return 0

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take one message of a contact; the same again has no second effect.

        Raises:
            SignatureError: It was not Twilio, or not meant for this address.
            PayloadError: It is no message.
            UnavailableError: It could be kept nowhere.
        """
        incoming = payloads.incoming(self._verifier.fields(request), at=self._clock.now())
        await self._gateway.accept(incoming)
        self._wrote.put(incoming.address, incoming.event.id.removeprefix("wa-"))
        return TWIML

    async def status_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Note how far one of our messages has come, and whether the contact blocked us.

        Raises:
            SignatureError: It was not Twilio, or not meant for this address.
            PayloadError: It is no status.
            UnavailableError: It could not be noted.
        """
        status = payloads.status(self._verifier.fields(request))
        if status is not None:
            await self._gateway.delivered(status)
            if status.code == codes.BLOCKED and status.address:
                await self._gateway.blocked(self.name, status.address, id=f"wa-blocked-{status.message}")
        return NOTED
