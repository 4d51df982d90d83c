"""Buttons: labels that fit, payloads that fit, and no two that look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from bot.flowfiles.checks.book import Book, Text
from bot.flowfiles.checks.registry import Found, check
from nlu.text.normalise import normalise

LABEL: Final = 20
"""Characters of a label that every channel shows whole (WhatsApp's quick replies)."""
PAYLOAD: Final = 64
"""Bytes of Telegram's callback data."""


def _labels(book: Book) -> Iterator[Text]:
    for flow, step in book.chooses():
        for choice in step.choose:
            yield from book.versions(flow, f"{flow.id}/{step.id}", choice.label)
    for flow in book.flows.values():
        if flow.topic and flow.title:
            yield from book.versions(flow, flow.id, flow.title)


@check("long_label", f"Say it in at most {LABEL} characters; the title of a topic is a button as well.")
def long_label(book: Book) -> Iterator[Found]:
    """Find labels that a channel would cut off."""
    for label in _labels(book):
        if len(label.text) > LABEL:
            yield label.place, f"{label.locale}: the label {label.text!r} has {len(label.text)} characters"


@check("long_payload", f"Shorten the ids: flow/step/choice may have {PAYLOAD} bytes together.")
def long_payload(book: Book) -> Iterator[Found]:
    """Find buttons whose payload Telegram refuses."""
    for flow in book.flows.values():
        if len(f"!flow:{flow.id}".encode()) > PAYLOAD:
            yield book.at(flow.id), f"the id {flow.id!r} is too long for a button"
    for flow, step in book.chooses():
        for choice in step.choose:
            payload = f"{flow.id}/{step.id}/{choice.id}"
            if len(payload.encode()) > PAYLOAD:
                yield book.at(payload), f"{payload!r} has {len(payload.encode())} bytes"


@check("same_label", "Say what is different about them.")
def same_label(book: Book) -> Iterator[Found]:
    """Find choices of one question that nobody can tell apart, by eye or by typing."""
    for flow, step in book.chooses():
        context = f"{flow.id}/{step.id}"
        shown = [one for choice in step.choose for one in book.versions(flow, context, choice.label)]
        counted = Counter((one.locale, normalise(one.text)) for one in shown)
        for one in shown:
            if counted.pop((one.locale, normalise(one.text)), 0) > 1:
                yield one.place, f"{one.locale}: two choices of {context} are called {one.text!r}"


@check("missing_title", "Give it a `title:`; it is the button under which the flow is offered.")
def missing_title(book: Book) -> Iterator[Found]:
    """Find topics that cannot be offered, because they have no title."""
    for flow in book.flows.values():
        if flow.topic and not flow.title:
            yield book.at(flow.id), f"{flow.id} has a topic and no title"
