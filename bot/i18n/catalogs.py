"""PO files in memory. They are read at start; there are no compiled files to forget.

A catalog lies at ``locales/<locale>/LC_MESSAGES/<domain>.po``; the domain is ``bot`` (flows and phrases) or
``console`` (pages of the web chat and of the console). Its header ``X-Review`` says what people did about it:
``draft``, ``back-checked`` or ``reviewed by NAME``; ``review`` tells it of each text. A fuzzy or empty translation
counts as none.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from bot.errors import CatalogError
from bot.i18n import review as review_

BOT: Final = "bot"
CONSOLE: Final = "console"
DOMAINS: Final = (BOT, CONSOLE)
DRAFT: Final = review_.DRAFT
BACK_CHECKED: Final = review_.BACK_CHECKED
REVIEWED: Final = "reviewed by "
WIDTH: Final = 110
UNFILLED: Final = ("EMAIL@ADDRESS", "LL@li.org")
"""What Babel writes into a header that nobody filled in."""


UNNAMED: Final = "somebody"
"""Who checked a text where only the header tells that it was checked."""


class ReviewedCatalog(Catalog):
    """A catalog that keeps its ``X-Review`` header."""

    review: str = DRAFT

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        headers = [
            (name, value)
            for name, value in super()._get_mime_headers()
            if name != "Generated-By" and not any(one in str(value) for one in UNFILLED)
        ]
        if self.locale is not None:
            headers.append(("X-Review", self.review))
        name, value = headers.pop()
        return [*headers, (name, f"{value}\n")]  # the last line of the header ends as all others do

    def _set_mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        known = list(headers)
        self.review = next((value.strip() for name, value in known if name.lower() == "x-review"), DRAFT)
        super()._set_mime_headers(known)

    mime_headers = property(_get_mime_headers, _set_mime_headers)


class Entry(msgspec.Struct, frozen=True):
    """One message of a catalog."""

    context: str
    msgid: str
    text: str
    """Empty: not translated."""
    fuzzy: bool
    line: int
    mark: review_.Mark = review_.NONE
    """What people did about it; a draft where it may not be shown."""

    @property
    def good(self) -> bool:
        """Whether the translation may be shown."""
        return bool(self.text) and not self.fuzzy


class Read(msgspec.Struct, frozen=True):
    """One catalog as it was read."""

    locale: str
    file: str
    """As people name it: ``locales/nl/LC_MESSAGES/bot.po``."""
    review: str
    """The header ``X-Review``."""
    entries: dict[tuple[str, str], Entry]
    """By (context, msgid)."""

    @property
    def marks(self) -> list[review_.Mark]:
        """What people did about each translation that may be shown."""
        return [entry.mark for entry in self.entries.values() if entry.good]

    @property
    def draft(self) -> bool:
        """Whether anything that may be shown was not reviewed by a native speaker."""
        marks = self.marks
        return review_.lowest(marks) != review_.REVIEWED if marks else not self.review.startswith(REVIEWED)

    def texts(self) -> dict[tuple[str, str], str]:
        """Return the translations that may be shown, by (context, msgid)."""
        return {key: entry.text for key, entry in self.entries.items() if entry.good}


def is_state(review: str) -> bool:
    """Tell whether a review state is one of the three."""
    return review in {DRAFT, BACK_CHECKED} or (review.startswith(REVIEWED) and len(review) > len(REVIEWED))


def spread(catalog: ReviewedCatalog) -> None:
    """Move what the header says into each translation without a mark of its own; ``settle`` writes the header anew."""
    header = review_.from_header(catalog.review)
    if header.state == DRAFT:
        return
    day = catalog.revision_date.date() if isinstance(catalog.revision_date, dt.datetime) else dt.date.min
    for message in catalog:
        if message.id and review_.mark_of(message, header) is header:
            review_.put(message, msgspec.structs.replace(header, by=header.by[: review_.NAME_MAX] or UNNAMED, on=day))
    catalog.review = DRAFT


def settle(catalog: ReviewedCatalog) -> None:
    """Write into the header what holds for the least checked text."""
    header = review_.from_header(catalog.review)
    texts: list[Message] = [message for message in catalog if message.id]
    good = [message for message in texts if message.string and not message.fuzzy]
    marks = [review_.mark_of(message, header) for message in good]
    catalog.review = review_.as_header(marks, whole=len(good) == len(texts))


def path_of(folder: Path, locale: str, domain: str) -> Path:
    """Return where a catalog lies."""
    return folder / locale / "LC_MESSAGES" / f"{domain}.po"


def locales(folder: Path) -> list[str]:
    """Return the locales that have a folder, in order of their names."""
    return sorted(path.name for path in folder.glob("*") if (path / "LC_MESSAGES").is_dir())


def parse(path: Path, name: str, locale: str | None = None) -> ReviewedCatalog:
    """Return a PO or POT file as Babel's catalog.

    Raises:
        CatalogError: It cannot be read; with file and line.
    """
    try:
        parsed = Locale.parse(locale) if locale else None
    except (UnknownLocaleError, ValueError):
        msg = f"{name}:1: {locale!r} is no locale that Babel knows; name the folder like nl, fa_AF or sr_Latn"
        raise CatalogError(msg) from None
    catalog = ReviewedCatalog(locale=parsed)
    try:
        data = path.read_bytes()
        data.decode()
        PoFileParser(catalog, abort_invalid=True).parse(io.BytesIO(data))
    except OSError as error:
        msg = f"{name}:1: cannot be read ({error.strerror})"
        raise CatalogError(msg) from None
    except UnicodeDecodeError:
        msg = f"{name}:1: is not UTF-8; save it as UTF-8"
        raise CatalogError(msg) from None
    except PoFileError as error:
        msg = f"{name}:{error.lineno + 1}: is no well-formed PO file: {str(error).partition(' on ')[0]}"
        raise CatalogError(msg) from None
    except Exception as error:  # noqa: BLE001 - the parser guards neither its header nor its escapes
        msg = f"{name}:1: is no well-formed PO file ({type(error).__name__})"
        raise CatalogError(msg) from None
    catalog.locale = parsed or catalog.locale
    return catalog


def _entries(catalog: ReviewedCatalog) -> Iterator[Entry]:
    header = review_.from_header(catalog.review)
    message: Message
    for message in catalog:
        if not message.id:
            continue
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else "".join((message.string or ("",))[:1])
        mark = review_.mark_of(message, header)
        yield Entry(str(message.context or ""), msgid, text, message.fuzzy, message.lineno or 1, mark)


def read(folder: Path, locale: str, domain: str = BOT) -> Read:
    """Return the catalog of a locale.

    Raises:
        CatalogError: It is not there or not well-formed; with file and line.
    """
    path = path_of(folder, locale, domain)
    name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
    catalog = parse(path, name, locale)
    return Read(locale, name, catalog.review, {(e.context, e.msgid): e for e in _entries(catalog)})


def read_all(folder: Path, domain: str = BOT) -> dict[str, Read]:
    """Return every catalog of a domain, by locale.

    Raises:
        CatalogError: One of them is wrong.
    """
    return {name: read(folder, name, domain) for name in locales(folder) if path_of(folder, name, domain).is_file()}


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalog in the one way all of them are written, so that a change shows as just that change."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=WIDTH, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())
