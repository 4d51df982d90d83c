"""Templates: every text that wants a translation, taken afresh from flows, pages and code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from bot.i18n import catalogs, review

SKIPPED: Final = frozenset({"var", "tests", "dist", "node_modules"})
HEADER: Final = """\
# {what}
# Made by `ucare i18n extract`; do not change it by hand."""
WHAT: Final = {
    catalogs.BOT: "What contacts read: flows and phrases.",
    catalogs.CONSOLE: "The pages of the web chat and of the console.",
}


def template_path(locales: Path, domain: str) -> Path:
    """Return where a template lies."""
    return locales / f"{domain}.pot"


def extract(root: Path, locales: Path, domain: str) -> Catalog:
    """Return the template of a domain, taken from the files that its mapping names.

    Args:
        root: The folder that the patterns of the mapping begin at.
        locales: The folder of the catalogs, with ``bot.cfg`` and ``console.cfg``.
        domain: ``bot`` or ``console``.

    Raises:
        FlowError: A flow file is wrong.
    """
    with (locales / f"{domain}.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalog = catalogs.ReviewedCatalog(
        domain=domain,
        project="ucare",
        version="1",
        header_comment=HEADER.format(what=WHAT[domain]),
        charset="utf-8",
        fuzzy=False,
    )
    found = extract_from_dir(root, methods, options, directory_filter=_wanted)
    for name, line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        place = Path(name).as_posix()
        catalog.add(message, None, [(place, line)], auto_comments=comments, context=context)
    old = _old(locales, domain)
    if old and _keys(old) == _keys(catalog):
        catalog.creation_date = old.creation_date
    catalog.revision_date = catalog.creation_date
    return catalog


def _wanted(folder: str) -> bool:
    name = Path(folder).name
    return name not in SKIPPED and not name.startswith((".", "_"))


def _old(locales: Path, domain: str) -> Catalog | None:
    path = template_path(locales, domain)
    return catalogs.parse(path, path.name) if path.is_file() else None


def _keys(catalog: Catalog) -> list[tuple[str, str]]:
    return sorted((str(message.context or ""), str(message.id)) for message in catalog if message.id)


def update(catalog: catalogs.ReviewedCatalog, template: Catalog) -> bool:
    """Bring a catalog to the state of the template; return whether its review no longer covers all of it.

    A text that is new is empty. One whose English changed a little takes the old translation over, marked fuzzy, and
    nobody has checked it any more. One that is gone is kept aside as obsolete. What was checked stays checked. Where
    anything is new or fuzzy, a catalog as a whole is a draft again.
    """
    before = catalog.review
    catalogs.spread(catalog)
    catalog.update(template)
    catalog.fuzzy = False
    for message in catalog:
        if message.id and message.fuzzy:
            review.put(message, review.NONE)
    catalogs.settle(catalog)
    return before != catalog.review == catalogs.DRAFT


def new(locale: str, template: Catalog) -> catalogs.ReviewedCatalog:
    """Return an empty catalog for a locale.

    Raises:
        babel.UnknownLocaleError, ValueError: There is no such locale.
    """
    catalog = catalogs.ReviewedCatalog(
        locale=Locale.parse(locale),
        project="ucare",
        version="1",
        header_comment=f"# {WHAT[template.domain or catalogs.BOT]}",
        charset="utf-8",
        fuzzy=False,
        revision_date=dt.datetime.now(tz=dt.UTC),
    )
    catalog.update(template)
    return catalog
