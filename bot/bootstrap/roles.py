"""The roles: what receives, what answers, what sends, and where caseworkers work; apart, or all in one process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog
from starlette.types import ASGIApp

from bot.bootstrap import doors
from bot.bootstrap.base import Base, open_base
from bot.bootstrap.channels import Built, build
from bot.bootstrap.desk import accounts_of
from bot.bootstrap.groups import open_board
from bot.bootstrap.language import Language, LateRules, open_language
from bot.bootstrap.notices import notifier
from bot.bootstrap.presence import PresenceReader
from bot.bootstrap.reloading import Reloader
from bot.bootstrap.serving import running, serving, signals
from bot.bootstrap.translation import open_translator
from bot.channels.telegram.channel import TelegramChannel
from bot.config import Settings, require
from bot.errors import UcareError
from bot.flowfiles.phrasebook import Phrasebook
from bot.notices.state import State
from bot.ports.basics import RiskReader
from bot.teams.keeping import Teams
from bot.turns.gateway import TurnsGateway
from bot.turns.sender import Sender
from bot.turns.spool import Spool
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from bot.understanding.reader import Reader

Role = Literal["gateway", "worker", "sender", "console"]
ROLES: Final[tuple[Role, ...]] = ("gateway", "worker", "sender", "console")
PROJECT_S: Final = 2.0
"""How often the queue's index is caught up if nobody looks at the queue, in seconds; sooner than ``REWRITE_MS``."""

log = structlog.get_logger("ucare")


@dataclass
class Started:
    """What runs, and where it can be reached."""

    base: Base
    language: Language | None = None
    chat: str = ""
    console: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


def _elsewhere() -> bool:
    """Whether texts are understood is the worker's to know: a role without it says nothing about it."""
    return True


class Starter:
    """Starts roles one after the other; the stack stops them in reverse."""

    def __init__(self, stack: AsyncExitStack, base: Base, language: Language | None, *, receiving: bool) -> None:
        """Take what all roles stand on."""
        self.stack = stack
        self.base = base
        self.language = language
        self.rules: RiskReader = language.reader if language else Reader() if receiving else LateRules()
        self.started = Started(base, language)
        self._presence: PresenceReader | None = None
        self.understands: Callable[[], bool] = language.ready if language else _elsewhere

    async def gateway(self, spool: str) -> TurnsGateway:
        """Start a gateway over a spool folder of its own."""
        base = self.base
        gateway = TurnsGateway(
            base.store.inbox,
            Spool(base.settings.ucare_data_dir / "spool" / spool),
            base.sealer,
            self.rules,
            base.library,
            base.clock,
            metrics=base.metrics,
        )
        await gateway.start()
        self.stack.push_async_callback(gateway.stop)
        return gateway

    async def channels(self, gateway: TurnsGateway, *, receiving: bool) -> Built:
        """Build and start the channels."""
        built = build(self.base, gateway, receiving=receiving)
        gateway.channels = built.channels
        for channel in built.channels.values():
            await channel.start()
            self.stack.push_async_callback(channel.stop)
        return built

    async def presence(self) -> PresenceReader:
        """Start, once, what reads the teams and who works now."""
        if self._presence is None:
            vault = self.base.store.vault
            self._presence = PresenceReader(accounts_of(self.base), Teams(vault), State(vault))
            await self._presence.read()
            await self.stack.enter_async_context(running(self._presence.run(), "presence", self.started.ended))
        return self._presence

    async def tell(self, console: str) -> None:
        """Start what announces cases and tells other systems of changes; ``console`` is the console's address."""
        hooks = doors.dispatcher(self.base)
        await self.stack.enter_async_context(running(hooks.run(), "hooks", self.started.ended))
        made = notifier(self.base, await self.presence(), console)
        await self.stack.enter_async_context(running(made.run(), "notices", self.started.ended))

    async def groups(self, built: Built, book: Phrasebook | None) -> None:
        """Start what keeps the topics of Telegram groups true, and lets it hear them; nothing where none are set."""
        if not self.base.settings.telegram_desk_chats or book is None:
            return
        board = await self.stack.enter_async_context(open_board(self.base, await self.presence(), book))
        channel = built.channels.get("telegram")
        if isinstance(channel, TelegramChannel):
            channel.hear_groups(board.take)
        await self.stack.enter_async_context(running(board.run(), "groups", self.started.ended))

    async def work(self, language: Language) -> None:
        """Start the worker."""
        base = self.base
        presence = await self.presence()
        worker = Worker(
            base.store.partitions,
            Thinker(language.reader, self.rules, metrics=base.metrics),
            base.library,
            base.clock,
            on_duty=presence.on_duty,
            presence=presence,
            metrics=base.metrics,
        )
        task = await self.stack.enter_async_context(running(worker.run(), "worker", self.started.ended))
        self.stack.push_async_callback(_stopped, worker.stop, task)
        await self.stack.enter_async_context(running(self._project(), "projector", self.started.ended))
        await self.stack.enter_async_context(running(doors.snapshots(base).run(), "figures", self.started.ended))

    async def _project(self) -> None:
        """Keep the queue's index and the audit's chain caught up.

        What was erased leaves the index before the append-only file is rewritten.
        """
        while True:
            try:
                await self.base.store.projector.catch_up()
            except UcareError as error:
                log.warning("not_projected", error=type(error).__name__)
            try:
                await self.base.store.audit.chainer.keep_up()
            except UcareError as error:
                log.error("audit_not_chained", error=type(error).__name__)  # noqa: TRY400 - the trace says no more
            await asyncio.sleep(PROJECT_S)

    async def send(self, built: Built, gateway: TurnsGateway) -> None:
        """Start the sender."""
        sender = Sender(self.base.store.outbox, built.channels, gateway, metrics=self.base.metrics)
        task = await self.stack.enter_async_context(running(sender.run(), "sender", self.started.ended))
        self.stack.push_async_callback(_stopped, sender.stop, task)

    async def serve(self, app: ASGIApp, port: int) -> str:
        """Serve an app on HOST and return its address."""
        host = self.base.settings.host
        bound = await self.stack.enter_async_context(
            serving(app, host, port, proxies=self.base.settings.trusted_proxies)
        )
        return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{bound}"  # noqa: S104 - compared, not bound


