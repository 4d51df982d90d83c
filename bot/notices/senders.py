"""How an announcement reaches its targets: a Telegram chat, an e-mail address, a webhook."""

from __future__ import annotations

import hashlib
import ipaddress
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import httpx

from bot.errors import SendError, SettingError
from bot.notices.wording import Notice
from bot.sealing.signing import HEADER, signature
from bot.teams.telling import Target

TIMEOUT_S: Final = 10.0


class Sender(Protocol):
    """Sends announcements one way."""

    async def send(self, notice: Notice, target: Target, at: int) -> None:
        """Send one; ``at`` is now (ms).

        Raises:
            SendError: It did not go out.
        """


class Telegram:
    """Writes into a chat that the bot is in."""

    def __init__(self, token: str, api_url: str) -> None:
        """Take the bot's token, and where the Bot API is."""
        self._url = f"{api_url.rstrip('/')}/bot{token}/sendMessage"

    async def send(self, notice: Notice, target: Target, at: int) -> None:  # noqa: ARG002 - the port's
        """Send one."""
        body = {"chat_id": target.address, "text": notice.text, "link_preview_options": {"is_disabled": True}}
        await _post(self._url, json=body)


class Webhook:
    """Calls an address of the team, signed."""

    async def send(self, notice: Notice, target: Target, at: int) -> None:
        """Send one."""
        body = notice.json()
        headers = {"content-type": "application/json", HEADER: signature(target.secret, body, at // 1000)}
        await _post(target.address, content=body, headers=headers)


class Mail:
    """Sends e-mails through a server of the organisation."""

    def __init__(self, url: str, sender: str) -> None:
        """Take SMTP_URL (``smtp://`` or ``smtps://user:password@host:port``) and MAIL_FROM.

        Raises:
            SettingError: One of them cannot be right; says what is expected.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            msg = "SMTP_URL must look like smtps://user:password@mail.example.org:465 (or smtp://…:587)."
            raise SettingError(msg)
        if "@" not in sender:
            msg = "MAIL_FROM must be an e-mail address: announcements are sent from it."
            raise SettingError(msg)
        self._sender = sender
        self._options = {
            "hostname": parts.hostname,
            "port": parts.port or (465 if parts.scheme == "smtps" else 587),
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": parts.scheme == "smtps",
            # What goes to another machine is encrypted or does not go.
            "start_tls": None if parts.scheme == "smtps" else not _loopback(parts.hostname),
            "timeout": TIMEOUT_S,
        }

    async def send(self, notice: Notice, target: Target, at: int) -> None:
        """Send one; another try of the same announcement has the same id, by which mail programs show it once."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, target.address, notice.title
        mail["Auto-Submitted"] = "auto-generated"
        mail["Date"] = formatdate(at / 1000)
        mail["Message-ID"] = f"<{notice.key}.{_short(target.address)}@{self._sender.rpartition('@')[2].strip('>')}>"
        mail.set_content(notice.text)
        try:
            await aiosmtplib.send(mail, **self._options)  # type: ignore[arg-type]  # a dict of its own options
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendError(code=type(error).__name__, retryable=True) from None


def _short(address: str) -> str:
    return hashlib.blake2b(address.encode(), digest_size=6).hexdigest()


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _post(url: str, **options: object) -> None:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.post(url, **options)  # type: ignore[arg-type]  # httpx's own
    except httpx.HTTPError as error:
        raise SendError(code=type(error).__name__, retryable=True) from None
    if not answer.is_success:
        again = answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        raise SendError(code=f"http_{answer.status_code}", retryable=again)
