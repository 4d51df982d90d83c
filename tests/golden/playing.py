"""Plays a transcript: inputs in, message ids out. Files hold one conversation, or the conversations of a topic."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

from bot.core.effects import NoteHelped, OpenEscalation, RaiseEscalation, SendMessage, SendReply
from bot.core.people import Viewer
from bot.core.understood import Ranked, RiskFinding, Understood
from bot.teams.files import load as load_teams
from bot.teams.presence import Presence
from bot.teams.telling import Colleague
from bot.turns.direct import START, DirectConversation
from bot.turns.local import moment
from tests.golden.texts import library

HERE: Final = Path(__file__).parent
UNITS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
KNOWN: Final = {
    "text", "means", "press", "kind", "edited", "start", "claim", "reply", "send", "hand_back", "resolve", "wait",
}  # fmt: skip
TOGETHER: Final = ("topic", "audience", "locale")
"""What stands once at the top of a file that holds several conversations."""


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


def opened(transcript: dict[str, Any], means: Means) -> DirectConversation:
    country = transcript.get("country", "")
    at = dt.datetime.fromisoformat(transcript["at"]) if "at" in transcript else None
    return DirectConversation(
        library(), means, channel=transcript.get("channel", "webchat"), locale=transcript.get("locale", ""),
        country=country, audience=transcript.get("audience", ""), now=moment(country, at) if at else START,
        presence=presence(transcript["desk"]) if "desk" in transcript else None,
    )  # fmt: skip


def presence(desk: dict[str, Any]) -> Presence:
    """Return the teams of a transcript, with an account for each of their people; announcements go out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.yml"
        path.write_text(yaml.safe_dump({key: desk[key] for key in desk if key != "there"}), encoding="utf-8")
        book = load_teams(path)
    there = desk.get("there", ())
    people = tuple(Colleague(Viewer(name), on_duty=name in there) for name in sorted({*book.people, *there}))
    return Presence(book, people, frozenset({"telegram", "email"}))


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
    elif "send" in given:
        await play.send_flow(given["send"])
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


def seen(play: DirectConversation, usual: str = "") -> list[dict[str, Any]]:
    """Return what the effects of all turns since the last call were, in message ids.

    The locale of a message is left out where it is the usual one.
    """
    out: list[dict[str, Any]] = []
    for effect in play.drain():
        match effect:
            case SendMessage():
                said: dict[str, Any] = {"say": f"{effect.flow}/{effect.step}"}
                if effect.locale != usual:
                    said["locale"] = effect.locale
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
            case NoteHelped():
                out.append({"helped": effect.helped})
            case _:
                out.append({"effect": type(effect).__name__})
    return out


async def played(transcript: dict[str, Any], usual: str = "") -> dict[str, Any]:
    means = Means()
    play = opened(transcript, means)
    turns = []
    for turn in transcript["turns"]:
        await step(play, means, turn["in"])
        turns.append({"in": turn["in"], "out": seen(play, usual)})
    return {**transcript, "turns": turns}


def whole(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the conversations of a file, each with what stands at its top."""
    if "conversations" not in document:
        return [document]
    shared = {key: document[key] for key in TOGETHER if key in document}
    return [{**shared, **one} for one in document["conversations"]]


def replayed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a file as it would be written now."""
    return asyncio.run(_replayed(document))


async def _replayed(document: dict[str, Any]) -> dict[str, Any]:
    if "conversations" not in document:
        return await played(document)
    now = [await played(one, document["locale"]) for one in whole(document)]
    shared = document.keys() & set(TOGETHER)
    return {**document, "conversations": [{k: v for k, v in one.items() if k not in shared} for one in now]}


def files() -> list[Path]:
    return sorted(HERE.glob("*/**/*.yml"))


def load(file: Path) -> dict[str, Any]:
    return yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _OneLine(dict):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


_Dumper.add_representer(_OneLine, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, True))
_Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, True))


def _short(said: dict[str, Any]) -> dict[str, Any]:
    if "say" not in said:
        return _OneLine(said)
    return {**said, "choices": tuple(said["choices"])} if "choices" in said else said


def save(file: Path, document: dict[str, Any]) -> None:
    """Write a file: one conversation at length, several so that they can be read at a glance."""
    shown = document
    if "conversations" in document:
        shown = {
            **document,
            "conversations": [
                {**one, "turns": [
                    {"in": _OneLine(turn["in"]), "out": [_short(said) for said in turn["out"]]}
                    for turn in one["turns"]
                ]}
                for one in document["conversations"]
            ],
        }  # fmt: skip
    text = yaml.dump(shown, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
