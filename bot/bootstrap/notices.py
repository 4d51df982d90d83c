"""What announces cases, by the ways that the settings name."""

from __future__ import annotations

from bot.bootstrap.base import Base
from bot.bootstrap.presence import PresenceReader
from bot.config import Settings, require
from bot.notices.notifier import Notifier
from bot.notices.senders import Mail, Sender, Telegram, Webhook
from bot.notices.state import State
from bot.teams.telling import Channel


def senders(settings: Settings) -> dict[Channel, Sender]:
    """Return the ways that are set up.

    Raises:
        SettingError: SMTP_URL or MAIL_FROM is missing or wrong.
    """
    ways: dict[Channel, Sender] = {"webhook": Webhook()}
    if settings.telegram_token:
        ways["telegram"] = Telegram(settings.telegram_token, settings.telegram_api_url)
    if settings.smtp_url:
        require(settings, "mail_from")
        ways["email"] = Mail(settings.smtp_url, settings.mail_from)
    return ways


def notifier(base: Base, presence: PresenceReader, console: str) -> Notifier:
    """Return the notifier; ``console`` is the address of the console where CONSOLE_URL is not set."""
    return Notifier(
        base.store.announcements, senders(base.settings), presence, State(base.store.vault), base.clock,
        console=base.settings.console_url or console, registry=base.registry,
    )  # fmt: skip
