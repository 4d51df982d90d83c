"""How far each catalog is: what is missing, fuzzy and stale, and what people did about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from babel.messages.catalog import Catalog

from bot.i18n import catalogs
from bot.i18n import review as reviews


class State(msgspec.Struct, frozen=True):
    """The state of one catalog, in numbers of texts."""

    locale: str
    domain: str
    wanted: int
    translated: int
    missing: tuple[tuple[str, str], ...]
    """(context, msgid) of texts without a translation; texts that are fuzzy are not among them."""
    fuzzy: tuple[tuple[str, str], ...]
    stale: tuple[tuple[str, str], ...]
    """(context, msgid) of translations whose English text is gone."""
    review: str
    """The header ``X-Review``."""
    marks: dict[reviews.State, int]
    """How many of the translations that may be shown are in each state of review."""
    changed: tuple[tuple[str, str], ...]
    """(context, msgid) of translations that were changed since somebody checked them."""

    @property
    def whole(self) -> bool:
        """Whether every text has a translation that may be shown."""
        return self.translated == self.wanted


def state(read: catalogs.Read | None, locale: str, domain: str, wanted: Iterable[tuple[str, str]]) -> State:
    """Return the state of a catalog against what is wanted; of one that is not there, all is missing."""
    keys = tuple(dict.fromkeys(wanted))
    known = frozenset(keys)
    entries = read.entries if read else {}
    return State(
        locale=locale,
        domain=domain,
        wanted=len(keys),
        translated=sum(key in entries and entries[key].good for key in keys),
        missing=tuple(key for key in keys if key not in entries or not entries[key].text),
        fuzzy=tuple(key for key in keys if key in entries and entries[key].fuzzy),
        stale=tuple(key for key in entries if key not in known),
        review=read.review if read else "not there",
        marks=reviews.tally(entries[key].mark for key in keys if key in entries and entries[key].good),
        changed=tuple(key for key in keys if key in entries and entries[key].mark.changed),
    )


def keys(template: Catalog) -> list[tuple[str, str]]:
    """Return (context, msgid) of every text of a template."""
    return [(str(message.context or ""), str(message.id)) for message in template if message.id]


def report(locales: Path, templates: Iterable[Catalog]) -> list[State]:
    """Return the state of every catalog, by locale and domain.

    Raises:
        CatalogError: A catalog is wrong.
    """
    wanted = {template.domain or "": keys(template) for template in templates}
    return [
        state(
            catalogs.read(locales, locale, domain) if catalogs.path_of(locales, locale, domain).is_file() else None,
            locale,
            domain,
            found,
        )
        for locale in catalogs.locales(locales)
        for domain, found in wanted.items()
    ]
