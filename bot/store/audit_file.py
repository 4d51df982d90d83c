"""The audit as a file, JSON lines or CSV, and the check of such a file.

A first line says what it holds and on which link its first entry stands; then comes every entry with its link; the
last line says how many there are and where the whole chain ended when the file was made, and signs all of it. In CSV,
a cell that a spreadsheet could take for a formula has an apostrophe in front.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from bot.errors import SealError
from bot.ports.audit import AuditEntry, Flaw, Verdict
from bot.ports.basics import Sealer
from bot.store import chain
from bot.store.chain import Head

FILE: Final = "audit file"
COLUMNS: Final = (
    "n", "time", "by", "verb", "what", "from", "to", "detail", "kind", "at", "taken", "source", "nonce", "unsigned",
    "key", "link",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
MAX_CELL: Final = 1_000_000


class Start(msgspec.Struct, frozen=True, tag_field="audit", tag="start"):
    """The first line."""

    made: int
    since: int
    until: int
    before: str
    """The link that the first entry stands on; empty: there is no entry."""
    version: int = 1


class End(msgspec.Struct, frozen=True, tag_field="audit", tag="end"):
    """The last line."""

    count: int
    last: int
    """The place of the last entry in this file."""
    head: int
    """The place of the last entry of the whole chain: so many were ever chained."""
    head_link: str
    head_at: int
    """When that was chained."""
    key: str = ""
    signature: str = ""


class FileVerdict(msgspec.Struct, frozen=True):
    """What a file is worth."""

    verdict: Verdict
    end: End | None = None
    """Its last line, where its signature is right."""


Part = Start | End | AuditEntry
_encode: Final = msgspec.json.Encoder().encode


def _iso(at: int) -> str:
    try:
        return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _cells(entry: AuditEntry) -> list[str]:
    values = {**msgspec.structs.asdict(entry), "from": entry.from_, "time": _iso(entry.at)}
    values["unsigned"] = "yes" if entry.unsigned else ""
    cells = [str(values[name]) for name in COLUMNS]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _csv(part: Part) -> bytes:
    if isinstance(part, AuditEntry):
        return _line(_cells(part))
    written = _line(["start" if isinstance(part, Start) else "end", _encode(part).decode()])
    return _line(COLUMNS) + written if isinstance(part, Start) else written


def _jsonl(part: Part) -> bytes:
    return _encode(part) + b"\n"


FORMS: Final[dict[str, Callable[[Part], bytes]]] = {"csv": _csv, "jsonl": _jsonl}


class Writer:
    """Makes the lines of a file, to be written in this order: ``start``, ``entry`` …, ``end``."""

    def __init__(self, sealer: Sealer, form: Literal["csv", "jsonl"], now: int) -> None:
        """Take the keys, the form, and the time (milliseconds since 1970, UTC)."""
        self._sealer = sealer
        self._form = FORMS[form]
        self._now = now
        self._hash = hashlib.sha256()
        self._count = self._last = 0

    def _hashed(self, part: Part) -> bytes:
        line = self._form(part)
        self._hash.update(line)
        return line

    def start(self, before: bytes, *, since: int, until: int) -> bytes:
        """Return the first line."""
        return self._hashed(Start(self._now, since, until, before.hex()))

    def entry(self, entry: AuditEntry) -> bytes:
        """Return the line of an entry."""
        self._count, self._last = self._count + 1, entry.n
        return self._hashed(msgspec.structs.replace(entry, id=""))

    def end(self, head: Head) -> bytes:
        """Return the last line, signed."""
        end = End(self._count, self._last, head.n, head.link, head.at)
        key, mac = self._sealer.sign(_signing(self._hash.digest(), end), purpose=FILE)
        return self._form(msgspec.structs.replace(end, key=key, signature=mac.hex()))


def _signing(hashed: bytes, end: End) -> bytes:
    return hashed + _encode(msgspec.structs.replace(end, key="", signature=""))


class _NoPartError(Exception):
    """A line that is none of ours."""


def _decoded(line: bytes) -> Part:
    try:
        if line.startswith(b'{"audit":'):
            return msgspec.json.decode(line, type=Start | End)
        return msgspec.json.decode(line, type=AuditEntry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _NoPartError from None


def _from_cells(cells: list[str]) -> Part:
    if len(cells) == 2 and cells[0] in {"start", "end"}:  # noqa: PLR2004 - a word and its JSON
        return _decoded(cells[1].encode())
    values = dict(zip(COLUMNS, [cell.removeprefix("'") for cell in cells], strict=False))
    try:
        numbers = {name: int(values.pop(name)) for name in ("n", "at", "taken")}
        entry = {name: value for name, value in values.items() if name != "time"}
        return msgspec.convert({**entry, **numbers, "unsigned": values["unsigned"] == "yes"}, type=AuditEntry)
    except (KeyError, ValueError):
        raise _NoPartError from None


def _parts(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Part]]:
    """Yield each part with the bytes that it was read from."""
    read: list[bytes] = []
    source = iter(lines)
    first = next(source, b"")
    if first.startswith(b"{"):
        yield first, _decoded(first)
        for line in source:
            yield line, _decoded(line)
        return

    def texts() -> Iterator[str]:
        yield first.decode()
        for line in source:
            read.append(line)
            yield line.decode()

    csv.field_size_limit(MAX_CELL)
    try:
        rows = csv.reader(texts(), strict=True)
        if tuple(next(rows, ())) != COLUMNS:
            raise _NoPartError
        read.insert(0, first)
        for cells in rows:
            raw, read[:] = b"".join(read), []
            yield raw, _from_cells(cells)
    except (csv.Error, UnicodeDecodeError):
        raise _NoPartError from None


class _Check:
    """One reading of a file."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        self.hash = hashlib.sha256()
        self.start: Start | None = None
        self.end: End | None = None
        self.last = b""
        self.first = self.n = self.count = self.since = self.unsigned = 0

    def take(self, raw: bytes, part: Part, form: Callable[[Part], bytes]) -> tuple[Flaw, int] | None:
        """Return what is wrong with a part, if something is."""
        if self.end is not None or (self.start is None) != isinstance(part, Start) or form(part) != raw:
            return "changed", self.n + 1
        if isinstance(part, Start):
            self.start, self.last = part, bytes.fromhex(part.before)
        elif isinstance(part, End):
            self.end = part
            return self._finish(part)
        elif flaw := self._entry(part):
            return flaw
        self.hash.update(raw)
        return None

    def _entry(self, entry: AuditEntry) -> tuple[Flaw, int] | None:
        if self.count and entry.n != self.n + 1:
            return ("missing" if entry.n > self.n else "twice"), self.n + 1
        try:
            link = chain.link(self.sealer, self.last, chain.body_of(entry), entry.key or "-")
        except SealError:
            return "key", entry.n
        if not hmac.compare_digest(link.hex(), entry.link):
            return "changed", entry.n
        self.n, self.last, self.count = entry.n, link, self.count + 1
        self.first, self.since = self.first or entry.n, self.since or entry.at
        self.unsigned += entry.unsigned
        return None

    def _finish(self, end: End) -> tuple[Flaw, int] | None:
        try:
            _, mac = self.sealer.sign(_signing(self.hash.digest(), end), purpose=FILE, key=end.key or "-")
        except SealError:
            return "key", self.n + 1
        if not hmac.compare_digest(mac.hex(), end.signature):
            if (end.count, end.last) != (self.count, self.n):
                return "end", self.n + 1
            return "head", self.n + 1
        return None

    def verdict(self, flaw: tuple[Flaw, int] | None) -> FileVerdict:
        """Return what was found."""
        how, place = flaw or (None, 0)
        found = Verdict(
            whole=flaw is None,
            count=self.count,
            since=self.since,
            first=self.first,
            head=self.n,
            link=self.last.hex() if self.count else "",
            flaw=how,
            place=place,
            unsigned=self.unsigned,
        )
        return FileVerdict(found, self.end if flaw is None else None)


def check(sealer: Sealer, lines: Iterable[bytes]) -> FileVerdict:
    """Check a file, given by its lines with their ends.

    Args:
        sealer: The keyring of the installation that made it.
        lines: The file.
    """
    checking, form = _Check(sealer), None
    try:
        for raw, part in _parts(lines):
            form = form or (_jsonl if raw.startswith(b"{") else _csv)
            if flaw := checking.take(raw, part, form):
                return checking.verdict(flaw)
    except (_NoPartError, ValueError):
        return checking.verdict(("changed", checking.n + 1))
    return checking.verdict(None if checking.end else ("end", checking.n + 1))