async def _stopped(stop: Callable[[], None], task: asyncio.Task[None]) -> None:
    stop()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def started(
    settings: Settings, roles: Sequence[Role], renew: asyncio.Event | None = None
) -> AsyncIterator[Started]:
    """Start roles in this process, and stop them in reverse order in the end.

    Args:
        settings: All of them.
        roles: What is started, in this order.
        renew: Set it to have flows and catalogs read anew; a saved file does the same.

    Raises:
        SettingError: A setting is missing or wrong; says which.
        UcareError: Another part cannot be started; says why, and what to do.
    """
    everything = set(roles) == set(ROLES)
    if not everything:
        require(settings, "redis_url")
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(open_base(settings))
        language = await stack.enter_async_context(open_language(settings)) if "worker" in roles else None
        starter = Starter(stack, base, language, receiving="gateway" in roles)
        offered = "console" in roles or ("gateway" in roles and settings.telegram_desk_chats)
        phrases = doors.phrases(base) if offered else None
        if "gateway" in roles or "sender" in roles:
            gateway = await starter.gateway("gateway" if "gateway" in roles else "sender")
            built = await starter.channels(gateway, receiving="gateway" in roles)
        if "gateway" in roles:
            await starter.groups(built, phrases)
        if "sender" in roles:
            await starter.send(built, gateway)
        if language:
            await starter.work(language)
        result = starter.started
        at_desk = phrases is not None and "console" in roles
        machine = await stack.enter_async_context(open_translator(settings)) if at_desk else None
        desk = doors.desk_app(base, phrases, translator=machine) if phrases and at_desk else None
        if "gateway" in roles:
            public = doors.public_app(base, built.webhooks, starter.rules, starter.understands)
            shared = everything and desk is not None and not settings.public_url
            app = doors.both(public, desk) if shared and desk else public
            result.chat = await starter.serve(app, settings.port)
            result.console = result.chat if shared else ""
        if desk is not None and not result.console:
            result.console = await starter.serve(desk, settings.console_port)
        if desk is not None:
            await starter.tell(result.console)
        if not set(roles) & {"gateway", "console"}:
            await starter.serve(doors.small_app(base, starter.understands), settings.port)
        reloader = Reloader(base, phrases)
        await stack.enter_async_context(running(reloader.watch(), "files", result.ended))
        await stack.enter_async_context(running(reloader.asked(renew or asyncio.Event()), "reloader", result.ended))
        yield result


async def run(settings: Settings, roles: Sequence[Role], tell: Callable[[Started], object]) -> int:
    """Run roles until Ctrl-C or SIGTERM, or until a part of them fails; SIGHUP reloads. Return the exit code."""
    stop, renew = asyncio.Event(), asyncio.Event()
    with signals(stop, renew):
        async with started(settings, roles, renew) as what:
            # Flows, texts, lexicons and rules stay for good: the collector need not walk them again and again.
            gc.collect()
            gc.freeze()
            answer = tell(what)
            if asyncio.iscoroutine(answer):
                await answer
            waits = [asyncio.create_task(stop.wait()), asyncio.create_task(what.ended.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            log.info("stopping")
    return 1 if what.ended.is_set() else 0
