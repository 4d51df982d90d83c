"""What an announcement says: how serious, where, which language, how long, where to look. Nothing of the contact."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from bot.core.escalation import Escalation
from bot.core.understood import Level

WORDS: Final[dict[Level, str]] = {"T0": "life in danger", "T1": "serious risk", "T2": "urgent", "T3": "question"}
MINUTE_MS: Final = 60_000


class Notice(msgspec.Struct, frozen=True):
    """One announcement as it is sent."""

    id: str
    level: Level
    country: str
    language: str
    minutes: int
    """How long the case has waited."""
    again: int
    """How often it was announced before."""
    link: str
    key: str = ""
    """The same for each try of the same announcement, so that who gets it twice can see that."""

    @property
    def title(self) -> str:
        """One line."""
        again = f", announced again: {self.again}" if self.again else ""
        return f"{self.level} {WORDS[self.level]}: waiting for {self.minutes} min{again}"

    @property
    def text(self) -> str:
        """A few lines."""
        where = " · ".join(one for one in (self.country, self.language) if one)
        return "\n".join(line for line in (self.title, where, self.link) if line)

    def json(self) -> bytes:
        """Return what a webhook is given."""
        return msgspec.json.encode({
            "type": "case.waiting", "id": self.id, "level": self.level, "country": self.country,
            "language": self.language, "minutes": self.minutes, "again": self.again, "link": self.link,
            "delivery": self.key,
        })  # fmt: skip


def notice(case: Escalation, round_: int, revision: int, console: str, at: int) -> Notice:
    """Return the announcement of a case in a round, at a time (ms); ``console`` is the console's address."""
    link = f"{console.rstrip('/')}/console/cases/{case.id}" if console else ""
    waited = max(0, at - case.opened_at) // MINUTE_MS
    key = hashlib.blake2b(f"{case.id} {revision}".encode(), digest_size=12).hexdigest()
    return Notice(case.id, case.level, case.country, case.locale, waited, round_, link, key)
