"""Files of results: looked at before the work, written whole or not at all, never over another."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path

from .. import atomic_file
from ..datasets.paths import absolute
from ..errors import UserError

Content = str | bytes


def check_writable(path: Path | None, *, overwrite: bool, endings: Iterable[str] = ()) -> None:
    """Raise UserError now, rather than after an hour of training, if a file cannot be written.

    Args:
        path: the file; None: nothing to check.
        overwrite: whether it may replace an existing file.
        endings: accepted file extensions, such as .csv; none: any.
    """
    if path is None:
        return
    absolute(path)
    if endings and path.suffix.lower() not in endings:
        raise UserError(f"{path}: expected a name that ends in {' or '.join(endings)}")
    with _refusing(path):
        if path.is_dir():
            raise UserError(f"{path}: is a folder; expected the name of a file to write")
        if os.path.lexists(path) and not overwrite:
            raise _is_there(path)
    _check_folder(path, path.parent)


def check_folder_writable(folder: Path, files: Iterable[Path], *, overwrite: bool) -> None:
    """Raise UserError now if these files cannot be written below a folder, which may be new.

    Args:
        folder: the folder; the one that it lies in must exist.
        files: what is to be written, below it.
        overwrite: whether they may replace existing files.
    """
    absolute(folder)
    with _refusing(folder):
        if os.path.lexists(folder) and not folder.is_dir():
            raise UserError(f"{folder}: is a file; expected the name of a folder to write to")
        taken = next((file for file in files if os.path.lexists(file)), None)
        if taken is not None and not overwrite:
            raise _is_there(taken)
        _check_folder(folder, folder if folder.is_dir() else folder.parent)


def _check_folder(path: Path, folder: Path) -> None:
    with _refusing(path):
        is_there, may_write = folder.is_dir(), os.access(folder, os.W_OK)
    if not is_there:
        raise UserError(f"{path}: the folder {folder} does not exist")
    if not may_write:
        raise UserError(f"{path}: the folder {folder} may not be written to")


def check_apart(paths: Iterable[Path | None]) -> None:
    """Raise UserError if two of these paths are the same file."""
    seen: set[Path] = set()
    for path in paths:
        if path is None:
            continue
        if (place := absolute(path)) in seen:
            raise UserError(f"{path}: is to hold two things; name two files")
        seen.add(place)


def write_atomically(path: Path, content: Content, *, overwrite: bool) -> None:
    """Write a result, whole or not at all.

    Raises UserError if it cannot be written, or if a file of that name is there and may not be
    overwritten; that stays as it is.
    """
    with _refusing(path):
        try:
            atomic_file.write(path, content, overwrite=overwrite)
        except FileExistsError as taken:
            raise _is_there(path) from taken


def write_files(contents: Mapping[Path, Content], *, overwrite: bool) -> None:
    """Write each file as `write_atomically` does, and the folders that it lies in."""
    for path, content in contents.items():
        with _refusing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, overwrite=overwrite)


@contextlib.contextmanager
def _refusing(path: Path) -> Generator[None]:
    """Turn what the disk refuses into one line about this path."""
    try:
        yield
    except (OSError, ValueError) as failure:
        why = getattr(failure, "strerror", None) or failure
        raise UserError(f"{path}: cannot be written: {why}") from failure


def _is_there(path: Path) -> UserError:
    return UserError(f"{path}: exists already; --force writes over it")
