"""What the console is made of; ``bootstrap`` fills it in."""

from __future__ import annotations

from dataclasses import dataclass

from bot.asgi import Texts
from bot.console.accounts import Accounts
from bot.ports.desk import Escalations, Phrases


@dataclass(frozen=True)
class Parts:
    """The parts of the console."""

    escalations: Escalations
    accounts: Accounts
    texts: Texts
    phrases: Phrases
    public_url: str = ""
