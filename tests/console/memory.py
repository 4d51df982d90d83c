"""The console's ports in memory, for tests alone. The rules are the core's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec

from bot.core.acts import Context, apply
from bot.core.escalation import Escalation, open_escalation
from bot.core.understood import Level
from bot.errors import UnavailableError
from bot.ports.desk import Acted, File, Phrase
from bot.ports.partitions import Line

WAITED = 180_000


def now() -> int:
    return int(time.time() * 1000)


class Clock:
    def now(self) -> int:
        return now()


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


class MemoryAudit:
    def __init__(self) -> None:
        self.noted: list[tuple[str, str, str, str]] = []

    async def note(self, by: str, verb: str, what: str = "", detail: str = "") -> None:
        self.noted.append((by, verb, what, detail))

    async def find(self, **_: object) -> list:
        return []

    async def verify(self) -> None:
        return None


class MemoryEscalations:
    """``ports.desk.Escalations`` for one process; ``away`` refuses everything."""

    def __init__(self) -> None:
        self.cases: dict[str, Escalation] = {}
        self.logs: dict[str, list[Line]] = {}
        self.notes: dict[str, list[Line]] = {}
        self.statuses: dict[str, dict[str, str]] = {}
        self.keys: dict[str, str] = {}
        self.away = False
        self._listeners: set[asyncio.Queue[str]] = set()

    @property
    def reasons(self) -> list[str]:
        return [line.text for notes in self.notes.values() for line in notes if line.kind == "reason"]

    async def open(self, id: str, level: Level, pseudonym: str, *lines: Line, **more) -> None:
        facts = {
            "locale": "ar",
            "country": "GR",
            "channel": "whatsapp",
            "topic": "danger",
            "ref": "r",
            "at": now() - WAITED,
        }
        late = {name: more.pop(name) for name in ("excluded", "team", "labels", "announced") if name in more}
        facts.update(more)
        case = open_escalation(id=id, partition=0, level=level, pseudonym=pseudonym, **facts)
        self.cases[id] = msgspec.structs.replace(case, **late)
        self.logs[id], self.notes[id], self.statuses[id] = list(lines), [], {}
        self.tell(id)

    def tell(self, id: str) -> None:
        for listener in self._listeners:
            listener.put_nowait(id)

    async def write(self, id: str, text: str) -> None:
        self.logs[id].append(Line(at=now(), who="contact", text=text))
        self.tell(id)

    async def deliver(self, id: str, status: str) -> None:
        self.statuses[id] = dict.fromkeys(self.statuses[id], status)
        self.tell(id)

    def _check(self) -> None:
        if self.away:
            raise UnavailableError

    async def all(self) -> list[Escalation]:
        self._check()
        return list(self.cases.values())

    async def one(self, id: str) -> Escalation | None:
        self._check()
        return self.cases.get(id)

    async def file(self, id: str) -> File | None:
        self._check()
        case = self.cases.get(id)
        return File(case, list(self.logs[id]), list(self.notes[id]), self.statuses[id]) if case else None

    async def address(self, id: str) -> str:
        return "telegram:42"

    async def act(self, id: str, by: str, act, *, key: str = "", alone: bool = False) -> Acted:
        self._check()
        if key and key in self.keys:
            return Acted(self.cases[id], self.keys[key], repeated=True)
        once = f"once-{len(self.keys) + 1}"
        step = apply(act, self.cases[id], Context(by, now(), once, alone))
        self.cases[id] = step.after
        self.keys[key or once] = once
        if step.kept and step.kept.kind in {"reply", "flow"}:
            kind = "text" if step.kept.kind == "reply" else "flow"
            line = Line(now(), "caseworker", step.kept.text, kind, once, by=by)
            self.logs[id].append(msgspec.structs.replace(line, phrase=step.kept.phrase, original=step.kept.original))
            self.statuses[id][once] = "queued" if kind == "text" else ""
        elif step.kept:
            self.notes[id].append(Line(now(), "caseworker", step.kept.text, step.kept.kind, by=by))
        self.tell(id)
        return Acted(step.after, once)

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
