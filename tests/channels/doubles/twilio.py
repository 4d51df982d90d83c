"""A local double of Twilio: its Messages, Content and typing APIs on a free port of the loopback, and its webhooks.

It keeps the documented limits and refuses what Twilio would refuse, so that a test which passes here says something.

    async with TwilioDouble() as double:
        channel = WhatsAppChannel(double.account_sid, double.auth_token, double.sender, api_url=double.url, …)
        …
        assert double.sent[-1].text == "…"
        await double.deliver(url, double.incoming("Hello"))          # the contact writes
        await double.deliver(url, double.press(double.sent[-1], "Menu"))   # … presses a button
        await double.report(double.sent[-1], "delivered", at=url)    # … and the service reports
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "auth-token-of-the-double"
SENDER = "whatsapp:+3225550100"
CONTACT = "whatsapp:+32470000001"


@dataclass(frozen=True)
class SentMessage:
    """One message that Twilio took, as the contact sees it."""

    sid: str
    to: str
    text: str
    kind: str
    """``text``, ``quick-reply``, ``list-picker`` or ``template``."""
    choices: tuple[tuple[str, str], ...]
    """Payload and label of each button or row."""
    form: dict[str, str]
    """What was posted."""


@dataclass
class Refusal:
    status: int
    code: int = 0
    times: int = 1
    to: str = ""
    retry_after: str = ""
    body: str | None = None
    delay_s: float = 0.0
    skip: int = 0
    """How many calls are let through before."""


@dataclass
class TwilioDouble:
    account_sid: str = ACCOUNT
    auth_token: str = TOKEN
    sender: str = SENDER
    sent: list[SentMessage] = field(default_factory=list)
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """ContentSid → what was created."""
    typing: list[str] = field(default_factory=list)
    """The messages for which the typing sign was shown."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each call."""
    templates: dict[str, str] = field(default_factory=dict)
    """ContentSid → text of approved templates."""
    closed: set[str] = field(default_factory=set)
    """Addresses whose 24 hours are over: only templates reach them."""
    media: dict[str, bytes | str] = field(default_factory=dict)
    """Sid of a medium → what it is, or the address that Twilio sends on to."""
    url: str = ""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._refusals: dict[str, list[Refusal]] = {
            "messages": [],
            "content": [],
            "list": [],
            "typing": [],
            "media": [],
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._messages)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages/{message}/Media/{medium}", self._medium)
        app.router.add_delete("/2010-04-01/Accounts/{account}/Messages/{message}/Media/{medium}", self._delete)
        app.router.add_post("/v1/Content", self._create)
        app.router.add_get("/v1/Content", self._list)
        app.router.add_post("/v2/Indicators/Typing.json", self._typing)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    # What a test tells it to do

    def refuse(self, status: int, code: int = 0, *, where: str = "messages", times: int = 1, **more: Any) -> None:
        """Refuse the next calls: ``where`` is messages, content, list or typing; ``to`` one contact alone."""
        self._refusals[where].append(Refusal(status, code, times, **more))

    def approve(self, text: str) -> str:
        """Make an approved template; returns its ContentSid."""
        sid = self._sid("HX")
        self.templates[sid] = text
        return sid

    # The webhooks

    def sign(self, url: str, params: dict[str, str], token: str = "") -> str:
        """Return the signature of a form posted to an address."""
        return str(RequestValidator(token or self.auth_token).compute_signature(url, params))

    def incoming(self, body: str = "", *, from_: str = CONTACT, **more: str) -> dict[str, str]:
        """Return the form of a new message; ``more`` replaces or adds fields."""
        sid = self._sid("SM")
        form = {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ProfileName": "Somebody",
            "MessageType": "text",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "To": self.sender,
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": from_,
            "ApiVersion": "2010-04-01",
        }
        if from_.startswith("whatsapp:+"):
            form["WaId"] = from_.removeprefix("whatsapp:+")
        return form | more

    def press(self, message: SentMessage, label: str) -> dict[str, str]:
        """Return the form of the contact's choice of a button or row of a message."""
        payload = next(p for p, shown in message.choices if shown == label)
        if message.kind == "list-picker":
            chosen = {"MessageType": "interactive", "ListId": payload, "ListTitle": label}
        else:
            chosen = {"MessageType": "button", "ButtonPayload": payload, "ButtonText": label}
        return self.incoming(label, from_=message.to, OriginalRepliedMessageSid=message.sid, **chosen)

    async def deliver(self, url: str, form: dict[str, str], *, public: str = "") -> int:
        """Post a signed form and return the status; ``public`` is the address as Twilio knows it, behind a proxy."""
        headers = {
            "X-Twilio-Signature": self.sign(public or url, form),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        async with self._session.post(url, data=urlencode(form), headers=headers) as answer:
            await answer.read()
            return answer.status

    async def report(self, message: SentMessage, status: str, *, code: int = 0, at: str = "") -> int:
        """Call the status callback of a message; ``at`` is where the public address is to be found here."""
        public = message.form["StatusCallback"]
        form = {
            "SmsSid": message.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "ChannelToAddress": message.to,
            "To": message.to,
            "ChannelPrefix": "whatsapp",
            "MessageSid": message.sid,
            "AccountSid": self.account_sid,
            "From": self.sender,
            "ApiVersion": "2010-04-01",
        }
        if code:
            form["ErrorCode"] = str(code)
        return await self.deliver(at or public, form, public=public)

    # The APIs

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):032x}"

    async def _first(self, request: web.Request, where: str, to: str = "") -> web.Response | None:
        """Return the refusal that stands before everything else: no rights, or what a test told."""
        self.calls.append((request.method, request.path))
        right = "Basic " + base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") != right:
            return refused(401, 20003, "Authenticate")
        for refusal in self._refusals[where]:
            if refusal.to and refusal.to != to:
                continue
            if refusal.skip:
                refusal.skip -= 1
                continue
            refusal.times -= 1
            if not refusal.times:
                self._refusals[where].remove(refusal)
            await asyncio.sleep(refusal.delay_s)
            if refusal.body is not None:
                return web.Response(text=refusal.body, status=refusal.status, content_type="application/json")
            headers = {"Retry-After": refusal.retry_after} if refusal.retry_after else {}
            # Twilio repeats what it refuses; whoever logs that logs the contact.
            return refused(refusal.status, refusal.code, f"Refused to send to {to}", headers)
        return None

    async def _messages(self, request: web.Request) -> web.Response:
        form = {k: str(v) for k, v in (await request.post()).items()}
        to = form.get("To", "")
        first = await self._first(request, "messages", to)
        if first is not None:
            return first
        if request.match_info["account"] != self.account_sid or form.get("From") != self.sender:
            return refused(400, 21606, "The From address is not ours")
        if not to.startswith("whatsapp:"):
            return refused(400, 21211, "Invalid To")
        found = self._what(form)
        if isinstance(found, web.Response):
            return found
        kind, text, choices = found
        if to in self.closed and kind != "template":
            return refused(400, 63016, "Outside the allowed window")
        message = SentMessage(self._sid("SM"), to, text, kind, choices, form)
        self.sent.append(message)
        body = {
            "sid": message.sid,
            "account_sid": self.account_sid,
            "status": "queued",
            "to": to,
            "from": self.sender,
            "body": text,
            "num_segments": "1",
            "num_media": "0",
            "direction": "outbound-api",
            "date_created": "Tue, 03 Mar 2026 10:00:00 +0000",
            "error_code": None,
        }
        return web.json_response(body, status=201)

    def _what(self, form: dict[str, str]) -> tuple[str, str, tuple[tuple[str, str], ...]] | web.Response:
        content = form.get("ContentSid", "")
        if content in self.templates:
            return "template", self.templates[content], ()
        if content:
            made = self.contents.get(content)
            if made is None:
                return refused(400, 21655, "The ContentSid is invalid")
            [(kind, what)] = made["types"].items()
            rows = what["actions"] if kind == "twilio/quick-reply" else what["items"]
            choices = tuple((row["id"], row.get("title", row.get("item"))) for row in rows)
            return kind.removeprefix("twilio/"), what["body"], choices
        body = form.get("Body", "")
        if not body.strip():
            return refused(400, 21602, "Message body is required")
        if len(body.encode("utf-16-le")) // 2 > 1600:
            return refused(400, 21617, "The body exceeds the 1600 character limit")
        return "text", body, ()

    async def _create(self, request: web.Request) -> web.Response:
        first = await self._first(request, "content")
        if first is not None:
            return first
        try:
            asked = json.loads(await request.text())
            wrong = faults(asked)
        except (ValueError, KeyError, TypeError, AttributeError):
            wrong = "not a content"
        if request.content_type != "application/json" or wrong:
            return refused(400, 20422, f"Invalid Parameter: {wrong}")
        sid = self._sid("HX")
        self.contents[sid] = asked
        return web.json_response({"sid": sid, "account_sid": self.account_sid, **asked}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        first = await self._first(request, "list")
        if first is not None:
            return first
        size, page = int(request.query.get("PageSize", "50")), int(request.query.get("Page", "0"))
        all_of_them = [{"sid": sid, **made} for sid, made in self.contents.items()]
        more = len(all_of_them) > (page + 1) * size
        following = f"{self.url}/v1/Content?PageSize={size}&Page={page + 1}" if more else None
        return web.json_response(
            {
                "meta": {"key": "contents", "page": page, "page_size": size, "next_page_url": following},
                "contents": all_of_them[page * size : (page + 1) * size],
            }
        )

    def attach(self, what: bytes | str) -> str:
        """Keep a medium of a contact; returns its address, as the webhook names it."""
        sid = self._sid("ME")
        self.media[sid] = what
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Messages/{self._sid('MM')}/Media/{sid}"

    async def _medium(self, request: web.Request) -> web.Response:
        first = await self._first(request, "media")
        if first is not None:
            return first
        found = self.media.get(request.match_info["medium"])
        if isinstance(found, str):
            return web.Response(status=307, headers={"Location": found})
        return refused(404, 20404, "Not found") if found is None else web.Response(body=found)

    async def _delete(self, request: web.Request) -> web.Response:
        first = await self._first(request, "media")
        if first is not None:
            return first
        return web.Response(status=204 if self.media.pop(request.match_info["medium"], None) is not None else 404)

    async def _typing(self, request: web.Request) -> web.Response:
        form = await request.post()
        first = await self._first(request, "typing")
        if first is not None:
            return first
        if form.get("channel") != "whatsapp" or not str(form.get("messageId", "")).startswith(("SM", "MM")):
            return refused(400, 20001, "Bad Request")
        self.typing.append(str(form["messageId"]))
        return web.json_response({"success": True})


def refused(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(
        {"code": code, "message": message, "more_info": "", "status": status}, status=status, headers=headers
    )


def faults(asked: dict[str, Any]) -> str:
    """Return what Twilio or WhatsApp would refuse in a content within the 24 hours, or an empty text."""
    [(kind, what)] = asked["types"].items()
    if kind == "twilio/quick-reply":
        rows, most, longest = [(a["id"], a["title"]) for a in what["actions"]], 3, 20
        shape = all(a["type"] == "QUICK_REPLY" for a in what["actions"])
    else:
        rows, most, longest = [(i["id"], i["item"]) for i in what["items"]], 10, 24
        shape = kind == "twilio/list-picker" and 0 < len(what["button"]) <= 20
    rules = {
        "friendly_name": bool(asked["friendly_name"]),
        "language": bool(asked["language"]) and "_" not in asked["language"],
        "body": 0 < len(what["body"]) <= 1024,
        "types": shape,
        "count": 0 < len(rows) <= most,
        "id": all(0 < len(payload) <= 200 for payload, _ in rows),
        "label": all(0 < len(label) <= longest for _, label in rows),
        "not unique": len({p for p, _ in rows}) == len({label for _, label in rows}) == len(rows),
    }
    return ", ".join(name for name, kept in rules.items() if not kept)
