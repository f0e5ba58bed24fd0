"""Safe reading of untrusted files: regular ones only, bounded unpacking, change detection."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
MAX_PIXEL_BYTES = 1 << 31  # bytes of pixels a source may have: 45 times MNIST
MAX_UNCHECKED_BYTES = (
    1 << 24
)  # bytes that packed content may unfold into, however tightly it is packed
MAX_COMPRESSION_RATIO = (
    200  # times smaller than its content packed data may be; MNIST's are 5 to 40
)

LITTER = {"thumbs.db", "desktop.ini", "__macosx"}

OnProgress = Callable[[int, int], None]  # done bytes, all bytes; what it raises ends the reading


def max_unpacked_bytes(packed: int) -> int:
    """Return the most bytes that this many packed ones may unpack to; more is a zip bomb."""
    return max(MAX_UNCHECKED_BYTES, packed * MAX_COMPRESSION_RATIO)


@contextmanager
def opened(path: Path) -> Generator[io.BufferedReader]:
    """Open a regular file for reading for the length of the context.

    Raises DataError, one line that names the path, for what is not a file (pipes and devices are
    not waited for), is not readable, holds damaged gzip data, or changes before the context ends.
    A change replaces any other error, since it explains it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"{path}: is not a file")
        file: io.BufferedReader = io.BufferedReader(_Raw(path))
    except OSError as failure:
        raise DataError(f"{path}: cannot be read: {failure.strerror or failure}") from failure
    except ValueError as failure:
        raise DataError(f"{path}: cannot be read: {failure}") from failure
    with file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise DataError(f"{path}: is not a file")
        try:
            yield file
        except (DataError, EOFError, gzip.BadGzipFile, zlib.error) as problem:
            _refuse_changed(path, file, before)
            if isinstance(problem, DataError):
                raise
            raise DataError(
                f"{path}: the gzip data is damaged or cut short; fetch it again"
            ) from problem
        _refuse_changed(path, file, before)


def _refuse_changed(path: Path, file: io.BufferedReader, before: os.stat_result) -> None:
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise DataError(f"{path}: was changed while it was read; try again when it is complete")


class _Raw(io.FileIO):
    """A file that raises read errors as DataError, to tell them from other OSErrors."""

    def __init__(self, path: Path) -> None:
        # Should a pipe replace the file after the check, opening it does not block.
        super().__init__(path, opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
        self._path = path

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            return super().readinto(buffer)
        except OSError as failure:
            why = failure.strerror or failure
            raise DataError(f"{self._path}: cannot be read: {why}") from failure


def is_there(path: Path) -> bool:
    """Return whether a path exists, or may exist where permission is missing to see it."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder. Raises DataError if it cannot be inspected."""
    try:
        return path.is_dir()
    except OSError as failure:
        raise DataError(f"{path}: cannot be read: {failure.strerror or failure}") from failure


def inside(folder: Path) -> list[Path]:
    """List a folder by name. Raises DataError if it cannot be listed."""
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as failure:
        raise DataError(f"{folder}: cannot be read: {failure.strerror or failure}") from failure


def entries(folder: Path) -> list[Path]:
    """List a folder by name, without the litter of file managers and archivers.

    Raises DataError if it cannot be listed.
    """
    return [path for path in inside(folder) if not is_litter(path.name)]


def is_litter(name: str) -> bool:
    """Return whether a name is of automatic litter: hidden files, thumbnails, macOS forks."""
    return name.startswith(".") or name.casefold() in LITTER


def size_of(file: io.BufferedReader) -> int:
    """Return the size of the file on disk in bytes."""
    return os.fstat(file.fileno()).st_size


def is_packed(file: io.BufferedReader) -> bool:
    """Return whether the data are gzipped, whatever the file's name; nothing is consumed."""
    return file.peek(2)[:2] == GZIP_MAGIC


def unpacked(file: io.BufferedReader, path: Path) -> io.BufferedIOBase:
    """Return the file itself, or a stream of its unpacked gzip content."""
    return _Unpacked(file, path) if is_packed(file) else file


class _Unpacked(gzip.GzipFile):
    """Gzipped content, up to a plausible compression ratio."""

    def __init__(self, file: io.BufferedReader, path: Path) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._packed, self._path = file, path

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        if self.tell() > max_unpacked_bytes(self._packed.tell()):
            raise DataError(
                f"{self._path}: unfolds into more than {MAX_COMPRESSION_RATIO} times its size; "
                f"that is no data"
            )
        return content


def by(shape: tuple[int, ...]) -> str:
    """Format a shape for messages."""
    return " × ".join(f"{side:,}" for side in shape) or "one number"
