"""Plays every transcript and compares; ``--rewrite-golden`` writes them anew."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.effects import OpenEscalation, RaiseEscalation, SendMessage, SendReply
from bot.core.understood import Ranked, RiskFinding, Understood
from bot.turns.direct import DirectConversation
from tests.golden.texts import library

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yml"))
UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
KNOWN = {"text", "means", "press", "kind", "edited", "start", "claim", "reply", "hand_back", "resolve", "wait"}


class Means:
    """Understands what the transcript says a text means."""

    def __init__(self) -> None:
        self.next: Any = None

    async def understand(self, text, *, locale, audience, recent=()):
        said = self.next if isinstance(self.next, dict) else {"topic": self.next} if self.next else {}
        risk = said.get("risk")
        return Understood(
            locale=said.get("locale"),
            locale_confidence=0.95 if "locale" in said else 0.0,
            risk=RiskFinding(risk, said.get("level", "T1"), said.get("care", "alarm"), "golden") if risk else None,
            ranking=(Ranked(said["topic"], said.get("confidence", 0.9)),) if "topic" in said else (),
            nlu=said.get("nlu", True),
        )


async def step(play: DirectConversation, means: Means, given: dict[str, Any]) -> None:
    assert set(given) <= KNOWN, f"unknown input: {sorted(set(given) - KNOWN)}"
    means.next = given.get("means")
    if "press" in given:
        await play.press(payload(play, given["press"]))
    elif "start" in given:
        await play.start(given["start"])
    elif "wait" in given:
        await play.wait(int(given["wait"][:-1]) * UNITS[given["wait"][-1]])
    elif "reply" in given:
        await play.reply(given["reply"])
    elif verb := next((name for name in ("claim", "hand_back", "resolve") if name in given), None):
        await getattr(play, verb)()
    else:
        await play.feed(given.get("text", ""), kind=given.get("kind", "text"), edited=given.get("edited", False))


def payload(play: DirectConversation, label: str) -> str:
    """Labels stand in English, whatever the locale of the conversation."""
    offered = play.conversation.offered if play.conversation else ()
    found = next((b.payload for b in offered if label in {b.label.msgid, b.payload}), None)
    assert found, f"no button {label!r} was shown: {[b.label.msgid for b in offered]}"
    return found


def seen(play: DirectConversation) -> list[dict[str, Any]]:
    """Return what the effects of all turns since the last call were, in message ids."""
    out: list[dict[str, Any]] = []
    for effect in play.drain():
        match effect:
            case SendMessage():
                said: dict[str, Any] = {"say": f"{effect.flow}/{effect.step}", "locale": effect.locale}
                if effect.texts:
                    said["texts"] = [text.msgid for text in effect.texts]
                if effect.buttons:
                    said["choices"] = [button.label.msgid for button in effect.buttons]
                if effect.urgent:
                    said["urgent"] = True
                out.append(said)
            case SendReply():
                out.append({"reply": effect.text})
            case OpenEscalation() | RaiseEscalation():
                verb = "opened" if isinstance(effect, OpenEscalation) else "raised"
                out.append({"escalation": verb, "level": effect.level, "topic": effect.topic})
            case _:
                out.append({"effect": type(effect).__name__})
    return out


async def played(transcript: dict[str, Any]) -> dict[str, Any]:
    means = Means()
    play = DirectConversation(
        library(), means, channel=transcript.get("channel", "webchat"), locale=transcript.get("locale", ""),
        country=transcript.get("country", ""), audience=transcript.get("audience", ""),
    )  # fmt: skip
    turns = []
    for turn in transcript["turns"]:
        await step(play, means, turn["in"])
        turns.append({"in": turn["in"], "out": seen(play)})
    return {**transcript, "turns": turns}


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(HERE)) for file in FILES])
def test_transcript(file: Path, request: pytest.FixtureRequest):
    transcript = yaml.safe_load(file.read_text())
    assert transcript.get("locale", "en") in library().locales, "not whole in this locale"
    now = asyncio.run(played(transcript))
    if request.config.getoption("--rewrite-golden"):
        file.write_text(yaml.safe_dump(now, allow_unicode=True, sort_keys=False, width=120))
    else:
        assert now == transcript


def test_there_are_transcripts():
    assert FILES
    for file in FILES:
        transcript = yaml.safe_load(file.read_text())
        assert all("out" in turn for turn in transcript["turns"]), f"{file.name} was never filled in"
