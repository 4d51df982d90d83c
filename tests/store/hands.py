"""A caseworker's hands on the store: the acts by short names, and the desk for one who may see everything."""

from __future__ import annotations

from bot.core.acts import claim, close, file, leave, speak
from bot.core.people import Viewer
from bot.desk.desk import Desk
from bot.desk.views import Case, Row


class Everybody:
    """``ports.staff.Staff``: some people, all of them there."""

    def __init__(self, *names: str) -> None:
        self.people = [Viewer(name) for name in names]
        self.there = frozenset(names)

    async def viewers(self):
        return self.people

    async def on_duty(self):
        return self.there


class NoAudit:
    """``ports.audit.Audit`` that forgets."""

    async def note(self, by, verb, what="", detail=""):
        pass


class Hands:
    """The store's acts; nobody else is there, so that what needs a second person happens at once."""

    def __init__(self, store, clock) -> None:
        self.store = store.escalations
        self.desk = Desk(self.store, Everybody("anna", "ben", "carla"), NoAudit(), clock)

    async def _act(self, id: str, by: str, act, key: str = "") -> str:
        return (await self.store.act(id, by, act, key=key, alone=True)).once

    async def queue(self, name: str) -> list[Row]:
        return await self.desk.queue(Viewer(name))

    async def get(self, id: str, name: str) -> Case | None:
        return await self.desk.case(Viewer(name), id)

    async def claim(self, id: str, by: str) -> None:
        await self._act(id, by, claim.Claim())

    async def reply(self, id: str, by: str, text: str, *, key: str) -> str:
        return await self._act(id, by, speak.Reply(text), key)

    async def note(self, id: str, by: str, text: str, *, key: str = "") -> str:
        return await self._act(id, by, speak.Note(text), key)

    async def release(self, id: str, by: str) -> None:
        await self._act(id, by, leave.Release())

    async def hand_back(self, id: str, by: str, for_ms: int) -> None:
        await self._act(id, by, leave.Snooze(for_ms))

    async def transfer(self, id: str, by: str, to: str) -> None:
        await self._act(id, by, leave.Transfer(to))

    async def take_over(self, id: str, by: str, former: str) -> None:
        await self._act(id, by, leave.TakeOver(former))

    async def lower_level(self, id: str, by: str, level, reason: str) -> None:
        await self._act(id, by, close.LowerLevel(level, reason))

    async def exclude(self, id: str, by: str, accused: str, reason: str) -> None:
        await self._act(id, by, close.Exclude(accused, reason))

    async def resolve(self, id: str, by: str, reason: str) -> None:
        await self._act(id, by, close.Resolve("answered", reason))

    async def label(self, id: str, by: str, label: str) -> None:
        await self._act(id, by, file.Label(label))
