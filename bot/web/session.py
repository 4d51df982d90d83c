"""The session cookie of the web chat: 128 random bits, which are the contact's address and nothing else."""

from __future__ import annotations

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "ucare_chat"
PATH = "/chat"
KEY = re.compile(r"[0-9a-f]{32}")


def address_of(request: Request) -> str:
    """Return the address in the cookie; empty where there is none or it is not one of ours."""
    value = request.cookies.get(COOKIE, "")
    return value if KEY.fullmatch(value) else ""


def begin(response: Response, *, secure: bool) -> str:
    """Give the contact a new address that ends with the browser's session, and return it."""
    address = secrets.token_hex(16)
    response.set_cookie(COOKIE, address, path=PATH, httponly=True, samesite="strict", secure=secure)
    return address


def end(response: Response, *, secure: bool) -> None:
    """Take the address out of the browser."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=secure)
