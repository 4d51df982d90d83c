"""Checks that a webhook was called by Twilio, before anything in it is believed.

Twilio signs the public address and the form, or the address alone where that carries the hash of a JSON body
(``bodySHA256``). The address is the one that Twilio called, also behind a proxy that ends TLS.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

import msgspec
from twilio.request_validator import RequestValidator

from bot.errors import PayloadError, SignatureError
from bot.ports.webhooks import WebhookRequest

HEADER: Final = "x-twilio-signature"
MAX_FIELDS: Final = 1000
"""Twilio sends some tens."""


class Fields(dict[str, list[str]]):
    """The fields of a call; a name may come more than once. Values are as they came, not cleaned."""

    def getlist(self, name: str) -> list[str]:
        """Return all values of a name; the validator asks for them so."""
        return self.get(name, [])

    def first(self, name: str) -> str:
        """Return the first value of a name, stripped, or an empty text."""
        return (self.get(name) or [""])[0].strip()


class Verifier:
    """Checks with the account's auth token."""

    def __init__(self, auth_token: str) -> None:
        """Take the account's auth token."""
        self._validator = RequestValidator(auth_token)

    def fields(self, request: WebhookRequest) -> Fields:
        """Return what a call says, once its signature is found right.

        Raises:
            SignatureError: The signature is missing or wrong.
            PayloadError: It is right, but the body is neither a form nor a JSON object.
        """
        given = request.headers.get(HEADER, "")
        if not given:
            msg = "The signature is missing."
            raise SignatureError(msg)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
            return self._from_json(request, given)
        fields = Fields()
        for name, value in _pairs(request.body):
            fields.setdefault(name, []).append(value)
        self._check(request.url, fields, given)
        return fields

    def _from_json(self, request: WebhookRequest, given: str) -> Fields:
        try:
            text = request.body.decode()
            hashed = "bodySHA256" in parse_qs(urlsplit(request.url).query)
        except ValueError:
            hashed = False
        if not hashed:
            msg = "A JSON body needs its hash in the signed address."
            raise SignatureError(msg)
        self._check(request.url, text, given)
        try:
            found = msgspec.json.decode(request.body, type=dict[str, object])
        except (msgspec.DecodeError, RecursionError):
            msg = "The body is not a JSON object."
            raise PayloadError(msg) from None
        return Fields({k: [str(v)] for k, v in found.items() if isinstance(v, str | int | float)})

    def _check(self, url: str, params: Fields | str, given: str) -> None:
        try:
            right = self._validator.validate(url, params, given)
        except ValueError:  # an address that is none, from a forged Host header
            right = False
        if not right:
            msg = "The signature is wrong."
            raise SignatureError(msg)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS)
    except ValueError:
        msg = "The form has too many fields to be Twilio's."
        raise SignatureError(msg) from None
