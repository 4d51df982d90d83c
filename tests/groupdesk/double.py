"""The double of Telegram's Bot API with forum groups, as the service documents them."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.channels.doubles.telegram import TelegramDouble
from tests.channels.doubles.telegram_parts import RefusalError, chat_of, number_of


class ForumDouble(TelegramDouble):
    def __init__(self) -> None:
        super().__init__()
        self.topics: dict[int, dict[str, Any]] = {}
        self._threads = itertools.count(500)
        self.posts: list[tuple[int, str, list[str]]] = []
        """(thread, text, data of the buttons), an edited one in its place."""
        self._where: dict[int, int] = {}

    def _do_createforumtopic(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = str(parameters.get("name", ""))
        if not 1 <= len(name) <= 128:
            raise RefusalError(400, "Bad Request: TOPIC_TITLE_INVALID")
        thread = next(self._threads)
        self.topics[thread] = {"name": name, "closed": False}
        return {"message_thread_id": thread, "name": name, "icon_color": 7322096}

    def _topic(self, parameters: dict[str, Any]) -> dict[str, Any]:
        found = self.topics.get(number_of(parameters.get("message_thread_id")))
        if found is None:
            raise RefusalError(400, "Bad Request: message thread not found")
        return found

    def _do_closeforumtopic(self, parameters: dict[str, Any]) -> bool:
        self._topic(parameters)["closed"] = True
        return True

    def _do_reopenforumtopic(self, parameters: dict[str, Any]) -> bool:
        self._topic(parameters)["closed"] = False
        return True

    def _do_deleteforumtopic(self, parameters: dict[str, Any]) -> bool:
        self._topic(parameters)
        del self.topics[number_of(parameters["message_thread_id"])]
        return True

    def _do_sendmessage(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters.get("message_thread_id"):
            self._topic(parameters)
        made = super()._do_sendmessage(parameters)
        made["chat"] = {"id": chat_of(parameters), "type": "supergroup", "title": "Desk", "is_forum": True}
        self._where[made["message_id"]] = len(self.posts)
        thread = number_of(parameters.get("message_thread_id"))
        self.posts.append((thread, self.sent[-1].text, [key.data for key in self.sent[-1].buttons]))
        return made

    def _do_editmessagetext(self, parameters: dict[str, Any]) -> dict[str, Any]:
        found = next((one for one in self.sent if one.id == number_of(parameters.get("message_id"))), None)
        if found is None:
            raise RefusalError(400, "Bad Request: message to edit not found")
        super()._do_editmessagereplymarkup(parameters)
        found.text = str(parameters["text"])
        place = self._where[found.id]
        self.posts[place] = (self.posts[place][0], found.text, [key.data for key in found.buttons])
        return {"message_id": found.id, "date": int(time.time()), "chat": {"id": found.chat, "type": "supergroup"}}

    def in_topic(self, thread: int) -> list[str]:
        return [text for where, text, _ in self.posts if where == thread]


UPDATES = itertools.count(9001)


def said(chat: int, thread: int, person: int, text: str, *, edited: bool = False, number: int = 0) -> dict[str, Any]:
    message = {
        "message_id": next(UPDATES),
        "date": int(time.time()),
        "chat": {"id": chat, "type": "supergroup", "title": "Desk", "is_forum": True},
        "from": {"id": person, "is_bot": False, "first_name": "Somebody"},
        "message_thread_id": thread,
        **({"text": text} if text else {"sticker": {}}),
    }
    return {"update_id": number or next(UPDATES), "edited_message" if edited else "message": message}


def pressed(chat: int, thread: int, person: int, data: str) -> dict[str, Any]:
    message = said(chat, thread, 1, "…")["message"]
    person_ = {"id": person, "is_bot": False, "first_name": "Somebody"}
    return {
        "update_id": next(UPDATES),
        "callback_query": {"id": "q", "from": person_, "message": message, "data": data},
    }
