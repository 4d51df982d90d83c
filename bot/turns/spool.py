"""The append-only file the gateway falls back on while the store is away.

A record is its length (4 bytes, big-endian), the CRC-32 of its bytes (4 bytes), and the sealed bytes. It is on the
disk (fsync) before ``append`` returns. How far it was replayed stands in a second file that is replaced whole; after a
crash some records may be replayed again, and the store recognises their ids.

- A torn record at the end (killed while writing) was never acknowledged, and is cut off.
- What is damaged in the middle (bytes or length), or a record no key opens, is moved to ``damaged`` and counted; it
  stops nothing, and what comes behind it is found again.
- A full disk: what was half written is cut off again, and the caller gets UnavailableError.
- One process owns the folder, by a lock that ends with the process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from bot.errors import SettingError, UnavailableError

_HEAD: Final = struct.Struct(">II")
LONGEST: Final = 16 * 1024 * 1024
"""A record that claims more bytes is damage."""
WINDOW: Final = 65_536
"""How much is searched at once for the next sound record, in bytes."""


class Spool:
    """Sealed records in their order. All methods block on the disk; call them in a thread."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is touched before ``open``."""
        self._folder = folder
        self._file = -1
        self._lock = -1
        self._end = 0
        self._done = 0
        self._guard = threading.Lock()
        self.damaged = 0
        self.count = 0
        """Records that were not replayed yet."""

    def open(self) -> None:
        """Open the folder, cut off a torn end, and count what waits.

        Raises:
            SettingError: Another process uses this folder.
            UnavailableError: The disk refuses.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(self._lock)
                self._lock = -1
                msg = "Another gateway uses this spool. Give each its own UCARE_DATA_DIR."
                raise SettingError(msg) from None
            self._file = os.open(self._folder / "records", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._sync_folder()
            self._end = self._sound_end()
            os.ftruncate(self._file, self._end)
            self._done = min(self._read_done(), self._end)
            self.count = sum(1 for _ in self._walk(self._done))
        except OSError as error:
            msg = f"The spool cannot be opened ({error.strerror}). Look at the disk under UCARE_DATA_DIR."
            raise UnavailableError(msg) from None

    def close(self) -> None:
        """Close the files; the records stay."""
        with self._guard:
            for handle in (self._file, self._lock):
                if handle >= 0:
                    os.close(handle)
            self._file = self._lock = -1

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be replayed."""
        return self._done >= self._end

    def append(self, sealed: bytes) -> None:
        """Append a record; it survives a crash from here on.

        Raises:
            UnavailableError: The disk is full or refuses; nothing was kept.
        """
        record = _HEAD.pack(len(sealed), zlib.crc32(sealed)) + sealed
        with self._guard:
            if self._file < 0:
                msg = "The spool is closed."
                raise UnavailableError(msg)
            try:
                self._write(record, self._end)
                os.fsync(self._file)
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, self._end)
                msg = f"The spool cannot be written ({error.strerror}). Make room on the disk under UCARE_DATA_DIR."
                raise UnavailableError(msg) from None
            self._end += len(record)
            self.count += 1

    def waiting(self, limit: int = 100) -> list[tuple[int, bytes | None]]:
        """Return up to ``limit`` records that wait, in order: where each ends, and its bytes (None: damaged)."""
        with self._guard:
            return list(islice(self._walk(self._done), limit))

    def each(self, look: Callable[[bytes], None]) -> None:
        """Show every sound record that waits, in order."""
        with self._guard:
            for _, sealed in self._walk(self._done):
                if sealed is not None:
                    look(sealed)

    def done(self, end: int, replayed: int) -> None:
        """Note that ``replayed`` records up to ``end`` are through; with nothing left, the file begins anew.

        Raises:
            UnavailableError: The disk refuses; the records are replayed again after a crash.
        """
        with self._guard:
            for at, to, sealed in self._pieces(self._done, min(end, self._end)):
                if sealed is None:
                    self._keep(os.pread(self._file, to - at, at))
            try:
                if end >= self._end:
                    self._write_done(0)
                    os.ftruncate(self._file, 0)
                    os.fsync(self._file)
                    self._done = self._end = self.count = 0
                else:
                    self._write_done(end)
                    self._done = end
                    self.count -= replayed
            except OSError as error:
                msg = f"The spool cannot be written ({error.strerror})."
                raise UnavailableError(msg) from None

    def put_by(self, sealed: bytes) -> None:
        """Keep a record nobody can read now beside the others, for a person to look at."""
        self.damaged += 1
        self._keep(_HEAD.pack(len(sealed), zlib.crc32(sealed)) + sealed)

    def _keep(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            handle = os.open(self._folder / "damaged", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, data)
            finally:
                os.close(handle)

    def _write(self, data: bytes, at: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, at)
            view, at = view[written:], at + written

    def _walk(self, start: int) -> Iterator[tuple[int, bytes | None]]:
        for _, to, sealed in self._pieces(start, self._end):
            yield to, sealed

    def _pieces(self, at: int, end: int) -> Iterator[tuple[int, int, bytes | None]]:
        """Yield what lies between two places: where it begins and ends, and a record's bytes (None: damaged).

        Where a length or the bytes are wrong, the next sound record is looked for.
        """
        while at < end:
            sealed, to = self._record(at, end)
            if sealed is None and not (to == end or (to < end and self._record(to, end)[0] is not None)):
                to = self._next_sound(at + 1, end)
            yield at, to, sealed
            at = to

    def _record(self, at: int, end: int) -> tuple[bytes | None, int]:
        """Return the bytes of the record at a place (None: it is not sound), and where it says that it ends."""
        head = os.pread(self._file, _HEAD.size, at) if at + _HEAD.size <= end else b""
        if len(head) < _HEAD.size:
            return None, end + 1
        length, crc = _HEAD.unpack(head)
        to = at + _HEAD.size + length
        if not 0 < length <= LONGEST or to > end:
            return None, end + 1
        sealed = os.pread(self._file, length, at + _HEAD.size)
        return (sealed if zlib.crc32(sealed) == crc else None), to

    def _next_sound(self, at: int, end: int) -> int:
        """Return where the next sound record begins, or the end."""
        while at + _HEAD.size <= end:
            window = os.pread(self._file, WINDOW, at)
            for i in range(len(window) - _HEAD.size + 1):
                length = int.from_bytes(window[i : i + 4])
                if 0 < length <= end - at - i - _HEAD.size and self._record(at + i, end)[0] is not None:
                    return at + i
            at += max(1, len(window) - _HEAD.size + 1)
        return end

    def _sound_end(self) -> int:
        """Return where the last sound record ends; what is damaged behind it and not merely torn is put by."""
        size = os.fstat(self._file).st_size
        end = 0
        for _, to, sealed in self._pieces(0, size):
            if sealed is not None:
                end = to
        head = os.pread(self._file, _HEAD.size, end)
        torn = len(head) < _HEAD.size
        if not torn:
            length = _HEAD.unpack(head)[0]
            torn = length <= LONGEST and end + _HEAD.size + length >= size
        if not torn:
            self.damaged += 1
            self._keep(os.pread(self._file, size - end, end))
        return end

    def _read_done(self) -> int:
        try:
            return int((self._folder / "done").read_text())
        except (OSError, ValueError):
            return 0

    def _write_done(self, end: int) -> None:
        new = self._folder / "done.new"
        with new.open("w") as file:
            file.write(str(end))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / "done")
        self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
