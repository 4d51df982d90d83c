"""Reads what a text means before the engine sees it; whatever fails, the risk rules still read."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog

from bot.core.conversation import RECENT_MS, Conversation
from bot.core.events import AnyEvent, MessageReceived
from bot.core.understood import Understood
from bot.ports.basics import RiskReader, Understanding
from bot.turns.metrics import Metrics

LONGEST_S: Final = 8.0
"""After so many seconds the risk rules alone have to do."""

log = structlog.get_logger("turns.think")


class Thinker:
    """Understands messages; holds no state between them."""

    def __init__(
        self,
        understanding: Understanding,
        rules: RiskReader | None = None,
        *,
        metrics: Metrics | None = None,
        timeout_s: float = LONGEST_S,
    ) -> None:
        """Take what understands, and the rules for when it does not answer in ``timeout_s`` seconds."""
        self._understanding = understanding
        self._rules = rules
        self._metrics = metrics or Metrics()
        self._timeout_s = timeout_s

    @staticmethod
    def needed(event: AnyEvent) -> bool:
        """Whether an event holds words to be understood: texts, captions and edits, and words beside a button."""
        return isinstance(event, MessageReceived) and bool(event.text.strip()) and event.understood is None

    async def think(self, event: AnyEvent, conversation: Conversation | None) -> AnyEvent:
        """Return the event with what it means.

        Raises:
            Exception: Neither the understanding nor the rules could read it; nothing is known of its risk.
        """
        if not self.needed(event) or not isinstance(event, MessageReceived):
            return event
        locale = (conversation.locale if conversation else "") or None
        audience = (conversation.audience if conversation else "") or None
        kept = conversation.recent if conversation else ()
        recent = tuple(one.text for one in kept if event.at - one.at <= RECENT_MS)
        try:
            async with asyncio.timeout(self._timeout_s):
                understood = await self._understanding.understand(
                    event.text, locale=locale, audience=audience, recent=recent
                )
            self._metrics.understood.labels("nlu" if understood.nlu else "rules").inc()
        except Exception as error:
            if self._rules is None:
                raise
            log.warning("understanding_failed", error=type(error).__name__)
            self._metrics.understood.labels("rules").inc()
            finding = self._rules.read(event.text, locale=locale, recent=recent)
            understood = Understood(risk=finding, nlu=False)
        return msgspec.structs.replace(event, understood=understood)

    def rules_only(self, event: MessageReceived) -> MessageReceived:
        """Return a message with what the rules alone see, or unchanged where they cannot read it."""
        if self._rules is None:
            return event
        try:
            finding = self._rules.read(event.text, locale=None)
        except Exception as error:  # noqa: BLE001 - unread by the rules, the message opens an escalation
            log.warning("rules_failed", error=type(error).__name__)
            return event
        return msgspec.structs.replace(event, understood=Understood(risk=finding, nlu=False))
