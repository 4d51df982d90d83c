"""An organisation's own sign-in, as the protocol has it: OpenID Connect, code flow with PKCE, state and nonce."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # has no types
from authlib.oidc.core.claims import CodeIDToken  # type: ignore[import-untyped]  # as above
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.errors import NotAllowedError, SettingError

TIMEOUT_S: Final = 10.0
LEEWAY_S: Final = 60
FRESH_S: Final = 300
"""How long ago somebody may have signed in there, where they have to prove anew who they are."""
MAX_BYTES: Final = 200_000
KEYS_S: Final = 60.0
"""Keys are asked for again at most once in this time because one is not known."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
AWAY: Final = "The sign-in of your organisation cannot be reached. Try again in a moment."
REFUSED: Final = "The sign-in of your organisation did not work. Try again."


@dataclass(frozen=True)
class Client:
    """How we are known at the organisation's sign-in."""

    issuer: str
    id: str
    secret: str
    name_claim: str = "preferred_username"
    roles_claim: str = ""


class Provider:
    """One provider: what it says of itself, its keys, and what it says of people."""

    def __init__(self, client: Client) -> None:
        """Take who we are there.

        Raises:
            SettingError: The issuer is not reached through TLS.
        """
        if not _safe(client.issuer):
            msg = "OIDC_ISSUER must start with https://"
            raise SettingError(msg)
        self.client = client
        self._about: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._keys_at = -KEYS_S

    async def address(self, back: str, state: str, nonce: str, verifier: str, *, again: bool) -> str:
        """Return where the browser goes.

        Args:
            back: Our own address, to which it comes back.
            state: Comes back unchanged.
            nonce: Stands in the token.
            verifier: Proves later that it was we who asked.
            again: The person has to sign in there anew.

        Raises:
            NotAllowedError: The provider cannot be reached, or is not the one in the settings.
        """
        about = await self._discovered()
        asked = {
            "response_type": "code", "client_id": self.client.id, "redirect_uri": back, "scope": "openid profile",
            "state": state, "nonce": nonce, "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256", **({"prompt": "login", "max_age": "0"} if again else {}),
        }  # fmt: skip
        place = str(about["authorization_endpoint"])
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(asked)}"

    async def claims(self, code: str, back: str, nonce: str, verifier: str, *, again: bool) -> Mapping[str, Any]:
        """Exchange a code for what the provider says of a person; arguments as for ``address``.

        Raises:
            NotAllowedError: The provider cannot be reached, or what it says does not hold.
        """
        about = await self._discovered()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        said = await _json("POST", str(about["token_endpoint"]), data=form, auth=(self.client.id, self.client.secret))
        token = await self._opened(str(said.get("id_token", "")))
        claims = CodeIDToken(
            token.claims, token.header,
            {
                "iss": {"essential": True, "value": self.client.issuer},
                "aud": {"essential": True, "value": self.client.id},
            },
            {"nonce": nonce, "client_id": self.client.id, "max_age": 1 if again else None},
        )  # fmt: skip
        try:
            claims.validate(leeway=LEEWAY_S)
        except JoseError:
            raise NotAllowedError(REFUSED) from None
        if claims.get("nonce") != nonce or (again and time.time() - float(claims["auth_time"]) > FRESH_S):
            raise NotAllowedError(REFUSED)
        return dict(claims)

    async def _opened(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._known(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < KEYS_S:
                raise NotAllowedError(REFUSED) from None
        self._keys = None  # keys change: look once whether this is a new one
        try:
            return jwt.decode(token, await self._known(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            raise NotAllowedError(REFUSED) from None

    async def _known(self) -> KeySet:
        if self._keys is None:
            about = await self._discovered()
            said = await _json("GET", str(about["jwks_uri"]))
            public = [key for key in said.get("keys", []) if key.get("kty") != "oct"]
            self._keys = KeySet.import_key_set({"keys": public})
            self._keys_at = time.monotonic()
        return self._keys

    async def _discovered(self) -> Mapping[str, Any]:
        if not self._about:
            about = await _json("GET", self.client.issuer.rstrip("/") + "/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if about.get("issuer") != self.client.issuer or not all(_safe(str(about.get(one, ""))) for one in wanted):
                raise NotAllowedError(REFUSED)
            self._about = about
        return self._about


def _safe(address: str) -> bool:
    """Tell whether an address is reached through TLS, or is on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})


async def _json(method: str, address: str, **given: Any) -> Mapping[str, Any]:  # noqa: ANN401 - passed on to httpx
    """Return what an address of the provider says; no redirect is followed."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as http:
            answer = await http.request(method, address, **given)
            said = answer.raise_for_status().json() if len(answer.content) <= MAX_BYTES else None
    except (httpx.HTTPError, ValueError):
        raise NotAllowedError(AWAY) from None
    if not isinstance(said, dict):
        raise NotAllowedError(REFUSED)
    return said
