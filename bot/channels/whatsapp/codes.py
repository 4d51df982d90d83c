"""What Twilio's error numbers mean for us, as far as we act on them; every other number is passed on as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.errors import SendError

WINDOW_CLOSED: Final = "window_closed"
BLOCKED: Final = "blocked"
UNREACHABLE: Final = "unreachable"
BUSY: Final = "rate_limited"
SERVICE: Final = "service_failed"
NETWORK: Final = "network"
EMPTY: Final = "empty"
CREDENTIALS: Final = "credentials"
"""The account or its token is refused: messages wait for the person who mends the setting."""

SLOW_DOWN_S: Final = 2.0
MEND_S: Final = 60.0


class Meaning(NamedTuple):
    """What follows from an error number."""

    code: str
    retry_after: float = 0.0
    """Seconds until it is worth trying again; 0: never."""


MEANINGS: Final[Mapping[int, Meaning]] = {
    401: Meaning(CREDENTIALS, MEND_S),  # a refusal without a number of Twilio's carries its HTTP status
    20003: Meaning(CREDENTIALS, MEND_S),
    20429: Meaning(BUSY, SLOW_DOWN_S),
    21211: Meaning(UNREACHABLE),  # not a valid address
    21610: Meaning(BLOCKED),  # the contact sent STOP
    30001: Meaning(BUSY, MEND_S),  # the sender's queue at Twilio is full
    63003: Meaning(UNREACHABLE),  # the channel does not know the address
    63010: Meaning(SERVICE, SLOW_DOWN_S),
    63012: Meaning(SERVICE, SLOW_DOWN_S),
    63014: Meaning(BLOCKED),  # by an action of the contact
    63016: Meaning(WINDOW_CLOSED),
    63018: Meaning(BUSY, SLOW_DOWN_S),
    63024: Meaning(UNREACHABLE),  # cannot receive WhatsApp messages
    63032: Meaning(BLOCKED),  # WhatsApp's own limit for this contact
}

SETTLED: Final = frozenset({WINDOW_CLOSED, BLOCKED, UNREACHABLE})
"""Refusals that concern the contact; the same words in another shape would be refused as well."""


def meaning(number: int) -> Meaning:
    """Return what an error number means; an unknown one becomes ``twilio_<number>`` and is not tried again."""
    return MEANINGS.get(number) or Meaning(f"twilio_{number}")


def send_error(number: int) -> SendError:
    """Return the error for a refused send."""
    found = meaning(number)
    return SendError(
        found.code, retryable=found.retry_after > 0, retry_after=found.retry_after, blocked=found.code == BLOCKED
    )
