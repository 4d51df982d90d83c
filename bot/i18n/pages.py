"""The texts of pages: web chat and console share one domain.

A locale is offered only where all that a room says is there: the web chat does not wait for the console.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.i18n import catalogs
from bot.i18n.pseudo import page_tables
from bot.i18n.state import keys
from bot.i18n.writing import isolate, rtl


class PageTexts:
    """What ``bot.asgi.Texts`` asks for."""

    def __init__(
        self,
        read: Mapping[str, catalogs.Read],
        wanted: Iterable[str],
        pseudo: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Keep the texts of catalogs by locale.

        Args:
            read: The catalogs of the pages.
            wanted: The msgids that the pages use; a catalog without all of them is not offered.
            pseudo: The texts of locales that nobody speaks, by locale and msgid.
        """
        needed = frozenset(wanted)
        tables = {
            locale: {msgid: isolate(text, locale) for (_, msgid), text in catalog.texts().items()}
            for locale, catalog in read.items()
        }
        tables |= {locale: dict(table) for locale, table in (pseudo or {}).items()}
        self._texts = {locale: table for locale, table in tables.items() if needed <= table.keys() and locale != "en"}
        self._locales = ("en", *sorted(self._texts))

    def renew(self, other: PageTexts) -> None:
        """Show another's texts from now on: the pages keep this object."""
        self._texts, self._locales = other._texts, other._locales

    @property
    def locales(self) -> Sequence[str]:
        """The locales that can be shown whole, English first."""
        return self._locales

    def gettext(self, locale: str, msgid: str) -> str:
        """Return the text in the locale, or the msgid where there is none."""
        return self._texts.get(locale, {}).get(msgid, msgid)

    def rtl(self, locale: str) -> bool:
        """Tell whether the locale is written from right to left."""
        return rtl(locale)


def page_texts(locales: Path, *, room: str = "", pseudo: bool = False) -> PageTexts:
    """Return the texts of the pages from a folder of catalogs.

    Args:
        locales: The folder.
        room: Only what the templates of this room say must be there (``web``); empty: everything.
        pseudo: Offer the locales that nobody speaks as well.

    Raises:
        CatalogError: A catalog, or the template ``console.pot``, is wrong or missing.
    """
    template = locales / f"{catalogs.CONSOLE}.pot"
    read = catalogs.parse(template, f"{locales.name}/{template.name}")
    here = f"bot/{room}/"
    of_room = {str(one.id) for one in read if any(place.startswith(here) for place, _ in one.locations)}
    wanted = [msgid for _, msgid in keys(read) if not room or msgid in of_room]
    return PageTexts(catalogs.read_all(locales, catalogs.CONSOLE), wanted, page_tables(wanted) if pseudo else {})
