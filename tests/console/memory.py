"""The console's ports in memory, for tests alone. The rules are the core's own table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec

from bot.core.escalation import TRANSITIONS, Escalation, change, exclude, open_escalation, rank
from bot.core.understood import Level
from bot.errors import NotAllowedError, UnavailableError
from bot.ports.desk import Action, Case, Delivery, Entry, Phrase, QueueRow

WAITED = 180_000


def now() -> int:
    return int(time.time() * 1000)


class MemoryVault:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.ttl: dict[str, int] = {}
        self.away = False

    async def get(self, key: str) -> bytes | None:
        if self.away:
            raise UnavailableError
        return self.kept.get(key)

    async def put(self, key: str, value: bytes, *, ttl_s: int = 0) -> None:
        self.kept[key], self.ttl[key] = value, ttl_s

    async def swap(self, key: str, expected: bytes | None, value: bytes) -> bool:
        if self.kept.get(key) != expected:
            return False
        self.kept[key] = value
        return True

    async def delete(self, key: str) -> bool:
        return self.kept.pop(key, None) is not None


class MemoryEscalations:
    def __init__(self) -> None:
        self.cases: dict[str, Escalation] = {}
        self.logs: dict[str, list[Entry]] = {}
        self.reasons: list[str] = []
        self.keys: dict[str, str] = {}
        self.away = False
        self._listeners: set[asyncio.Queue[str]] = set()

    async def open(self, id: str, level: Level, pseudonym: str, *entries: Entry, **more) -> None:
        facts = {
            "locale": "ar",
            "country": "GR",
            "channel": "whatsapp",
            "topic": "danger",
            "at": now() - WAITED,
        }
        facts.update({k: v for k, v in more.items() if k != "excluded"})
        case = open_escalation(id=id, ref="r", partition=0, level=level, pseudonym=pseudonym, **facts)
        self.cases[id] = msgspec.structs.replace(case, excluded=more.get("excluded", ()))
        self.logs[id] = list(entries)
        self.tell(id)

    def tell(self, id: str) -> None:
        for listener in self._listeners:
            listener.put_nowait(id)

    async def write(self, id: str, text: str) -> None:
        self.logs[id].append(Entry(at=now(), who="contact", text=text))
        self.tell(id)

    async def deliver(self, id: str, status: Delivery) -> None:
        self.logs[id] = [msgspec.structs.replace(one, status=status) if one.reply_id else one for one in self.logs[id]]
        self.tell(id)

    def _row(self, case: Escalation) -> QueueRow:
        return QueueRow(
            id=case.id, pseudonym=case.pseudonym, level=case.level, topic=case.topic, country=case.country,
            locale=case.locale, channel=case.channel, state=case.state, owner=case.assignee,
            at=case.opened_at,
            waiting_ms=now() - case.opened_at if case.state in {"waiting", "assigned"} else 0,
            overdue=case.state == "waiting" and case.due_at < now(),
            announced=case.announced,
        )  # fmt: skip

    def _check(self) -> None:
        if self.away:
            raise UnavailableError

    async def queue(self, caseworker: str) -> list[QueueRow]:
        self._check()
        seen = [c for c in self.cases.values() if caseworker not in c.excluded and c.state != "resolved"]
        return [self._row(case) for case in sorted(seen, key=rank)]

    async def get(self, id: str, caseworker: str) -> Case | None:
        self._check()
        case = self.cases.get(id)
        if case is None or caseworker in case.excluded:
            return None
        verbs = {verb for state, verb in TRANSITIONS if state == case.state}
        own = case.assignee == caseworker
        actions: list[Action] = []
        for action, verb in (
            ("claim", "claim"), ("reply", "reply"), ("hand_back", "snooze"), ("release", "release"),
            ("transfer", "transfer"), ("resolve", "resolve"),
        ):  # fmt: skip
            if verb in verbs and (own or verb in {"claim", "resolve"}):
                actions.append(action)
        if own:
            actions.append("lower_level")
        if case.state != "resolved":
            actions.append("exclude")
        return Case(self._row(case), tuple(self.logs[id]), actions)

    async def _do(self, id: str, verb, caseworker: str, **more) -> None:
        self._check()
        self.cases[id] = change(self.cases[id], verb, at=now(), by=caseworker, **more)
        self.tell(id)

    async def claim(self, id: str, caseworker: str) -> None:
        await self._do(id, "claim", caseworker)

    async def release(self, id: str, caseworker: str) -> None:
        await self._do(id, "release", caseworker)

    async def hand_back(self, id: str, caseworker: str, snooze_ms: int) -> None:
        await self._do(id, "snooze", caseworker, until=now() + snooze_ms)

    async def transfer(self, id: str, caseworker: str, to: str) -> None:
        await self._do(id, "transfer", to)

    async def take_over(self, id: str, caseworker: str, former: str) -> None:
        assert self.cases[id].assignee == former
        await self._do(id, "release", former)
        await self._do(id, "assign", caseworker)

    async def resolve(self, id: str, caseworker: str, reason: str) -> None:
        self.reasons.append(reason)
        await self._do(id, "resolve", caseworker)

    async def exclude(self, id: str, caseworker: str, accused: str, reason: str) -> None:
        self._check()
        self.reasons.append(reason)
        self.cases[id] = exclude(self.cases[id], accused)
        self.tell(id)

    async def lower_level(self, id: str, caseworker: str, level: Level, reason: str) -> None:
        if level <= self.cases[id].level:
            msg = "A level can only be lowered here."
            raise NotAllowedError(msg)
        self.reasons.append(reason)
        self.cases[id] = msgspec.structs.replace(self.cases[id], level=level)
        self.tell(id)

    async def reply(self, id: str, caseworker: str, text: str, *, key: str) -> str:
        if key in self.keys:
            return self.keys[key]
        await self._do(id, "reply", caseworker)
        self.keys[key] = reply_id = f"reply-{len(self.keys) + 1}"
        entry = Entry(at=now(), who="caseworker", text=text, reply_id=reply_id, status="queued")
        self.logs[id].append(entry)
        self.tell(id)
        return reply_id

    async def changes(self) -> AsyncIterator[str]:
        listener: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            while True:
                yield await listener.get()
        finally:
            self._listeners.discard(listener)


class MemoryPhrases:
    def for_contact(self, locale: str, shown_in: str) -> list[Phrase]:
        safe = {"en": "Are you in a safe place now?", "ar": "هل أنت في مكان آمن الآن؟"}
        return [Phrase("safe", safe.get(shown_in, safe["en"]), safe[locale])] if locale in safe else []
