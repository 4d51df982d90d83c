"""How somebody likes the console in this browser: light or dark, and its language. Cookies, with nothing personal."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import Texts
from bot.console.access import PATH, field, form_of, refused, secure

THEME: Final = "ucare_theme"
LOCALE: Final = "ucare_locale"
THEMES: Final = ("light", "dark")
YEAR_S: Final = 365 * 24 * 3600


def theme(request: Request) -> str:
    """Return ``light`` or ``dark``; empty: as the system has it."""
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else ""


class Prefer:
    """Keeps the choices; works without the script and before sign-in."""

    def __init__(self, texts: Texts, public_url: str) -> None:
        """Take the languages there are, and the console's address."""
        self._texts = texts
        self._public_url = public_url

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/console/prefer", self.keep, methods=["POST"])]

    async def keep(self, request: Request) -> Response:
        """Keep a theme or a language and go back to the page."""
        form = await form_of(request)
        if form is None:
            return refused()
        response = RedirectResponse(safe_path(field(form, "next")), status_code=303)
        for name, allowed in ((THEME, THEMES), (LOCALE, tuple(self._texts.locales))):
            if (value := form.get(name)) is None:
                continue
            if value in allowed:
                response.set_cookie(
                    name, str(value), path=PATH, max_age=YEAR_S, samesite="strict",
                    secure=secure(request, self._public_url),
                )  # fmt: skip
            else:
                response.delete_cookie(name, path=PATH)
        return response


def safe_path(path: str) -> str:
    """Return a path of the console to go to; the queue where it is none."""
    plain = path.startswith(PATH + "/") and "//" not in path and "\\" not in path and path.isprintable()
    return path if plain else PATH + "/queue"
