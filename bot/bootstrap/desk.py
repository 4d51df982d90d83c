"""The desk: cases with what the flows, phrases and teams know of them."""

from __future__ import annotations

from bot.bootstrap.base import Base
from bot.core import offering
from bot.core.escalation import Escalation
from bot.desk.desk import Desk
from bot.flowfiles.phrasebook import Phrasebook
from bot.people.accounts import Accounts
from bot.people.rules import HOUR_MS, MINUTE_MS, Rules
from bot.ports.partitions import Line
from bot.turns import bilingual


def accounts_of(base: Base) -> Accounts:
    """Return the accounts, with sign-in as the settings have it."""
    settings = base.settings
    wanted = settings.ucare_second_factor
    rules = Rules(
        factor_required=wanted == "required" or (wanted == "auto" and settings.ucare_release),
        idle_ms=settings.console_idle_minutes * MINUTE_MS,
        absolute_ms=settings.console_hours * HOUR_MS,
    )
    return Accounts(base.store.vault, rules=rules, audit=base.store.audit, now=base.clock.now)


def desk_of(base: Base, accounts: Accounts, phrases: Phrasebook) -> Desk:
    """Return the desk, over the flows and phrases as they are when it is asked."""

    def shown(line: Line, locale: str) -> str | None:
        said = bilingual.shown(line, base.library(), locale)
        return said or (phrases.shown(line.phrase, locale) if line.phrase else None)

    def sendable(case: Escalation, locale: str) -> list[tuple[str, str]]:
        return offering.sendable(base.library(), case.audience, case.country, case.locale, locale)

    def asks_safety(case: Escalation) -> bool:
        return offering.asks_safety(case.topic, case.level, base.library(), case.audience, case.country)

    return Desk(
        base.store.escalations, accounts, base.store.audit, base.clock,
        shown=shown, sendable=sendable, asks_safety=asks_safety,
    )  # fmt: skip
