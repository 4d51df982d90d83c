"""What the chat page posts, parsed and cleaned at the edge."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

from bot.core.cleaning import clean
from bot.core.events import MessageReceived
from bot.errors import PayloadError

MAX_CHARS = 2000
"""What is read of one message, in code points; the contact is told when there was more."""

MAX_BODY = 2_000_000
"""Bytes. Room for a 100,000-character message in any script, escaped, so that it is cut and not refused."""


class Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a post: the id the page gave it, and one of text and button, or start."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    text: str = ""
    button: Annotated[str, msgspec.Meta(max_length=256)] = ""
    start: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""


def parse(body: bytes) -> tuple[Posted, bool]:
    """Return what was posted, its text cleaned and cut to ``MAX_CHARS``, and whether it was cut.

    Raises:
        PayloadError: The body is no JSON of this shape, says nothing at all, or has a text beside a button: it would
            not be read for danger.
    """
    try:
        posted = msgspec.json.decode(body, type=Posted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        msg = 'Send JSON such as {"id": "8 to 64 letters or digits", "text": "…"}.'
        raise PayloadError(msg) from None
    text = clean(posted.text)
    if not (text or posted.button or posted.start):
        msg = "There is nothing in this message."
        raise PayloadError(msg)
    if text and posted.button:
        msg = "Send a text or a button, not both."
        raise PayloadError(msg)
    cut = len(text) > MAX_CHARS
    return msgspec.structs.replace(posted, text=text[:MAX_CHARS], button=clean(posted.button)), cut


def to_event(posted: Posted, address: str, *, at: int, locale: str) -> MessageReceived:
    """Return the event. Its id is the same when the page sends the same message again, and tells nothing.

    Args:
        posted: What the page sent.
        address: The session key of the contact.
        at: Now, in milliseconds.
        locale: Which of our locales the contact's browser prefers; empty where it asks for none of them.
    """
    digest = hashlib.sha256(f"{address}\n{posted.id}".encode()).hexdigest()[:32]
    return MessageReceived(
        id=f"web-{digest}",
        at=at,
        text=posted.text,
        kind="button" if posted.button else "text",
        button=posted.button,
        start=posted.start,
        locale_hint=locale,
    )
