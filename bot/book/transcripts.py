"""Reads the golden transcripts of topics (``tests/golden/README.md`` says how they are written)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import yaml

from bot.errors import FlowError

FOLDER: Final = "topics"
SOURCE: Final = "en"
"""The locale whose transcripts show everything that flows say."""
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Given(msgspec.Struct, frozen=True):
    """What the contact did: typed a question, typed a word that navigates, or pressed a button (its English label)."""

    kind: Literal["ask", "word", "press"]
    text: str


class Said(msgspec.Struct, frozen=True):
    """One message of the assistant, or the fact that a person was called, in message ids."""

    place: str = ""
    """``flow/step``."""
    texts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    urgent: bool = False
    called: bool = False
    """A caseworker was called at this point; nothing was said by that."""


class Turn(msgspec.Struct, frozen=True):
    """What the contact did, and what followed."""

    given: Given
    said: tuple[Said, ...]


class Transcript(msgspec.Struct, frozen=True):
    """One conversation."""

    locale: str
    country: str
    audience: str
    turns: tuple[Turn, ...]


def _given(found: dict[str, Any]) -> Given:
    if "press" in found:
        return Given("press", str(found["press"]))
    return Given("ask" if "means" in found else "word", str(found.get("text", "")))


def _said(found: dict[str, Any]) -> Iterator[Said]:
    if "say" in found:
        texts, choices = tuple(found.get("texts", ())), tuple(found.get("choices", ()))
        yield Said(str(found["say"]), texts, choices, urgent=bool(found.get("urgent")))
    elif found.get("escalation") == "opened":
        yield Said(called=True)


def read(path: Path) -> list[Transcript]:
    """Return the conversations of one file; none where there is no such file.

    Raises:
        FlowError: The file is none of transcripts.
    """
    if not path.is_file():
        return []
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - one of the safe loaders
        return [
            Transcript(
                locale=document["locale"],
                country=one["country"],
                audience=one.get("audience") or document["audience"],
                turns=tuple(
                    Turn(_given(turn["in"]), tuple(said for out in turn["out"] for said in _said(out)))
                    for turn in one["turns"]
                ),
            )
            for one in document["conversations"]
        ]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        msg = f"is no file of transcripts ({type(error).__name__}); write it anew with python -m tests.golden.walking"
        raise FlowError(msg, file=path.name, line=1) from None


def english(folder: Path, topic: str, audience: str) -> list[Transcript]:
    """Return the English conversations about a topic: all that its flow says is in them."""
    return read(folder / SOURCE / FOLDER / f"{topic}.{audience}.yml")


def local(folder: Path, topic: str, locale: str) -> list[Transcript]:
    """Return the conversations of a locale about a topic, in the contacts' own words."""
    return read(folder / locale / FOLDER / f"{topic}.yml") if locale != SOURCE else []
