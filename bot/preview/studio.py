"""Holds the preview together: it watches the files, reloads, plays the conversation again, and tells the page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from bot.core.events import MessageReceived
from bot.core.understood import Understood
from bot.errors import UcareError
from bot.flowfiles.build import Shelf
from bot.flowfiles.checks import Fault
from bot.flowfiles.reference import Source, sources
from bot.flowfiles.watching import changes
from bot.i18n.pages import PageTexts, page_texts
from bot.preview.mailbox import Mailbox
from bot.preview.notes import Note, Origins, case_of
from bot.preview.talk import Setting, Talk, Turn
from bot.turns import render

Find = Callable[[Path, Path], Awaitable[Sequence[Fault] | None]]


class Reading(Protocol):
    """What understands texts; it may still be loading."""

    async def loaded(self) -> None:
        """Return once texts can be read."""

    def ready(self) -> bool:
        """Whether texts can be read."""

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood:
        """See ``bot.ports.basics.Understanding``."""


class Folders(msgspec.Struct, frozen=True):
    """Where flows and catalogs lie."""

    flows: Path
    locales: Path


class Shown(msgspec.Struct, frozen=True):
    """Everything that the page shows beside the chat."""

    revision: int
    setting: Setting
    now: int
    flow: str
    step: str
    place: tuple[str, int]
    notes: Mapping[str, Note]
    problems: tuple[str, ...]
    """What stands in the way: a file that keeps the old texts in use, a turn that cannot be computed, an early end."""
    faults: Sequence[Fault] | None
    """None: they are not known yet, or the check itself failed."""
    checking: bool
    saved: tuple[str, ...]
    """The files saved last."""
    flows: Sequence[tuple[str, str]]
    """Id and title of every flow."""
    locales: Sequence[str]


class Studio:
    """One author's preview."""

    def __init__(self, shelf: Shelf, folders: Folders, texts: PageTexts, reading: Reading, find: Find) -> None:
        """Take what is shown and what finds faults; the conversation has not begun."""
        self._shelf, self._folders, self._reading, self._find = shelf, folders, reading, find
        self.texts = texts
        self.talk = Talk(shelf.library, reading, Setting())
        self.mailbox = Mailbox(self._receive)
        self._sources: Mapping[str, Source] = {}
        self._pseudo = any(name.endswith("_XA") for name in texts.locales)
        self._origins = Origins(shelf.library, shelf.places, {})
        self._notes: dict[str, Note] = {}
        self._broken = self._stopped = ""
        self._faults: Sequence[Fault] | None = None
        self._checking: asyncio.Task[None] | None = None
        self._saved: tuple[str, ...] = ()
        self._revision = 0
        self._changed = asyncio.Condition()
        self._busy = asyncio.Lock()

    async def run(self) -> None:
        """Watch the files until cancelled."""
        try:
            await self._read_sources()
            await self._check()
            async for changed in changes([self._folders.flows, self._folders.locales]):
                await self.saved(changed)
        finally:
            if self._checking:
                self._checking.cancel()
                await asyncio.gather(self._checking, return_exceptions=True)

    async def saved(self, changed: frozenset[Path]) -> None:
        """Take over what was saved: reload, play the conversation again, look for faults."""
        self._saved = tuple(sorted(self._name(path) for path in changed))
        await self._check()
        broken = await asyncio.to_thread(self._shelf.reload)
        try:
            self.texts.renew(
                await asyncio.to_thread(page_texts, self._folders.locales, room="web", pseudo=self._pseudo)
            )
        except UcareError as error:
            broken = broken or error
        self._broken = f"What was said before is still in use: {broken}" if broken else ""
        if broken is None:
            await self._read_sources()
            async with self._busy:
                render.forget()
                old = await self.talk.again(self._shelf.library)
                pairs = zip(old, self.talk.turns, strict=True)
                first = next((i for i, (was, now) in enumerate(pairs) if was.shown != now.shown), len(old))
                await self._show_from(first, old)
        await self.tell()

    def _name(self, path: Path) -> str:
        """Return a file as the check names it."""
        for folder in (self._folders.flows, self._folders.locales):
            if path.is_relative_to(folder):
                return f"{folder.name}/{path.relative_to(folder).as_posix()}"
        return path.name

    async def _read_sources(self) -> None:
        try:
            self._sources = await asyncio.to_thread(sources, self._folders.flows)
        except UcareError:
            return  # the check names it
        self._origins = Origins(self._shelf.library, self._shelf.places, self._sources)

    async def _check(self) -> None:
        """Begin to look for faults; a check that runs is of no use any more."""
        if self._checking:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        self._checking = asyncio.create_task(self._look(), name="check")

    async def _look(self) -> None:
        await self.tell()
        self._faults = await self._find(self._folders.flows, self._folders.locales)
        self._checking = None
        await self.tell()

    async def _receive(self, event: MessageReceived) -> None:
        """Play what the page sent."""
        if event.text:
            await self._reading.loaded()
        async with self._busy:
            self._stopped = ""
            turn = await self.talk.play(event)
            await self._show(turn, known=True)
        await self.tell()

    async def _show(self, turn: Turn, *, known: bool = False, was: Turn | None = None) -> None:
        cases = tuple(filter(None, map(case_of, turn.said)))
        before = [one.outgoing for one in was.said] if was else None
        for name, said in await self.mailbox.show(turn, known=known):
            changed = before is not None and said.outgoing not in before
            note = self._origins.note(said, changed=changed)
            self._notes[name] = msgspec.structs.replace(note, cases=cases)
            cases = ()

    async def _show_from(self, first: int, old: Sequence[Turn] = ()) -> None:
        """Show the turns from one on anew, in place of what was shown; ``old`` are all turns as they were."""
        await self.mailbox.forget(first)
        shown = {name for one in self.mailbox.ids for name in one}
        self._notes = {name: note for name, note in self._notes.items() if name in shown}
        for index, turn in enumerate(self.talk.turns[first:], first):
            await self._show(turn, was=old[index] if old else None)

    async def set(self, setting: Setting) -> None:
        """Play the conversation again with another contact or at another time.

        Raises:
            ValueError: The time is none.
        """
        async with self._busy:
            self._stopped = await self.talk.anew(setting)
            await self._show_from(0)
        await self.tell()

    async def back(self) -> None:
        """Take the last turn back."""
        async with self._busy:
            self._stopped = ""
            self.talk.back()
            await self._show_from(len(self.talk.turns))
        await self.tell()

    async def restart(self) -> None:
        """Begin again."""
        async with self._busy:
            self._stopped = ""
            self.talk.restart()
            await self._show_from(0)
        await self.tell()

    async def enter(self, flow: str) -> bool:
        """Go to a flow; False where there is none of that id."""
        if flow not in self._shelf.library.flows:
            return False
        async with self._busy:
            await self._show(await self.talk.enter(flow))
        await self.tell()
        return True

    def where(self) -> tuple[str, str]:
        """Return flow and step that the conversation is at: where it waits, else what was said last."""
        conversation = self.talk.conversation
        if conversation and conversation.stack:
            return conversation.stack[-1].flow, conversation.stack[-1].step
        said = [one.outgoing for turn in self.talk.turns for one in turn.said if one.outgoing]
        return (said[-1].flow, said[-1].step) if said else ("", "")

    def shown(self) -> Shown:
        """Return what the page shows now."""
        flow, step = self.where()
        fault = self.talk.turns[-1].fault if self.talk.turns else ""
        library = self._shelf.library
        return Shown(
            revision=self._revision,
            setting=self.talk.setting,
            now=self.talk.now,
            flow=flow,
            step=step,
            place=self._origins.place(flow, step),
            notes=self._notes,
            problems=tuple(filter(None, (self._broken, fault, self._stopped))),
            faults=self._faults,
            checking=self._checking is not None,
            saved=self._saved,
            flows=sorted((one.id, one.title) for one in library.flows.values()),
            locales=library.locales,
        )

    def picture_of(self, flow: str) -> object:
        """Return a flow that is in use, or None."""
        return self._shelf.library.flows.get(flow)

    async def tell(self) -> None:
        """Let the page know that there is something new."""
        self._revision += 1
        async with self._changed:
            self._changed.notify_all()

    async def newer(self, revision: int) -> Shown:
        """Return what the page shows, as soon as it is newer than a revision."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._revision != revision)
        return self.shown()
