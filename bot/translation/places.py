"""Where the translation service is, and whether texts of children may go there as they are.

Without TLS only an address of this machine or of a private network is called. A name is looked up before each call, and
the address that was found is the one that is called: a name that suddenly leads elsewhere gets nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bot.errors import SettingError, UnavailableError

CLEAR: Final = "http"
USUAL: Final = {"http": 80, "https": 443}


def private(address: str) -> bool:
    """Tell whether an IP address is of this machine or of a private network; a name is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or (found.is_private and not found.is_unspecified)


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Place(msgspec.Struct, frozen=True):
    """A server's address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def clear(self) -> bool:
        """Whether it is called without TLS, and so only within a private network."""
        return self.scheme == CLEAR

    @property
    def authority(self) -> str:
        """Host and port, as a call's ``Host`` has them."""
        usual = self.port == USUAL[self.scheme]
        return _bracketed(self.host) if usual else f"{_bracketed(self.host)}:{self.port}"

    def url(self, address: str = "") -> str:
        """Return the address of a call, to an IP address in the host's place where one is given."""
        return f"{self.scheme}://{_bracketed(address or self.host)}:{self.port}{self.path}"

    async def found(self) -> str:
        """Return the URL that is to be called now.

        Raises:
            UnavailableError: The name is not known; or it leads out of the private network, and there is no TLS.
        """
        if not self.clear or _literal(self.host):
            return self.url()
        try:
            loop = asyncio.get_running_loop()
            rows = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            msg = "unknown_name"
            raise UnavailableError(msg) from None
        rows.sort(key=lambda row: row[0] != socket.AF_INET)
        addresses = [str(row[4][0]) for row in rows]
        if not addresses or not all(map(private, addresses)):
            msg = "public_address_without_tls"
            raise UnavailableError(msg)
        return self.url(addresses[0])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def place_of(url: str) -> Place:
    """Return a server's address, checked.

    Raises:
        SettingError: It is none, holds a password, or is a public one without TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or USUAL.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    host = parts.hostname or ""
    if parts.scheme not in {CLEAR, "https"} or not host or parts.query or parts.fragment:
        msg = "TRANSLATE_URL must be an address such as http://127.0.0.1:5000 or https://translate.example.org"
        raise SettingError(msg)
    if parts.username is not None or parts.password is not None:
        msg = "TRANSLATE_URL must hold no name and no password; the service's key is TRANSLATE_KEY"
        raise SettingError(msg)
    if parts.scheme == CLEAR and _literal(host) and not private(host):
        msg = "TRANSLATE_URL must start with https:// where the server is not on this machine or in your own network"
        raise SettingError(msg)
    return Place(parts.scheme, host, port, parts.path.rstrip("/"))
