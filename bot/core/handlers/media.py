"""Voice, pictures, stickers and the rest: each is answered kindly; captions are read."""

from __future__ import annotations

from bot.core.events import MessageReceived
from bot.core.handlers import routing
from bot.core.runner import run
from bot.core.turn import Turn


def receive(turn: Turn, event: MessageReceived) -> None:
    """Answer a caption that is understood; else say kindly what the bot cannot do with this kind."""
    kind = f"kind.{event.kind}" if event.kind not in {"text", "button"} else "lost"
    open_question = bool(turn.conversation.stack)
    if event.text.strip() and routing.sure_topic(turn, event.understood):
        routing.route(turn, event, again=open_question)
        return
    routing.replace(turn, kind if kind in turn.library.flows else "kind.unknown", again=open_question)
    run(turn)
