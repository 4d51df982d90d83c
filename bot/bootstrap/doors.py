"""The web apps: the public one, the console, and the small one of roles that serve nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.api.app import Parts as ApiParts
from bot.api.app import api_app
from bot.api.hooks import Dispatcher, Hooks
from bot.api.tokens import Tokens
from bot.asgi import Guard, SecurityHeaders
from bot.bootstrap.base import Base
from bot.bootstrap.desk import accounts_of, desk_of, organisation_of
from bot.channels.telegram.fetching import TelegramMedia
from bot.channels.whatsapp.fetching import WhatsAppMedia
from bot.config import Settings
from bot.console.app import console_app
from bot.console.parts import Parts as ConsoleParts
from bot.desk.desk import Desk
from bot.figures.keeping import Snapshots
from bot.flowfiles.phrasebook import Phrasebook, phrasebook
from bot.groupdesk.linking import Links
from bot.notices.state import State
from bot.people.accounts import Accounts
from bot.ports.basics import RiskReader
from bot.ports.channels import MediaSource
from bot.ports.translation import Translator
from bot.ports.webhooks import Webhook
from bot.teams.keeping import Teams
from bot.turns.alarm import alarm_text, locale_for
from bot.web import health
from bot.web.app import chat_app
from bot.web.metrics import Metrics
from bot.web.parts import Parts as WebParts


def readiness(base: Base, understands: Callable[[], bool]) -> Callable[[], object]:
    """Return what ``/health/ready`` asks: the store, and the NLU server."""

    async def ready() -> Mapping[str, bool]:
        return {"store": await base.store.ready(), "nlu": understands()}

    return ready


def public_app(
    base: Base, webhooks: Mapping[str, Webhook], rules: RiskReader, understands: Callable[[], bool]
) -> Starlette:
    """Return the public app: chat page, webhooks, health, metrics."""

    def urgent(text: str, hint: str) -> str:
        """Return the numbers of T0 where the rules see a sign of danger and the store is away."""
        finding = rules.read(text, locale=None)
        if finding is None:
            return ""
        library = base.library()
        return alarm_text(library, locale_for(library, text, hint), base.clock.now()).text

    return chat_app(
        WebParts(
            mailbox=base.store.webchat,
            texts=base.chat_texts,
            clock=base.clock,
            readiness=readiness(base, understands),  # type: ignore[arg-type]
            webhooks=webhooks,
            understanding_ready=understands,
            public_url=base.settings.public_url,
            registry=base.registry,
            urgent=urgent,
        )
    )


def phrases(base: Base) -> Phrasebook:
    """Return the phrases that caseworkers may send."""
    settings = base.settings
    return phrasebook(settings.flows_dir, settings.locales_dir, release=settings.ucare_release)


def interface(base: Base, desk: Desk) -> ASGIApp:
    """Return the API of other systems."""
    tokens = Tokens(base.store.vault, base.store.audit)
    return api_app(ApiParts(desk, tokens, Hooks(base.store.vault), base.clock))


def dispatcher(base: Base) -> Dispatcher:
    """Return what tells other systems of changes."""
    holds = Tokens(base.store.vault, base.store.audit).holds
    return Dispatcher(Hooks(base.store.vault), base.store.escalations, holds, base.clock)


def media(settings: Settings) -> dict[str, MediaSource]:
    """Return where what contacts sent beside text can be fetched, by channel."""
    found: dict[str, MediaSource] = {}
    if settings.telegram_token:
        found["telegram"] = TelegramMedia(settings.telegram_token, api_url=settings.telegram_api_url)
    if settings.twilio_account_sid:
        sid, secret = settings.twilio_account_sid, settings.twilio_auth_token
        found["whatsapp"] = WhatsAppMedia(
            sid, secret, api_url=settings.twilio_api_url, deletes=settings.twilio_delete_media
        )
    return found


def snapshots(base: Base) -> Snapshots:
    """Return the figures of the weeks."""
    kept_days = base.settings.keep_closed_days
    return Snapshots(base.store.escalations, base.store.vault, base.clock, kept_days=kept_days)


def links(base: Base, accounts: Accounts) -> Links | None:
    """Return what joins Telegram accounts, where a group is switched on."""
    return Links(base.store.vault, accounts, base.store.audit) if base.settings.telegram_desk_chats else None


def desk_app(base: Base, book: Phrasebook, *, public_url: str = "", translator: Translator | None = None) -> Starlette:
    """Return the caseworkers' console, which offers phrases, and the API beside it."""
    accounts = accounts_of(base)
    desk = desk_of(base, accounts, book)
    console = console_app(
        ConsoleParts(
            desk=desk,
            accounts=accounts,
            texts=base.texts,
            phrases=book,
            public_url=public_url,
            console_url=base.settings.console_url,
            organisation=organisation_of(base, accounts),
            telegram=links(base, accounts),
            audit=base.store.audit,
            teams=Teams(base.store.vault),
            notices=State(base.store.vault),
            media=media(base.settings),
            translator=translator,
            figures=snapshots(base),
        )
    )
    return _split(interface(base, desk), console, "/api")


def both(public: Starlette, desk: Starlette) -> Starlette:
    """Return one app for one port: the console's paths go to the console, all others to the public app."""
    return _split(desk, public, "/console", "/welcome", "/api")


def _split(first: ASGIApp, other: ASGIApp, *paths: str) -> Starlette:
    """Return one app: what lies at or below the paths goes to the first."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        inner = first if path in paths or path.startswith(tuple(f"{one}/" for one in paths)) else other
        await inner(scope, receive, send)

    return Starlette(routes=[Mount("/", app)])


def small_app(base: Base, understands: Callable[[], bool]) -> Starlette:
    """Return health and metrics alone, for the roles that serve nobody."""
    metrics = Metrics(base.registry)
    return Starlette(
        routes=[
            Route("/health/live", health.live),
            Route("/health/ready", health.ready(readiness(base, understands))),  # type: ignore[arg-type]
            Route("/metrics", metrics.show),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    )
