"""The channels that the settings name. Adding one is a folder in ``channels/`` and a function here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.bootstrap.base import Base
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.webchat.channel import WebChatChannel
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.config import require
from bot.core.effects import TextRef
from bot.ports.channels import Channel, Gateway
from bot.ports.webhooks import Webhook

COMMANDS: Final = ("menu", "human", "language", "hide", "delete")
"""The commands of the menu in Telegram, each described by the label of the step ``nav/commands``."""


@dataclass
class Built:
    """Channels by name, and the webhooks by the path below ``/webhooks``."""

    receiving: bool
    """Whether this process takes what comes, and does not only send."""
    channels: dict[str, Channel] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)


def commands(base: Base) -> dict[str, list[tuple[str, str]]]:
    """Return the commands menu by locale, as far as it is translated."""
    library = base.library()
    flow = library.flows.get("commands")
    if flow is None:
        return {}
    labels = {
        choice.id: (f"commands/{step.id}", choice.label)
        for step in flow.steps.values()
        for choice in getattr(step, "choose", ())
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for locale in library.locales:
        texts = [(name, library.text(locale, TextRef(*labels[name]))) for name in COMMANDS if name in labels]
        found[locale] = [(name, text) for name, text in texts if text]
    return found


def _webchat(base: Base, _gateway: Gateway, built: Built) -> None:
    built.channels["webchat"] = WebChatChannel(base.store.webchat)


def _telegram(base: Base, gateway: Gateway, built: Built) -> None:
    settings = base.settings
    if not settings.telegram_token:
        return
    channel = TelegramChannel(
        settings.telegram_token,
        clock=base.clock,
        gateway=gateway if built.receiving else None,
        api_url=settings.telegram_api_url,
        public_url=settings.public_url,
        secret=settings.telegram_secret,
        commands=commands(base),
    )
    built.channels[channel.name] = channel
    if settings.public_url:
        built.webhooks["telegram"] = channel.webhook


def _whatsapp(base: Base, gateway: Gateway, built: Built) -> None:
    settings = base.settings
    if not settings.twilio_account_sid:
        return
    require(settings, "twilio_auth_token", "twilio_whatsapp_from", "public_url")
    channel = WhatsAppChannel(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_whatsapp_from,
        gateway=gateway,
        api_url=settings.twilio_api_url,
        public_url=settings.public_url,
        invite_template=settings.twilio_invite_template,
        list_labels=list_labels(base),
        clock=base.clock,
    )
    built.channels[channel.name] = channel
    built.webhooks["whatsapp"] = channel.webhook
    built.webhooks["whatsapp/status"] = channel.status_webhook


def list_labels(base: Base) -> Mapping[str, str]:
    """Return the word on the button that opens a list in WhatsApp, by locale: the menu's title."""
    library = base.library()
    ref = TextRef("menu", library.flows["menu"].title)
    return {locale: text for locale in library.locales if (text := library.text(locale, ref))}


CHANNELS: Final[tuple[Callable[[Base, Gateway, Built], None], ...]] = (_webchat, _telegram, _whatsapp)


def build(base: Base, gateway: Gateway, *, receiving: bool) -> Built:
    """Build the channels, which take what comes only where ``receiving``.

    Raises:
        SettingError: A channel is named whose other settings are missing or wrong.
    """
    built = Built(receiving)
    for make in CHANNELS:
        make(base, gateway, built)
    return built
