"""An OpenID Connect provider on loopback, for tests: it signs real tokens, and lies where a test asks it to."""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from tests.web.serving import Served

ID, SECRET = "ucare-console", "a long secret"


class Double:
    """Whoever comes is signed in as ``claims`` say; ``lies`` replace what the token says."""

    def __init__(self) -> None:
        self._first = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
        self.reset()
        self._codes: dict[str, dict[str, str]] = {}
        self._served = Served(
            Starlette(
                routes=[
                    Route("/.well-known/openid-configuration", self.about),
                    Route("/keys", self.keys),
                    Route("/authorize", self.authorize),
                    Route("/token", self.token, methods=["POST"]),
                ]
            )
        )
        self.url = self._served.url

    def reset(self) -> None:
        """Be honest again."""
        self.key = self._first
        self.published = [self.key]
        self.claims: dict[str, object] = {"sub": "4711", "preferred_username": "noor"}
        self.lies: dict[str, object] = {}
        self.says: dict[str, object] = {}
        """Replaces what is discovered."""
        self.algorithm = "RS256"
        self.auth_ago = 5
        self.asked: list[dict[str, str]] = []

    def __enter__(self):
        self._served.__enter__()
        return self

    def __exit__(self, *error):
        self._served.__exit__(*error)

    async def about(self, _request: Request):
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse({**said, **self.says})

    async def keys(self, _request: Request):
        return JSONResponse(KeySet(self.published).as_dict(private=False))

    def answered(self, asked: dict[str, str]) -> str:
        """Return the address that a browser is led back to."""
        self.asked.append(asked)
        code = f"code-{len(self.asked)}"
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.url})}"

    def visit(self, address: str) -> str:
        """Do what a browser and a person do at an address of ours."""
        return self.answered({key: value[0] for key, value in parse_qs(urlsplit(address).query).items()})

    async def authorize(self, request: Request):
        return RedirectResponse(self.answered(dict(request.query_params)), status_code=302)

    async def token(self, request: Request):
        basic = "Basic " + b64encode(f"{ID}:{SECRET}".encode()).decode()
        form = {key: value[0] for key, value in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        fits = asked and urlsafe_b64encode(verifier).rstrip(b"=").decode() == asked["code_challenge"]
        if not fits or request.headers.get("authorization") != basic or asked["redirect_uri"] != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        said = {
            "iss": self.url, "aud": ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "auth_time": now - self.auth_ago, **self.claims, **self.lies,
        }  # fmt: skip
        said = {key: value for key, value in said.items() if value is not None}
        key = self.key
        if self.algorithm == "HS256":  # signed with the public key as if it were a secret
            key = OctKey.import_key(self.key.as_pem(private=False))
        header = {"alg": self.algorithm, "kid": self.key.kid}
        token = jwt.encode(header, said, key, algorithms=[self.algorithm])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})
