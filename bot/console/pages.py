"""Rendering: one environment for all templates, the caseworker's language and theme, and what templates may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from babel import UnknownLocaleError
from babel.dates import format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from bot.asgi import Texts, match_locale, wanted_locale
from bot.console.prefer import LOCALE, theme
from bot.i18n.writing import isolate, known

TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Renders the console's templates."""

    def __init__(self, texts: Texts) -> None:
        """Load the templates."""
        self._texts = texts
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def locale(self, request: Request) -> str:
        """Return the caseworker's language: chosen in this browser, else for their account, else the browser's own."""
        session = getattr(request.state, "session", None)
        for chosen in (request.cookies.get(LOCALE, "")[:16], getattr(session, "locale", "")):
            if chosen and (found := match_locale(chosen.replace("-", "_"), self._texts.locales)):
                return found
        return wanted_locale(request.headers, self._texts.locales)

    def text(self, request: Request, msgid: str) -> str:
        """Return a text in the caseworker's language."""
        return self._texts.gettext(self.locale(request), msgid) if msgid else ""

    def said(self, locale: str, msgid: str) -> str:
        """Return a text in a language."""
        return self._texts.gettext(locale, msgid)

    def language(self, request: Request, code: str) -> str:
        """Return the name of a locale in the caseworker's language."""
        return language_name(code, self.locale(request))

    def words(self, locale: str) -> dict[str, object]:
        """Return what every template may call, in a language."""
        return {
            "_": lambda msgid: self._texts.gettext(locale, msgid),
            "lang": locale.replace("_", "-"),
            "direction": "rtl" if self._texts.rtl(locale) else "ltr",
            "language": lambda code: language_name(code, locale),
            "country": lambda code: country_name(code, locale),
            "apart": lambda text: isolate(text, locale),
            "locale": locale,
            "waited": lambda milliseconds: waited(milliseconds, locale),
            "clock": _clock,
            "iso": _iso,
        }

    def template(self, name: str) -> Template:
        """Return a template, for who renders many small pieces with ``words``."""
        return self._environment.get_template(name)

    def show(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Render a template with the caseworker's language.

        Args:
            request: Whose language is meant.
            template: File name in ``templates/``.
            status: The HTTP status.
            values: What the template shows; ``session`` (or None) always.
        """
        shell = {
            "theme": theme(request),
            "locales": [(code, own_name(code)) for code in self._texts.locales],
            "path": request.url.path,
            "back": request.url.path if request.method == "GET" else "/console/queue",
            "there": there(request),
            "chosen_locale": request.cookies.get(LOCALE, "")[:16],
        }
        html = self.template(template).render({"session": None, **shell, **self.words(self.locale(request)), **values})
        return HTMLResponse(html, status_code=status, headers={"vary": "Accept-Language, Cookie"})


def there(request: Request) -> frozenset[str]:
    """Return the paths of the pages that this app has, so that no link leads nowhere."""
    app = request.scope.get("app")
    routes: Sequence[object] = app.routes if app is not None else ()
    return frozenset(one.path for one in routes if isinstance(one, Route))


@lru_cache(maxsize=64)
def own_name(code: str) -> str:
    """Return what a language calls itself."""
    name = language_name(code, code)
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=4096)
def language_name(code: str, shown_in: str) -> str:
    """Return the name of a locale; the code itself where Babel does not know it."""
    try:
        own = known(shown_in)
        return own.languages.get(code) or known(code).get_display_name(own) or code
    except (UnknownLocaleError, ValueError, TypeError):
        return code


@lru_cache(maxsize=4096)
def country_name(code: str, shown_in: str) -> str:
    """Return the name of a country (ISO 3166); the code itself where Babel does not know it."""
    territories: Mapping[str, str] = known(shown_in).territories
    return str(territories.get(code, code))


def waited(milliseconds: int, locale: str) -> str:
    """Return a length of time in short words, at least a minute."""
    length = timedelta(milliseconds=max(0, milliseconds))
    return format_timedelta(length, granularity="minute", threshold=1.5, format="short", locale=known(locale))


def _clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%H:%M UTC")


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
