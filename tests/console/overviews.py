"""An overview over made-up weeks, with a door that lets one person in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.asgi import SecurityHeaders
from bot.console.app import STATIC
from bot.console.overview import Overview
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.prefer import Prefer
from bot.core.people import Viewer
from bot.desk.desk import Desk
from bot.figures.keeping import Snapshots
from bot.figures.spans import settled_weeks
from bot.i18n.pages import PageTexts
from bot.people.accounts import Accounts
from bot.people.sessions import Session
from tests.console.memory import MemoryAudit, MemoryEscalations, MemoryPhrases, MemoryVault
from tests.figures.making import cases
from tests.web.memory import MemoryTexts


class Clock:
    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Door:
    """``access.allowed`` for one person."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def allowed(self, view, roles):
        async def endpoint(request):
            if not self.viewer.may(frozenset(roles)):
                return RedirectResponse("/console/queue", status_code=303)
            session = Session(name=self.viewer.name, csrf="token", viewer=self.viewer)
            request.state.session = session
            return await view(request, session)

        return endpoint


@dataclass
class World:
    viewer: Viewer = field(default_factory=lambda: Viewer("mira", frozenset({"coordinator"})))
    many: int = 1500
    weeks: int = 8
    texts: MemoryTexts | PageTexts = field(default_factory=MemoryTexts)
    escalations: MemoryEscalations = field(default_factory=MemoryEscalations)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    vault: MemoryVault = field(default_factory=MemoryVault)

    def __post_init__(self) -> None:
        self.clock = Clock(int(time.time() * 1000))
        self.first = settled_weeks(self.clock.now(), self.weeks)[0]
        for case in cases(self.many, self.first, self.weeks):
            self.escalations.cases[case.id] = case

    def parts(self) -> Parts:
        accounts = Accounts(self.vault)
        desk = Desk(self.escalations, accounts, self.audit, self.clock)
        figures = Snapshots(self.escalations, self.vault, self.clock)
        return Parts(
            desk=desk, accounts=accounts, texts=self.texts, phrases=MemoryPhrases(), audit=self.audit, figures=figures
        )  # fmt: skip

    def app(self) -> Starlette:
        pages = Pages(self.texts)
        return Starlette(
            routes=[
                Mount("/console/static", StaticFiles(directory=STATIC)),
                Route("/console/queue", lambda _request: RedirectResponse("/console/overview")),
                *Prefer(self.texts, "").routes(),
                *Overview(self.parts(), pages, Door(self.viewer)).routes(),
            ],
            middleware=[Middleware(SecurityHeaders)],
        )
