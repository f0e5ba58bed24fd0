"""Zip and tar archives: unpacked within bounds into a temporary folder.

What is written there has the names of the archive's regular files, held to be relative and inside
the folder; links, devices and what file managers leave are not unpacked.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from ..errors import DataError, SeveralSetsError, listed
from .arrays.npz_archive import UNREADABLE
from .safe_files import (
    MAX_PIXEL_BYTES,
    OnProgress,
    is_litter,
    max_unpacked_bytes,
    opened,
    size_of,
    unpacked,
)

MAX_FILES = 1 << 20  # in an archive
MAX_DEPTH = 12  # folders in one another
MAX_UNPACKED_BYTES = 2 * MAX_PIXEL_BYTES  # bytes, whatever the archive's size
CHUNK_BYTES = 1 << 20  # bytes at a time
ENCRYPTED = 1  # the bit of a zip member's flags

Member = tuple[str, IO[bytes], int]  # its name, its content and how long that says it is


def zip_names(path: Path) -> list[str]:
    """Return the names in a zip archive. Raises DataError if it is not one."""
    with opened(path) as file:
        return zipfile_of(file, path).namelist()


def zipfile_of(file: io.BufferedReader, path: Path) -> zipfile.ZipFile:
    """Open the zip archive in a file. Raises DataError if it is not one."""
    try:
        return zipfile.ZipFile(file)
    except UNREADABLE as damage:
        form = "a zip archive" if path.suffix == ".zip" else "an .npz file"
        raise DataError(f"{path}: is not {form}, or is cut short") from damage


@contextmanager
def unpacked_archive(
    path: Path, on_progress: OnProgress | None, member: str = ""
) -> Generator[Path]:
    """Unpack a zip or tar archive into a temporary folder for the length of the context.

    Args:
        path: The archive.
        on_progress: Told how much is unpacked.
        member: Unpack only files whose names begin with this, or with a folder of this name: one
            of several sets. Empty: all files.

    Raises DataError for an archive that is damaged or too large. A DataError raised within the
    context names the archive in place of the folder.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-tui-") as name:
        folder = Path(name).resolve()
        try:
            with opened(path) as file:
                if file.peek(2)[:2] == b"PK":
                    members = _named(_zipped(file, path), member, path)
                else:
                    members = _named(_tarred(file, path), member, path)
                _unpack(members, folder, file, path, on_progress)
            yield folder
        except SeveralSetsError as several:
            cure = f"name one of them after a colon, as in {path.name}:{several.names[0]}"
            raise SeveralSetsError(path, several.names, cure) from several
        except DataError as problem:
            problem.args = (str(problem).replace(str(folder), str(path)),)
            raise
        except OSError as failure:
            if failure.filename is None or not str(failure.filename).startswith(str(folder)):
                raise
            why = failure.strerror or failure
            raise DataError(f"{path}: cannot be unpacked into {folder.parent}: {why}") from failure


def _named(members: Iterator[Member], member: str, path: Path) -> Iterator[Member]:
    """Yield the members of the set of this name. Raises DataError if there are none."""
    others: list[str] = []
    found = False
    for name, content, size in members:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        is_meant = "/".join(parts).startswith(member) or any(p.startswith(member) for p in parts)
        if is_meant:
            found = True
            yield name, content, size
        elif parts and not any(map(is_litter, parts)):
            others.append(parts[-1])
    if member and not found:
        raise DataError(f"{path}: holds nothing called {member[:40]!r}, but {listed(others)}")


def _zipped(file: io.BufferedReader, path: Path) -> Iterator[Member]:
    archive = zipfile_of(file, path)
    for info in archive.infolist():
        is_regular = (info.external_attr >> 28) in (0, 8)  # neither a link nor a device
        if not info.filename or info.is_dir() or not is_regular:
            continue
        if info.flag_bits & ENCRYPTED:
            raise DataError(
                f"{path}: {info.filename[:80]} is locked with a password; unpack it: unzip FILE"
            )
        if info.file_size > max_unpacked_bytes(info.compress_size):
            raise DataError(
                f"{path}: {info.filename[:80]} unfolds into {info.file_size:,} bytes: too many "
                f"for its size"
            )
        try:
            yield info.filename, archive.open(info), info.file_size
        except UNREADABLE as damage:
            raise DataError(f"{path}: {info.filename[:80]} is damaged: {damage}") from damage


def _tarred(file: io.BufferedReader, path: Path) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=unpacked(file, path), mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None:
                    yield member.name, content, member.size
    except (tarfile.TarError, UnicodeError, ValueError, OverflowError) as damage:
        raise DataError(f"{path}: is a damaged tar archive: {damage}") from damage


def _unpack(
    members: Iterator[Member],
    folder: Path,
    file: io.BufferedReader,
    path: Path,
    on_progress: OnProgress | None,
) -> None:
    total, count = 0, 0
    on_disk = size_of(file)
    for name, content, size in members:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if any(map(is_litter, parts)) and ".." not in parts:
            continue
        if not parts or parts[0] == "/" or ".." in parts or "\0" in name or len(parts) > MAX_DEPTH:
            raise DataError(f"{path}: holds {name[:80]!r}, which leads out of it")
        count, total = count + 1, total + size
        if count > MAX_FILES or total > min(MAX_UNPACKED_BYTES, max_unpacked_bytes(on_disk)):
            raise DataError(f"{path}: unfolds into too much: {count:,} files, {total:,} bytes")
        target = folder.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                _copy(content, out, size, f"{path}: {name[:80]}")
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as twice:
            raise DataError(f"{path}: {name[:80]!r} is there twice") from twice
        if on_progress is not None:
            on_progress(min(file.tell(), on_disk), on_disk)


def _copy(content: IO[bytes], out: IO[bytes], size: int, name: str) -> None:
    left = size
    try:
        while piece := content.read(min(CHUNK_BYTES, left + 1)):
            left -= len(piece)
            if left < 0:
                raise DataError(f"{name}: is larger than the archive says")
            out.write(piece)
    except (*UNREADABLE, tarfile.TarError) as damage:
        if isinstance(damage, OSError) and damage.errno is not None:
            raise  # an error of the disk, not of the archive
        raise DataError(f"{name}: is damaged: {damage}") from damage
    if left:
        raise DataError(f"{name}: is cut short")
