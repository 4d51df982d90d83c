"""The one door to the cases: console, API and Telegram group all come through it.

It asks who somebody is and what they may do (``policy``), lets the store do it atomically, and writes down who read
what. Nothing here knows how it is shown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import msgspec

from bot.core.acts import AnyAct, close, file, second, speak
from bot.core.acts.second import may_fetch
from bot.core.escalation import Escalation, follow_up_due, rank
from bot.core.people import LISTS, Viewer
from bot.desk import policy, show
from bot.desk.filters import Filter, matches
from bot.desk.shared import Shared
from bot.desk.views import Case, Row
from bot.errors import NotAllowedError
from bot.ports.audit import Audit
from bot.ports.basics import Clock
from bot.ports.desk import Acted, Escalations, File
from bot.ports.partitions import Line
from bot.ports.staff import Staff

READ_MS: Final = 600_000
"""A person who keeps a case open reads it once in this time, as the audit has it; milliseconds."""
MAX_NOTED: Final = 10_000

Shown = Callable[[Line, str], str | None]
"""From a line and a locale to the same text in that locale; None where no checked text says it."""
Sendable = Callable[[Escalation, str], Sequence[tuple[str, str]]]
"""From a case and the reader's locale to the flows that may be sent in it: id and title."""


def no_text(_line: Line, _locale: str) -> str | None:
    """Say nothing in another language."""
    return None


def no_flows(_case: Escalation, _locale: str) -> Sequence[tuple[str, str]]:
    """Offer no flow."""
    return ()


