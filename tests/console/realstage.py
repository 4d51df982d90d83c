"""The console as it runs, over a real store, with made-up people and cases: for pictures, and for how pages look."""

from __future__ import annotations

import dataclasses
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from starlette.applications import Starlette

from bot.bootstrap import doors
from bot.bootstrap.base import Base, open_base
from bot.config import Settings
from bot.console.app import console_app
from bot.console.parts import Parts
from bot.core.conversation import Case
from bot.core.events import MessageReceived
from bot.figures.keeping import Snapshots
from bot.figures.spans import settled_weeks
from bot.people.account import Scope
from bot.people.accounts import Accounts
from bot.ports.channels import Incoming
from bot.ports.partitions import Commit
from bot.teams.book import Book
from bot.teams.keeping import Teams
from bot.teams.team import Team, Weekly
from tests.console import scenes
from tests.console.memory import MemoryEscalations
from tests.console.stage import PASSWORD, all_texts, phrases
from tests.figures.making import cases as closed_cases
from tests.store.making import conversation, own

WEEKS, CLOSED = 8, 1500
TEAMS = (
    Team("lesvos", "Lesvos", countries=("GR",), timezone="Europe/Athens", hours="Mo-Su 08:00-22:00",
         on_call=(Weekly("eleni", "Mo-Su 22:00-08:00"),)),
    Team("berlin", "Berlin", countries=("DE",), timezone="Europe/Berlin", hours="Mo-Fr 09:00-18:00"),
    Team("brussels", "Brussels", countries=("BE",), hours="Mo-Fr 09:00-17:00"),
)  # fmt: skip


class RealStage:
    """Open it in the loop that serves it; it is itself the app."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder for keys and data."""
        self._settings = Settings(_env_file=None, ucare_data_dir=folder, redis_url="", partitions=4)
        self._stack = AsyncExitStack()
        self._tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.app: Any = None
        self.console = Starlette()
        """The console alone, to ask what pages it has."""

    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)

    async def open(self) -> None:
        """Start everything and fill it."""
        base = await self._stack.enter_async_context(open_base(self._settings))
        self.base: Base = dataclasses.replace(base, texts=all_texts())
        self.accounts = Accounts(base.store.vault, audit=base.store.audit)

        def keep(parts: Parts) -> Starlette:
            self.console = console_app(parts)
            return self.console

        with patch.object(doors, "console_app", keep):
            self.app = doors.desk_app(self.base, phrases())
        await Teams(base.store.vault).change(lambda _: Book(TEAMS))
        for name in scenes.PEOPLE:
            await self.token(name)
        await self._open_cases()
        await self._look_back()

    async def close(self) -> None:
        """End everything."""
        await self._stack.aclose()

    async def token(self, name: str) -> str:
        """Return the token of a session of somebody."""
        if name not in self._tokens:
            scope = Scope(roles=scenes.PEOPLE[name], languages=scenes.LANGUAGES.get(name, ()))
            await self.accounts.choose_password(await self.accounts.invite(name, scope), PASSWORD)
            self._tokens[name] = await self.accounts.begin(name)
            if name in scenes.ON_DUTY:
                await self.accounts.session(self._tokens[name])
        return self._tokens[name]

    async def _open_cases(self) -> None:
        store, now = self.base.store, self.base.clock.now()
        partitions = await own(store)
        for made in scenes.escalations(now):
            event = MessageReceived(id=f"m-{made.id}", at=made.opened_at, text="…")
            await store.inbox.append(Incoming(made.channel, f"address-{made.id}", event, ""))
            for partition in partitions.values():
                partition.dirty = True
                for entry in await partition.read(10):
                    id_ = f"{entry.ref}-{made.opened_at:x}"
                    self.ids[made.id] = id_
                    case = msgspec.structs.replace(made, id=id_, ref=entry.ref, partition=partition.number)
                    kept = conversation(entry, case=Case(id_, case.level, case.topic))
                    lines = tuple(scenes.lines(made.id, made.opened_at, made.assignee))
                    await partition.commit([Commit(entry=entry, conversation=kept, escalation=case, lines=lines)])
                    for note in scenes.notes(made.id):
                        await store.escalations.act(id_, note.by, note.act)

    async def _look_back(self) -> None:
        """Publish the figures of some made-up weeks."""
        before = MemoryEscalations()
        first = settled_weeks(self.base.clock.now(), WEEKS)[0]
        before.cases = {case.id: case for case in closed_cases(CLOSED, first, WEEKS)}
        await Snapshots(before, self.base.store.vault, self.base.clock).catch_up()
