"""Where channels hand in what came. It returns only when that is durable: in the inbox, else in the spool.

While the store is away:

1. The message is sealed and kept in the spool first, so that nothing can lose it any more.
2. The risk rules read it. T0 and T1 are answered at once, straight through the channel, with the static text of T0.
3. That it was answered is kept in the spool as a mark of its own. On replay the event carries ``answered``, and the
   engine does not send the numbers a second time. A crash between sending and mark sends them twice, never not at all.

As long as anything waits in the spool, what comes goes there as well: nothing overtakes what came before it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final
from weakref import WeakValueDictionary

import msgspec
import structlog

from bot.core.events import ContactBlocked
from bot.core.library import Library
from bot.core.understood import SERIOUS, RiskFinding
from bot.errors import SealError, UnavailableError
from bot.ports.basics import Clock, RiskReader, Sealer
from bot.ports.channels import Channel, DeliveryStatus, Gateway, Incoming
from bot.ports.partitions import Inbox
from bot.turns.alarm import alarm_text, locale_for
from bot.turns.metrics import Metrics
from bot.turns.spool import Spool

PURPOSE: Final = "spool"
APPEND_S: Final = 2.0
"""Longer than this no service is kept waiting for the store; Twilio gives up after 15 seconds."""
ANSWER_S: Final = 5.0
REMEMBERED: Final = 5000
"""Ids of spooled events that are recognised when a service delivers again."""
PAUSE_S: Final = 0.5

log = structlog.get_logger("turns.gateway")


class SpooledMessage(msgspec.Struct, frozen=True, tag="message"):
    """A message that waits."""

    incoming: Incoming


class SpooledMark(msgspec.Struct, frozen=True, tag="answered"):
    """T0 was answered for the event of this id."""

    event: str


class SpooledBlocked(msgspec.Struct, frozen=True, tag="blocked"):
    """A contact blocked us."""

    channel: str
    address: str
    id: str
    at: int


class SpooledStatus(msgspec.Struct, frozen=True, tag="status"):
    """A delivery status that waits."""

    status: DeliveryStatus


Spooled = SpooledMessage | SpooledMark | SpooledBlocked | SpooledStatus

_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(Spooled)


def name_of(incoming: Incoming) -> str:
    """Return what a message is known by: ids of events are unique within their channel."""
    return f"{incoming.channel}:{incoming.event.id}"


class TurnsGateway(Gateway):
    """The gateway of all channels of one process."""

    def __init__(  # noqa: PLR0913 - a part each, built once in bootstrap
        self,
        inbox: Inbox,
        spool: Spool,
        sealer: Sealer,
        rules: RiskReader,
        library: Callable[[], Library],
        clock: Clock,
        *,
        channels: Mapping[str, Channel] | None = None,
        metrics: Metrics | None = None,
        append_s: float = APPEND_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        """Take what it works with. ``channels`` may be given later (``channels`` hold the gateway themselves)."""
        self.channels: Mapping[str, Channel] = channels or {}
        self._inbox = inbox
        self._spool = spool
        self._sealer = sealer
        self._rules = rules
        self._library = library
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._append_s = append_s
        self._pause_s = pause_s
        self._order = asyncio.Lock()
        self._news = asyncio.Event()
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._answered: set[str] = set()
        self._answering: dict[str, asyncio.Event] = {}
        self._contacts: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._replaying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the spool and begin to replay what waits in it.

        Raises:
            SettingError: Another gateway uses the folder.
            UnavailableError: The disk refuses.
        """
        await asyncio.to_thread(self._spool.open)
        await asyncio.to_thread(self._spool.each, self._note_mark)
        self._metrics.spooled.set(self._spool.count)
        self._replaying = asyncio.create_task(self._replay_for_ever())

    def _note_mark(self, sealed: bytes) -> None:
        try:
            record = _decoder.decode(self._sealer.open(sealed, purpose=PURPOSE))
        except (SealError, msgspec.MsgspecError):
            return  # reported when it is replayed
        if isinstance(record, SpooledMark):
            self._answered.add(record.event)

    async def stop(self) -> None:
        """End; what is in the spool stays there."""
        if self._replaying:
            self._replaying.cancel()
            await asyncio.gather(self._replaying, return_exceptions=True)
        async with self._order:
            await asyncio.to_thread(self._spool.close)

    async def accept(self, incoming: Incoming) -> bool:
        """Make a message durable; see ``ports.Gateway``.

        Raises:
            UnavailableError: Neither the store nor the disk takes it.
        """
        name = (incoming.channel, incoming.address)
        lock = self._contacts.get(name)
        if lock is None:
            lock = self._contacts[name] = asyncio.Lock()
        async with lock:  # one after the other for each contact: nothing overtakes a message that had to be spooled
            new = await self._append(incoming)
            if new is not None:
                self._metrics.accepted.labels(incoming.channel, "new" if new else "seen").inc()
                return new
            kept = await self._spool_message(incoming)
        if kept:
            await self._answer_once(incoming)
        return kept

    async def _append(self, incoming: Incoming) -> bool | None:
        """Append to the inbox; None where the message has to go to the spool."""
        if not self._spool.empty:
            return None
        try:
            async with asyncio.timeout(self._append_s):
                return await self._inbox.append(incoming)
        except (UnavailableError, TimeoutError):
            log.warning("inbox_away", channel=incoming.channel)
            return None

    async def blocked(self, channel: str, address: str, *, id: str) -> None:  # noqa: A002 - the event's field
        """Note that a contact blocked us; spooled while the store is away."""
        record = SpooledBlocked(channel, address, id, self._clock.now())
        if self._spool.empty:
            try:
                async with asyncio.timeout(self._append_s):
                    await self._put(record)
            except (UnavailableError, TimeoutError):
                pass
            else:
                return
        await self._keep(record)

    async def delivered(self, status: DeliveryStatus) -> None:
        """Note a delivery status; spooled while the store is away."""
        if self._spool.empty:
            try:
                async with asyncio.timeout(self._append_s):
                    await self._inbox.delivered(status)
            except (UnavailableError, TimeoutError):
                pass
            else:
                return
        await self._keep(SpooledStatus(status))

    async def _spool_message(self, incoming: Incoming) -> bool:
        """Keep a message in the spool; False when it was kept there before."""
        name = name_of(incoming)
        if name in self._ids:
            self._metrics.accepted.labels(incoming.channel, "seen").inc()
            return False
        self._answering[name] = asyncio.Event()
        try:
            await self._keep(SpooledMessage(incoming))
        except UnavailableError:
            del self._answering[name]
            self._metrics.accepted.labels(incoming.channel, "refused").inc()
            await self._answer(incoming)  # kept nowhere: the numbers leave all the same
            raise
        self._ids[name] = None
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        self._metrics.accepted.labels(incoming.channel, "spooled").inc()
        return True

    async def _answer_once(self, incoming: Incoming) -> None:
        """Answer danger, and keep the mark; the replay of this message waits until that is done."""
        name = name_of(incoming)
        try:
            if await self._answer(incoming):
                self._answered.add(name)
                with contextlib.suppress(UnavailableError):
                    await self._keep(SpooledMark(name))
        finally:
            self._answering.pop(name).set()

    async def _answer(self, incoming: Incoming) -> bool:
        """Send the numbers at once where the rules see danger; True when the channel took them."""
        finding = self._read(incoming)
        channel = self.channels.get(incoming.channel)
        if finding is None or finding.level not in SERIOUS or channel is None:
            return False
        library = self._library()
        event = incoming.event
        try:
            message = alarm_text(library, locale_for(library, event.text, event.locale_hint), event.at)
            async with asyncio.timeout(ANSWER_S):
                await channel.send(incoming.address, message)
        except Exception as error:  # noqa: BLE001 - the engine sends them on replay
            log.warning("alarm_not_answered", channel=incoming.channel, error=type(error).__name__)
            return False
        self._metrics.answered.inc()
        return True

    def _read(self, incoming: Incoming) -> RiskFinding | None:
        event = incoming.event
        if event.button or not event.text.strip():
            return None
        try:
            return self._rules.read(event.text, locale=None)
        except Exception as error:  # noqa: BLE001 - the worker reads it again on replay
            log.warning("rules_failed", error=type(error).__name__)
            return None

    async def _keep(self, record: Spooled) -> None:
        sealed = self._sealer.seal(_encode(record), purpose=PURPOSE)
        async with self._order:
            await asyncio.to_thread(self._spool.append, sealed)
        self._metrics.spooled.set(self._spool.count)
        self._news.set()

    async def _replay_for_ever(self) -> None:
        while True:
            if self._spool.empty:
                self._news.clear()
                await self._news.wait()
            try:
                await self.replay()
            except UnavailableError:
                await asyncio.sleep(self._pause_s)
            except Exception as error:  # noqa: BLE001 - it must go on
                log.warning("replay_failed", error=type(error).__name__)
                await asyncio.sleep(self._pause_s)

    async def replay(self) -> None:
        """Hand everything that waits to the inbox, in order.

        Raises:
            UnavailableError: The store is away again; the rest waits.
        """
        while not self._spool.empty:
            records = await asyncio.to_thread(self._spool.waiting)
            opened = [(end, self._opened(sealed)) for end, sealed in records]
            through = 0
            try:
                for _, record in opened:
                    if record is not None:
                        await self._put(record)
                    through += 1
            finally:
                if through:
                    async with self._order:
                        await asyncio.to_thread(self._spool.done, records[through - 1][0], through)
                    self._metrics.spooled.set(self._spool.count)

    def _opened(self, sealed: bytes | None) -> Spooled | None:
        """Return a record in clear; one that nobody can read is put by, and stops nothing."""
        if sealed is None:
            self._spool.damaged += 1
            log.warning("spool_damaged")
            return None
        try:
            record: Spooled = _decoder.decode(self._sealer.open(sealed, purpose=PURPOSE))
        except (SealError, msgspec.MsgspecError) as error:
            log.warning("spool_unreadable", error=type(error).__name__)
            self._spool.put_by(sealed)
            return None
        return record

    async def _put(self, record: Spooled) -> None:
        match record:
            case SpooledMessage(incoming):
                name = name_of(incoming)
                if name in self._answering:
                    await self._answering[name].wait()
                if name in self._answered:
                    event = msgspec.structs.replace(incoming.event, answered=True)
                    incoming = msgspec.structs.replace(incoming, event=event)
                await self._inbox.append(incoming)
            case SpooledBlocked(channel, address, name, at):
                await self._inbox.put(self._sealer.ref(channel, address), channel, ContactBlocked(name, at))
            case SpooledStatus(status):
                await self._inbox.delivered(status)
            case SpooledMark(name):
                self._answered.discard(name)  # its message went before it
