"""Local doubles: a channel that fails as it is told, an understanding that means what it is told, a settable clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.core.understood import Ranked, RiskFinding, Understood
from bot.errors import SendError
from bot.ports.channels import Outgoing, Sent

ALARM = RiskFinding("danger", "T0", "alarm", "followed", ("FOLLOW", "ME"))
ABUSE = RiskFinding("abuse", "T1", "alarm", "hit", ("HIT", "ME"))
CHECK = RiskFinding("self_harm", "T1", "check", "no-joy", ("TIRED",))
FINDINGS = {"none": None, "check": CHECK, "abuse": ABUSE, "alarm": ALARM}


class BrokenError(Exception):
    """What a part raises that is told to break."""


class Rules:
    """Sees danger where a text says so: the words of ``FINDINGS``."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []
        self.broken = False

    def read(self, text: str, *, locale: str | None, recent: Sequence[str] = ()) -> RiskFinding | None:
        self.read_texts.append(text)
        if self.broken:
            raise BrokenError
        return next((found for word, found in FINDINGS.items() if found and word in text), None)


class Meaning:
    """Means the topic that is the first word of a text (``school …``); the other words may name a finding.

    ``slow``: seconds for texts that hold the word slow; ``poison``: raises.
    """

    def __init__(self) -> None:
        self.rules = Rules()
        self.asked: list[tuple[str, str | None, str | None, tuple[str, ...]]] = []
        self.slow_s = 0.0
        self.gate: asyncio.Event | None = None

    async def understand(
        self, text: str, *, locale: str | None, audience: str | None, recent: Sequence[str] = ()
    ) -> Understood:
        self.asked.append((text, locale, audience, tuple(recent)))
        if "slow" in text:
            await (self.gate.wait() if self.gate else asyncio.sleep(self.slow_s))
        if "poison" in text:
            raise BrokenError
        first = text.split(maxsplit=1)[0].lower() if text.split() else ""
        return Understood(
            locale="en", locale_confidence=0.9, risk=self.rules.read(text, locale=locale, recent=recent),
            ranking=(Ranked(first, 0.9),),
        )  # fmt: skip


class DoubleChannel:
    """A service in this process. ``plan`` holds what happens to the next sends: an error to raise, or None."""

    name = "double"

    def __init__(self, *, rate: float = 0, rate_per_contact: float = 0) -> None:
        self.rate = rate
        self.shown: list[str] = []
        """Whom "typing …" was shown to."""
        self.rate_per_contact = rate_per_contact
        self.sent: list[tuple[str, Outgoing]] = []
        self.deleted: list[tuple[str, tuple[str, ...]]] = []
        self.log: list[tuple[str, str]] = []
        self.tried = 0
        self.plan: dict[str, list[Exception | float | None]] = {}
        self.invite: set[str] = set()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, address: str, message: Outgoing) -> Sent:
        self.tried += 1
        steps = self.plan.get(address, [])
        step = steps.pop(0) if steps else None
        if isinstance(step, float):
            await asyncio.sleep(step)
        elif step is not None:
            raise step
        self.sent.append((address, message))
        self.log.append((address, message.text))
        if address in self.invite:
            return Sent((f"m{len(self.sent)}",), "invited")
        return Sent((f"m{len(self.sent)}",))

    async def typing(self, address: str) -> None:
        self.shown.append(address)
        code = "no_typing"
        raise SendError(code, retryable=False)

    async def delete(self, address: str, ids: Sequence[str]) -> int:
        self.deleted.append((address, tuple(ids)))
        self.log.append((address, "<delete>"))
        return len(ids)

    def texts(self, address: str) -> list[str]:
        return [message.text for to, message in self.sent if to == address]


class SetClock:
    def __init__(self, at: int = 1_800_000_000_000) -> None:
        self.at = at

    def now(self) -> int:
        self.at += 1
        return self.at


class PlainSealer:
    """Turns bytes around; opens only what it has sealed for the same purpose."""

    def __init__(self, key: bytes = b"k") -> None:
        self.key = key

    def seal(self, clear: bytes, *, purpose: str) -> bytes:
        return self.key + purpose.encode() + b"|" + clear[::-1]

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        from bot.errors import SealError

        head = self.key + purpose.encode() + b"|"
        if not sealed.startswith(head):
            raise SealError
        return sealed[len(head) :][::-1]

    def ref(self, channel: str, address: str) -> str:
        return f"ref-{channel}-{address}"


def refusal(code: str = "503", **more) -> SendError:
    return SendError(code, **{"retryable": True, **more})
