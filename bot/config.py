"""Settings, parsed once at start-up from the environment or ``.env``. Names are a contract (design, section 10)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All settings. Retention times are in hours or days, as their names say."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    redis_url: str = ""
    """Empty: ``ucare run`` starts its own. ``redis://``, ``rediss://``, ``redis+sentinel://host,host/name``, ``redis+cluster://``."""
    nlu_url: str = ""
    nlu_token: str = ""
    public_url: str = ""
    """The https address under which the world reaches us; empty: Telegram is polled."""
    data_key: str = ""
    """Only to unlock the keyring from outside (base64, 32 bytes); empty: the keyring file alone."""
    telegram_token: str = ""
    telegram_secret: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_whatsapp_from: str = ""
    twilio_api_url: str = ""
    ucare_second_factor: Literal["auto", "offered", "required"] = "auto"
    """``auto``: required where UCARE_RELEASE or PUBLIC_URL is set, else offered."""
    console_idle_minutes: int = Field(30, ge=1, le=720)
    console_hours: int = Field(12, ge=1, le=24)
    oidc_issuer: str = ""
    """The organisation's own sign-in (OpenID Connect); empty: none. It needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name_claim: str = "preferred_username"
    """The claim that names a new account here, where OIDC_ROLES_CLAIM makes one; it joins none that is there."""
    oidc_roles_claim: str = ""
    """The claim that lists roles here; empty: roles are given here alone."""
    console_url: str = ""
    """The address under which caseworkers reach the console, for links in announcements."""
    smtp_url: str = ""
    """``smtps://user:password@host:465`` or ``smtp://…:587``: announcements by e-mail; empty: none."""
    mail_from: str = ""
    telegram_desk_chats: str = ""
    """Ids of Telegram groups in which caseworkers work, with commas; empty: none (docs/telegram-desk.md)."""
    telegram_desk_locale: str = "en"
    translate_url: str = ""
    """A server that speaks LibreTranslate's API, to which texts go where a caseworker asks; empty: none."""
    translate_key: str = ""
    translate_agreed: bool = False
    """Whoever runs that server keeps nothing and lets nobody read it, by an agreement with us; else it must be ours."""
    twilio_delete_media: bool = False
    """Delete a picture or voice message at Twilio once it was looked at clearly: nobody else can look at it then."""
    twilio_invite_template: str = ""
    """ContentSid of the approved template that invites a contact to write, after the 24-hour window."""
    nlu_python: str = ""
    ucare_data_dir: Path = ROOT / "var"
    flows_dir: Path = ROOT / "flows"
    locales_dir: Path = ROOT / "locales"
    ucare_release: bool = False
    """Children use it: telephone numbers that nobody has called are left out, but for 112 and the police."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses of proxies of ours, whose X-Forwarded-For is believed (for limits on how often somebody may try)."""
    ucare_pseudo: bool = False
    """Offer en_XA and ar_XB, which nobody speaks, to find text that was never translated. Not for contacts."""
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    console_port: int = Field(8081, ge=0, le=65535)
    partitions: int = Field(64, ge=1, le=1024)
    keep_turns_hours: int = Field(24, ge=1)
    keep_idle_days: int = Field(30, ge=1)
    keep_closed_days: int = Field(90, ge=1)
    keep_closed_risk_days: int = Field(365, ge=1)
    keep_audit_days: int = Field(365, ge=1)
    min_replicas: int = Field(0, ge=0)
    """With replicas: how many must hold an entry before it is acknowledged (WAITAOF)."""
    log_level: str = "INFO"

    @field_validator("public_url")
    @classmethod
    def _https(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            msg = "PUBLIC_URL must start with https:// (the services refuse anything else)"
            raise ValueError(msg)
        return value.rstrip("/")


def load(**given: object) -> Settings:
    """Return the settings from the environment, ``.env`` and what is given.

    Raises:
        SettingError: A setting is wrong; the message names it and says what is expected.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        lines = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
        msg = "These settings are wrong:\n  " + "\n  ".join(lines)
        raise SettingError(msg) from None


def require(settings: Settings, *names: str) -> None:
    """Check that settings are there.

    Raises:
        SettingError: One or more are missing; all of them are named.
    """
    missing = [name.upper() for name in names if not getattr(settings, name)]
    if missing:
        msg = f"Missing: {', '.join(missing)}. Set them in the environment or in .env (see docs/running.md)."
        raise SettingError(msg)
