"""Signposts: the same picture for the same thing everywhere, and no text that cannot be read without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.core.flow import Flow, Say
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check

SIGN: Final = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff]|[0-9#*]\ufe0f?\u20e3)"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f000-\U0001faff\u2600-\u27bf]\ufe0f?)*"
)
"""One emoji, with all that belongs to it: tone of skin, joined parts, the mark that it is a picture."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


@check("unknown_signpost", "Use the signposts of flows/signposts.yml, each for its own topics.", severity="warning")
def unknown_signpost(book: Book) -> Iterator[Found]:
    """Find emojis that nobody agreed on, and such as stand for something else."""
    for text in book.texts():
        for sign in SIGN.findall(text.text):
            known = book.signposts.get(sign)
            if known is None:
                yield text.place, f"{text.locale}: {sign} is no signpost"
            elif text.flow.topic not in known.topics and text.flow.id not in known.flows:
                yield text.place, f"{text.locale}: {sign} stands for {known.means}, and this is about something else"


@check("lost_signpost", "Begin the first sentence with it, followed by a space.", severity="warning")
def lost_signpost(book: Book) -> Iterator[Found]:
    """Find flows for children without the signpost of their topic, and translations without that of the English."""
    for flow in book.flows.values():
        wanted = [sign for sign, one in book.signposts.items() if flow.topic in one.topics]
        first = _first(flow)
        if wanted and flow.audience == "child" and first and SIGN.findall(first) != wanted[:1]:
            yield book.at(flow.id), f"{flow.id} does not begin with {wanted[0]}"
    for text in book.texts():
        if text.locale != "en" and SIGN.findall(text.text) != SIGN.findall(text.msgid):
            yield text.place, f"{text.locale}: the emojis differ from the English text"


@check("only_signpost", "Put it at the beginning, and say with words what it shows.", severity="warning")
def only_signpost(book: Book) -> Iterator[Found]:
    """Find texts that cannot be read, or read aloud, without their emoji."""
    for text in book.texts():
        found = SIGN.search(text.text)
        if not found:
            continue
        left = SIGN.sub("", text.text)
        if not _WORD.search(left):
            yield text.place, f"{text.locale}: without {found[0]} nothing is said"
        elif found.start() or SIGN.search(text.text, found.end()) or text.text[found.end() : found.end() + 1] != " ":
            yield text.place, f"{text.locale}: {found[0]} stands in the middle of a text"


def _first(flow: Flow) -> str:
    """Return what a flow says first to everybody; empty where it does not begin by saying something."""
    for step in flow.steps.values():
        if isinstance(step, Say) and step.say:
            return step.say[0].text
    return ""
