"""The desk: cases with what the flows, phrases and teams know of them."""

from __future__ import annotations

from bot.bootstrap.base import Base
from bot.config import require
from bot.core import offering
from bot.core.escalation import Escalation
from bot.desk.desk import Desk
from bot.flowfiles.phrasebook import Phrasebook
from bot.people.accounts import Accounts
from bot.people.oidc import Organisation
from bot.people.provider import Client, Provider
from bot.people.rules import HOUR_MS, MINUTE_MS, Rules
from bot.ports.partitions import Line
from bot.turns import bilingual


def accounts_of(base: Base) -> Accounts:
    """Return the accounts, with sign-in as the settings have it."""
    settings = base.settings
    wanted, in_earnest = settings.ucare_second_factor, settings.ucare_release or bool(settings.public_url)
    rules = Rules(
        factor_required=wanted == "required" or (wanted == "auto" and in_earnest),
        idle_ms=settings.console_idle_minutes * MINUTE_MS,
        absolute_ms=settings.console_hours * HOUR_MS,
    )
    return Accounts(base.store.vault, rules=rules, audit=base.store.audit, now=base.clock.now)


def organisation_of(base: Base, accounts: Accounts) -> Organisation | None:
    """Return the organisation's own sign-in; None where the settings name none.

    Raises:
        SettingError: A setting is missing, or the issuer is not reached through TLS.
    """
    settings = base.settings
    if not settings.oidc_issuer:
        return None
    require(settings, "oidc_client_id", "oidc_client_secret")
    client = Client(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
        settings.oidc_name_claim, settings.oidc_roles_claim,
    )  # fmt: skip
    return Organisation(base.store.vault, accounts, Provider(client))


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
