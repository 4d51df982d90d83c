"""Twilio's fields → what happened. Pure.

What is not needed is dropped here and never stored: the profile name, the place of a location, the names in a
contact card. Of a medium its path at Twilio is kept, never a host: it is fetched from nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from bot.channels.whatsapp.codes import meaning
from bot.channels.whatsapp.verify import Fields
from bot.core import cleaning
from bot.core.events import Kind, Medium, MessageReceived
from bot.errors import PayloadError
from bot.ports.channels import DeliveryStatus, Incoming

NAME: Final = "whatsapp"
PREFIX: Final = "whatsapp:"
MAX_HEAD: Final = 8000
MAX_TAIL: Final = 2000
"""Of a longer text the first 8,000 and the last 2,000 characters are kept: what stands at its end is read too."""
MAX_PAYLOAD: Final = 256

SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
NUMBER: Final = re.compile(r"\+[1-9][0-9]{4,19}")
MEDIUM: Final = re.compile(
    r"https?://[^/?#@\s]+(/2010-04-01/Accounts/AC[0-9a-fA-F]{32}/Messages/(?:SM|MM)[0-9a-fA-F]{32}/Media/ME[0-9a-fA-F]{32})"
)
"""The address of a medium; its path is kept."""
TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,64}")
SCOPED: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
"""A business-scoped id: a contact who hides the number under a username."""


KINDS: Final[Mapping[str, Kind]] = {
    "text": "text",
    "audio": "voice",
    "voice": "voice",
    "image": "picture",
    "video": "video",
    "sticker": "sticker",
    "document": "document",
    "location": "location",
    "contact": "contact",
    "contacts": "contact",
}
"""``MessageType`` → kind. All others (reactions, orders, edits, what is to come) are unknown."""

MEDIA: Final[tuple[tuple[str, Kind], ...]] = (
    ("audio/", "voice"),
    ("image/webp", "sticker"),  # WhatsApp's pictures are JPEG or PNG
    ("image/", "picture"),
    ("video/", "video"),
    ("text/vcard", "contact"),
    ("text/x-vcard", "contact"),
    ("text/directory", "contact"),
)
"""Beginning of the medium's type → kind, where Twilio tells no ``MessageType``; all others are documents."""

Settled = Literal["sent", "delivered", "read", "failed"]
STATUSES: Final[Mapping[str, Settled]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
ON_THE_WAY: Final = frozenset({"accepted", "scheduled", "queued", "sending", "partially_delivered"})


def clean(text: str) -> str:
    """Return a text without what cannot be read or stored, and not longer than is kept."""
    text = cleaning.clean(text)
    return text if len(text) <= MAX_HEAD + MAX_TAIL else f"{text[:MAX_HEAD]} … {text[-MAX_TAIL:]}"


def sid(fields: Fields) -> str:
    """Return the message's id.

    Raises:
        PayloadError: There is none.
    """
    found = fields.first("MessageSid") or fields.first("SmsMessageSid") or fields.first("SmsSid")
    if not SID.fullmatch(found):
        msg = "MessageSid is missing or no message id."
        raise PayloadError(msg)
    return found


def address(given: str) -> str:
    """Return a WhatsApp address in the one form in which we keep it, or an empty text where it is none."""
    name = given.removeprefix(PREFIX)
    return PREFIX + name if given.startswith(PREFIX) and (NUMBER.fullmatch(name) or SCOPED.fullmatch(name)) else ""


def sender(fields: Fields) -> str:
    """Return who wrote: ``From``, to which Twilio takes an answer, else the number or business-scoped id beside it.

    Raises:
        PayloadError: Nobody on WhatsApp.
    """
    scoped = fields.first("ExternalUserId") or fields.first("ExternalUserIdentifier")
    candidates = (
        fields.first("From"),
        f"{PREFIX}+{fields.first('WaId').removeprefix('+')}",
        PREFIX + scoped.removeprefix(PREFIX),
    )
    given = candidates[0]
    if given and not given.startswith(PREFIX):
        msg = "From is no WhatsApp address."
        raise PayloadError(msg)
    found = next((a for a in map(address, candidates) if a), "")
    if not found:
        msg = "Neither From, WaId nor ExternalUserId tells who wrote."
        raise PayloadError(msg)
    return found


def kind_of(fields: Fields, text: str) -> Kind:
    """Return what was sent; ``text`` is the cleaned body."""
    stated = KINDS.get(fields.first("MessageType").lower())
    medium = fields.first("MediaContentType0").lower()
    if stated and stated != "text":
        return stated
    if medium or fields.first("NumMedia") not in {"", "0"}:
        return next((kind for start, kind in MEDIA if medium.startswith(start)), "document" if medium else "unknown")
    if fields.first("Latitude") and fields.first("Longitude"):
        return "location"
    return "text" if text and (stated or not fields.first("MessageType")) else "unknown"


def medium_of(fields: Fields) -> Medium | None:
    """Return where the medium of a message lies, or None where there is none; Twilio tells no size."""
    found = MEDIUM.fullmatch(fields.first("MediaUrl0"))
    declared = fields.first("MediaContentType0").lower().partition(";")[0].strip()
    return Medium(found[1], declared if TYPE.fullmatch(declared) else "") if found else None


def incoming(fields: Fields, *, at: int) -> Incoming:
    """Return one message of a contact.

    Args:
        fields: What Twilio called the webhook with, verified.
        at: When it came, in milliseconds since 1970, UTC; Twilio does not say when it was written.

    Raises:
        PayloadError: It is no message, or nobody's; the reason names the field, never its value.
    """
    event_id = f"wa-{sid(fields)}"
    who = sender(fields)
    if fields.first("MessageStatus") and "Body" not in fields:
        msg = "This is a status, and not a message."
        raise PayloadError(msg)
    button = clean(fields.first("ButtonPayload") or fields.first("ListId"))[:MAX_PAYLOAD]
    if button:
        return Incoming(NAME, who, MessageReceived(id=event_id, at=at, kind="button", button=button))
    # A button without a payload, made in Twilio's console, counts as if its label had been typed.
    label = clean(fields.first("ButtonText") or fields.first("ListTitle"))
    text = label or clean(fields.first("Body"))
    kind: Kind = "text" if label else kind_of(fields, text)
    medium = None if kind in {"text", "contact"} else medium_of(fields)
    return Incoming(NAME, who, MessageReceived(id=event_id, at=at, text=text, kind=kind, medium=medium))


def status(fields: Fields) -> DeliveryStatus | None:
    """Return how far a message of ours has come, or None where there is nothing to note yet.

    The address is empty where Twilio hides it; the message's id is what counts.

    Raises:
        PayloadError: It is no status of a message.
    """
    message = sid(fields)
    word = (fields.first("MessageStatus") or fields.first("SmsStatus")).lower()
    if word in ON_THE_WAY:
        return None
    if word not in STATUSES:
        msg = "MessageStatus is missing or unknown."
        raise PayloadError(msg)
    settled = STATUSES[word]
    number = fields.first("ErrorCode")
    known = settled == "failed" and number.isascii() and number.isdigit() and len(number) <= 6  # noqa: PLR2004 - digits
    code = meaning(int(number)).code if known and int(number) else ""
    return DeliveryStatus(NAME, address(fields.first("To")), message, settled, code)