class Desk:
    """Cases, for people who work on them."""

    def __init__(  # noqa: PLR0913 - each is a part of its own, named at the call
        self,
        escalations: Escalations,
        staff: Staff,
        audit: Audit,
        clock: Clock,
        *,
        shown: Shown = no_text,
        sendable: Sendable = no_flows,
        asks_safety: Callable[[Escalation], bool] = close.was_serious,
    ) -> None:
        """Take what the desk stands on."""
        self._store = escalations
        self._staff = staff
        self._audit = audit
        self._clock = clock
        self._shown = shown
        self._sendable = sendable
        self._asks_safety = asks_safety
        self._all = Shared(escalations.all)
        self._noted: dict[tuple[str, str], int] = {}

    async def queue(self, viewer: Viewer, wanted: Filter | None = None) -> list[Row]:
        """Return what is open and what this person may know of, ranked by level, then due time.

        Closed cases are among them where their reminder is due for this person, or where an act waits to be reviewed.
        """
        if not viewer.may(LISTS):
            return []
        now = self._clock.now()
        found = [one for one in await self._all.get() if policy.lists(viewer, one) and _wanted(one, viewer.name, now)]
        rows = [show.row(one, now, viewer.name) for one in sorted(found, key=rank)]
        return [row for row in rows if wanted is None or matches(row, wanted, viewer.name)]

    async def everything(self, viewer: Viewer, wanted: Filter | None = None) -> list[Escalation]:
        """Return all escalations that this person may know of, open and closed, ranked; for figures and the API."""
        found = sorted((one for one in await self._all.get() if policy.lists(viewer, one)), key=rank)
        return [one for one in found if wanted is None or matches(show.row(one, 0), wanted, viewer.name)]

    async def case(self, viewer: Viewer, id: str, locale: str = "en") -> Case | None:  # noqa: A002 - the field's name
        """Return a case; None where it does not exist or this person may not read it. The audit is told."""
        kept = await self._store.file(id)
        if kept is None or not policy.reads(viewer, kept.escalation):
            return None
        await self._note_read(viewer, id)
        now, one = self._clock.now(), kept.escalation
        everybody = await self._staff.viewers()
        same = [e for e in await self._all.get() if e.ref == one.ref and e.id != id and policy.reads(viewer, e)]
        return Case(
            row=show.row(one, now, viewer.name),
            entries=show.entries(
                kept.lines, kept.notes, kept.statuses, lambda line: self._shown(line, locale), one.assignee
            ),
            actions=policy.actions(one, viewer),
            reasons=show.reasons(one),
            steps=show.steps(one),
            linked=[show.row(e, now) for e in same if e.id in one.linked],
            others=[show.row(e, now) for e in same if e.id not in one.linked],
            colleagues=[v.name for v in everybody if v.name != viewer.name and policy.takes(v, one)],
            left_behind=policy.left_behind(one, everybody),
            follow_up_at=one.follow_up_at,
            may_fetch=may_fetch(one, viewer.name, now),
            asks_safety=self._asks_safety(one),
            helped=one.helped,
        )

    async def outline(self, viewer: Viewer, id: str) -> Case | None:  # noqa: A002
        """Return a case without anything that was said, for somebody who may know of it; None for others."""
        one = next((e for e in await self._all.get() if e.id == id), None)
        if one is None or not policy.lists(viewer, one):
            return None
        able = [v.name for v in await self._staff.viewers() if v.name != viewer.name and policy.takes(v, one)]
        return Case(show.row(one, self._clock.now(), viewer.name), actions=policy.actions(one, viewer), colleagues=able)

    async def one(self, viewer: Viewer, id: str) -> Escalation | None:  # noqa: A002
        """Return a case without what was said in it; None where this person may not read it."""
        found = await self._store.one(id)
        return found if found is not None and policy.reads(viewer, found) else None

    async def raw(self, viewer: Viewer, id: str) -> File | None:  # noqa: A002
        """Return all that is kept of a case, for its media; None where this person may not read it."""
        kept = await self._store.file(id)
        return kept if kept is not None and policy.reads(viewer, kept.escalation) else None

    async def flows(self, viewer: Viewer, id: str, locale: str) -> Sequence[tuple[str, str]]:  # noqa: A002
        """Return the flows that may be sent in a case: id, and title in the reader's locale."""
        found = await self.one(viewer, id)
        return self._sendable(found, locale) if found else ()

    async def act(self, viewer: Viewer, id: str, act: AnyAct, *, key: str = "") -> Acted:  # noqa: A002
        """Do one act.

        Raises:
            NotAllowedError: Role, scope or state do not allow it; says what to do.
            ConflictError: Somebody was faster.
            UnavailableError: The store is away.
        """
        case = await self._store.one(id)
        if case is None:
            raise NotAllowedError(policy.NO_CASE)
        policy.permits(viewer, case, act)
        everybody = await self._staff.viewers()
        policy.fits(act, case, viewer, everybody)
        policy.hands_over(act, case, viewer)
        await self._fits(viewer, case, act)
        on_duty = await self._staff.on_duty()
        alone = not viewer.machine and not policy.second_people(viewer, case, everybody, on_duty)
        return await self._store.act(id, viewer.name, act, key=key, alone=alone)

    async def _fits(self, viewer: Viewer, case: Escalation, act: AnyAct) -> None:
        if isinstance(act, file.Link):
            other = await self.one(viewer, act.other)
            if other is None or other.ref != case.ref:
                msg = "Only another case of the same contact can be put beside this one."
                raise NotAllowedError(msg)
        if isinstance(act, speak.SendFlow) and act.flow not in dict(self._sendable(case, "en")):
            msg = "This flow cannot be sent here. Choose another one."
            raise NotAllowedError(msg)

    async def reveal(self, viewer: Viewer, id: str, reason: str) -> str:  # noqa: A002
        """Return how the contact is reached, at T0; it is marked, and reviewed afterwards by a second person.

        Raises:
            NotAllowedError: The level is not T0, or the case is not this person's.
        """
        await self.act(viewer, id, second.Reveal(reason))
        return await self._store.address(id)

    async def export(self, viewer: Viewer, id: str, locale: str = "en") -> bytes:  # noqa: A002
        """Return a whole case as JSON, where a second person confirmed it (or nobody else was there).

        Raises:
            NotAllowedError: It was not confirmed, or too long ago.
        """
        case = await self.case(viewer, id, locale)
        if case is None:
            raise NotAllowedError(policy.NO_CASE)
        if not case.may_fetch:
            msg = "Ask for the export first; a second person confirms it, and then it can be fetched for a day."
            raise NotAllowedError(msg)
        await self._audit.note(viewer.name, "fetch_export", id)
        return msgspec.json.format(msgspec.json.encode(case), indent=2)

    async def _note_read(self, viewer: Viewer, id_: str) -> None:
        now, mark = self._clock.now(), (viewer.name, id_)
        if now - self._noted.get(mark, -READ_MS) < READ_MS:
            return
        await self._audit.note(viewer.name, "read", id_)
        if len(self._noted) >= MAX_NOTED:
            self._noted.clear()
        self._noted[mark] = now

    def changes(self) -> AsyncIterator[str]:
        """Yield the id of each escalation that changes."""
        return self._store.changes()


def _wanted(case: Escalation, name: str, now: int) -> bool:
    if case.state != "resolved":
        return True
    return name in case.mentioned or follow_up_due(case, name, now) or any(look.by != name for look in case.unseen)
