"""A local double of Telegram's Bot API, on loopback and a free port, in the loop of the test.

    async with TelegramDouble() as double:
        channel = TelegramChannel(double.token, api_url=double.url, …)
        double.write(4711, "hello")                  # the contact writes
        message = await double.wait_sent()           # what we answered
        double.press(4711, message.buttons[0].data)  # the contact presses a button

It checks the documented limits itself and answers 400 as the service does. ``fail`` makes it misbehave.
Where a webhook is set, ``deliver`` calls it with one update; ``webhook_base`` says where the public address really is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.channels.doubles.telegram_parts import (
    BOT,
    Fault,
    Key,
    RefusalError,
    SentMessage,
    Updates,
    chat_of,
    number_of,
    parameters_of,
    refused,
    rows_of,
    shown,
)

__all__ = ["TOKEN", "Fault", "Key", "SentMessage", "TelegramDouble", "Updates"]

TOKEN = "4242:double-token-of-the-tests"


class TelegramDouble:
    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.url = ""
        self.updates = Updates()
        self.sent: list[SentMessage] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Fault] = []
        self.webhook: dict[str, Any] = {}
        self.webhook_base = ""
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.contacts_messages: dict[int, set[int]] = defaultdict(set)
        self.files: dict[str, bytes] = {}
        """What contacts sent, by the path at which it can be fetched; its id is the path without its last part."""
        self.polling = 0
        self._message_ids = itertools.count(1)
        self._news = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    # -- life ------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what the contact does -------------------------------------------------------------------------------

    def message(self, chat: int, text: str = "", *, language: str = "en", **more: Any) -> dict[str, Any]:
        """Return a message of a private chat, as the service would make it."""
        number = next(self._message_ids)
        self.contacts_messages[chat].add(number)
        made: dict[str, Any] = {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
            "from": {"id": chat, "is_bot": False, "first_name": "Somebody", "language_code": language},
        }
        return made | ({"text": text} if text else {}) | more

    def write(self, chat: int, text: str, *, language: str = "en", **more: Any) -> int:
        """The contact writes; return the update's id."""
        return self.updates.put({"message": self.message(chat, text, language=language, **more)})

    def press(self, chat: int, data: str, *, language: str = "en") -> int:
        """The contact presses a button; return the update's id."""
        return self.updates.put({"callback_query": self.query(chat, data, language=language)})

    def query(self, chat: int, data: str, *, language: str = "en") -> dict[str, Any]:
        last = next((one for one in reversed(self.sent) if one.chat == chat), None)
        return {
            "id": f"query-{next(self._message_ids)}",
            "from": {"id": chat, "is_bot": False, "first_name": "Somebody", "language_code": language},
            "message": {
                "message_id": last.id if last else 1,
                "date": int(time.time()),
                "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
                "text": last.text if last else "…",
            },
            "chat_instance": "1",
            "data": data,
        }

    def block(self, chat: int) -> int:
        """The contact blocks the bot: it is told, and every send is refused from now on."""
        self.fail(chat=chat, status=403, description="Forbidden: bot was blocked by the user")
        person = {"id": chat, "is_bot": False, "first_name": "Somebody"}
        change = {
            "chat": {"id": chat, "type": "private", "first_name": "Somebody"},
            "from": person,
            "date": int(time.time()),
            "old_chat_member": {"user": BOT, "status": "member"},
            "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
        }
        return self.updates.put({"my_chat_member": change})

    def unblock(self, chat: int) -> None:
        """The contact lets the bot write again."""
        self.faults = [fault for fault in self.faults if (fault.chat, fault.status) != (chat, 403)]

    async def deliver(self, number: int, *, secret: str | None = None) -> int:
        """Call the webhook with one waiting update; confirm it and carry out the answer when that is 200."""
        url = self.webhook["url"]
        if self.webhook_base:
            url = self.webhook_base + "/" + url.split("/", 3)[3]
        given = self.webhook.get("secret_token", "") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": given} if given else {}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=self.updates.waiting[number], headers=headers) as response,
        ):
            body = await response.read()
            if response.status == 200:
                self.updates.confirmed.append(number)
                del self.updates.waiting[number]
                if body and response.content_type == "application/json":
                    answer = json.loads(body)
                    await self.call(answer.pop("method"), answer)
            return response.status

    # -- how it misbehaves -----------------------------------------------------------------------------------

    def fail(self, **fault: Any) -> Fault:
        """Misbehave from now on (see ``Fault``); take it out of ``faults`` to end it."""
        made = Fault(**fault)
        self.faults.append(made)
        return made

    def flood(self, chat: int, retry_after: int, times: int | None = 1) -> Fault:
        return self.fail(chat=chat, status=429, description="Too Many Requests", retry_after=retry_after, times=times)

    # -- what tests look at ----------------------------------------------------------------------------------

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all calls of a method."""
        return [parameters for name, parameters in self.calls if name.lower() == method.lower()]

    def seen(self, chat: int) -> list[SentMessage]:
        """Return what a contact sees of us."""
        return [one for one in self.sent if one.chat == chat and not one.deleted]

    async def wait_sent(self, count: int = 1, *, chat: int = 0, timeout_s: float = 5.0) -> SentMessage:
        """Return the message with that number (from 1), of one chat or of all, when it was sent."""
        await self.wait_for(lambda: len(self._of(chat)) >= count, timeout_s)
        return self._of(chat)[count - 1]

    async def wait_called(self, method: str, count: int = 1, *, timeout_s: float = 5.0) -> dict[str, Any]:
        await self.wait_for(lambda: len(self.called(method)) >= count, timeout_s)
        return self.called(method)[count - 1]

    async def wait_for(self, true: Any, timeout_s: float = 5.0) -> None:
        """Return when something is true; looked at after each call."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(true)

    def _of(self, chat: int) -> list[SentMessage]:
        return [one for one in self.sent if chat in {0, one.chat}]

    # -- the service -----------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return refused(RefusalError(401, "Unauthorized"))
        parameters = await parameters_of(request)
        chat = number_of(parameters.get("chat_id"))
        fault = next((one for one in self.faults if one.fits(method, chat)), None)
        if fault is None:
            return await self._carried_out(method, parameters)
        if fault.times is not None:
            fault.times -= 1
        if fault.after:
            await self._carried_out(method, parameters)
        else:
            await self._note(method, parameters)
        await asyncio.sleep(fault.delay_s)
        if fault.body is not None:
            return web.Response(body=fault.body, status=fault.status, content_type="application/json")
        if fault.status == 200:
            return await self._carried_out(method, parameters)
        more = {"retry_after": fault.retry_after} if fault.retry_after else {}
        return refused(RefusalError(fault.status, fault.description, **more))

    async def _file(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return refused(RefusalError(401, "Unauthorized"))
        found = self.files.get(request.match_info["path"])
        fault = next((one for one in self.faults if one.fits("file", 0)), None)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            return refused(RefusalError(fault.status, fault.description))
        return refused(RefusalError(404, "Not Found")) if found is None else web.Response(body=found)

    async def _carried_out(self, method: str, parameters: dict[str, Any]) -> web.Response:
        try:
            result = await self.call(method, parameters)
        except RefusalError as refusal:
            return refused(refusal)
        return web.json_response({"ok": True, "result": result})

    async def call(self, method: str, parameters: dict[str, Any]) -> Any:
        """Carry out one call. Raises RefusalError."""
        do = getattr(self, f"_do_{method.lower()}", None)
        if do is None:
            raise RefusalError(404, "Not Found: method not found")
        await self._note(method, parameters)
        result = do(parameters)
        result = await result if asyncio.iscoroutine(result) else result
        await self._tell()
        return result

    async def _note(self, method: str, parameters: dict[str, Any]) -> None:
        self.calls.append((method, parameters))
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _do_getme(self, _: dict[str, Any]) -> dict[str, Any]:
        return BOT

    def _do_setwebhook(self, parameters: dict[str, Any]) -> bool:
        if not str(parameters.get("url", "")).startswith("https://"):
            raise RefusalError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = parameters
        return True

    def _do_deletewebhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    async def _do_getupdates(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise RefusalError(409, "Conflict: can't use getUpdates method while webhook is active")
        if self.polling:
            raise RefusalError(409, "Conflict: terminated by other getUpdates request; only one bot instance may run")
        self.updates.confirm(number_of(parameters.get("offset")))
        await self._tell()
        self.polling += 1
        try:
            self.updates.changed.clear()
            if not self.updates.waiting:
                async with asyncio.timeout(number_of(parameters.get("timeout")) or 0.001):
                    await self.updates.changed.wait()
        except TimeoutError:
            pass
        finally:
            self.polling -= 1
        limit = number_of(parameters.get("limit")) or 100
        return [self.updates.waiting[number] for number in sorted(self.updates.waiting)][:limit]

    def _do_sendmessage(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat, text = chat_of(parameters), str(parameters.get("text", ""))
        if not text.strip():
            raise RefusalError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise RefusalError(400, "Bad Request: message is too long")
        rows = rows_of(parameters.get("reply_markup"))
        sent = SentMessage(chat, next(self._message_ids), text, rows, at=time.monotonic())
        self.sent.append(sent)
        return shown(sent)

    def _do_editmessagereplymarkup(self, parameters: dict[str, Any]) -> dict[str, Any]:
        chat, number = chat_of(parameters), number_of(parameters.get("message_id"))
        found = next((one for one in self.seen(chat) if one.id == number), None)
        if found is None:
            raise RefusalError(400, "Bad Request: message to edit not found")
        found.rows = rows_of(parameters.get("reply_markup"))
        return shown(found)

    def _do_answercallbackquery(self, parameters: dict[str, Any]) -> bool:
        if not parameters.get("callback_query_id"):
            raise RefusalError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def _do_sendchataction(self, parameters: dict[str, Any]) -> bool:
        chat_of(parameters)
        return True

    def _do_deletemessage(self, parameters: dict[str, Any]) -> bool:
        if not self._delete(chat_of(parameters), number_of(parameters.get("message_id"))):
            raise RefusalError(400, "Bad Request: message to delete not found")
        return True

    def _do_deletemessages(self, parameters: dict[str, Any]) -> bool:
        chat, numbers = chat_of(parameters), json.loads(parameters.get("message_ids") or "[]")
        if not 1 <= len(numbers) <= 100:
            raise RefusalError(400, "Bad Request: message identifiers are not specified")
        for number in numbers:
            self._delete(chat, number)
        return True

    def _delete(self, chat: int, number: int) -> bool:
        for one in self.seen(chat):
            if one.id == number:
                one.deleted = True
                return True
        if number in self.contacts_messages[chat]:
            self.contacts_messages[chat].discard(number)
            return True
        return False

    def _do_getfile(self, parameters: dict[str, Any]) -> dict[str, Any]:
        id_ = str(parameters.get("file_id", ""))
        path = next((one for one in self.files if one.rpartition("/")[0] == id_), None)
        if path is None:
            raise RefusalError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[path]) > 20_000_000:
            raise RefusalError(400, "Bad Request: file is too big")
        return {"file_id": id_, "file_unique_id": "u", "file_size": len(self.files[path]), "file_path": path}

    def _do_setmycommands(self, parameters: dict[str, Any]) -> bool:
        language = str(parameters.get("language_code", ""))
        commands = json.loads(parameters["commands"])
        if language and len(language) != 2:
            raise RefusalError(400, "Bad Request: invalid language code specified")
        for command in commands:
            name = command["command"]
            if not (1 <= len(name) <= 32 and name == name.lower() and name.replace("_", "").isalnum()):
                raise RefusalError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise RefusalError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[language] = commands
        return True

    def _do_setchatmenubutton(self, _: dict[str, Any]) -> bool:
        return True
