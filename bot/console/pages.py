"""Rendering: one environment for all templates, the caseworker's language, and what templates may call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from babel import UnknownLocaleError
from babel.dates import format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.asgi import Texts, wanted_locale
from bot.i18n.writing import isolate, known
from bot.ports.desk import QueueRow

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
        """Return the caseworker's language, as the browser asks for it."""
        return wanted_locale(request.headers, self._texts.locales)

    def show(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Render a template with the caseworker's language.

        Args:
            request: Whose language is meant.
            template: File name in ``templates/``.
            status: The HTTP status.
            values: What the template shows.
        """
        locale = self.locale(request)
        html = self._environment.get_template(template).render(
            _=lambda msgid: self._texts.gettext(locale, msgid),
            lang=locale.replace("_", "-"),
            direction="rtl" if self._texts.rtl(locale) else "ltr",
            language=lambda code: _language(code, locale),
            country=lambda code: _country(code, locale),
            apart=isolate,
            locale=locale,
            waited=lambda milliseconds: _waited(milliseconds, locale),
            clock=_clock,
            iso=_iso,
            **values,
        )
        return HTMLResponse(html, status_code=status, headers={"vary": "Accept-Language"})


def count_waiting(rows: list[QueueRow]) -> int:
    """Return how many contacts wait and nobody has taken them."""
    return sum(1 for row in rows if row.state == "waiting")


def count_announced(rows: list[QueueRow]) -> int:
    """Return how many waiting cases were announced again because nobody took them."""
    return sum(1 for row in rows if row.announced)


def _language(code: str, shown_in: str) -> str:
    try:
        return known(code).get_display_name(known(shown_in)) or code
    except (UnknownLocaleError, ValueError, TypeError):
        return code


def _country(code: str, shown_in: str) -> str:
    return str(known(shown_in).territories.get(code, code))


def _waited(milliseconds: int, locale: str) -> str:
    waited = timedelta(milliseconds=max(0, milliseconds))
    return format_timedelta(waited, granularity="minute", threshold=1.5, format="short", locale=known(locale))


def _clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%H:%M UTC")


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
