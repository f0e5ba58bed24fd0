"""Files of results: looked at before the work, written whole or not at all, never over another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .. import atomic_file
from ..datasets.paths import absolute
from ..errors import UserError


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
    try:
        is_folder, exists = path.is_dir(), os.path.lexists(path)
        folder_is_there, may_write = path.parent.is_dir(), os.access(path.parent, os.W_OK)
    except (OSError, ValueError) as failure:
        raise UserError(f"{path}: cannot be written: {_why(failure)}") from failure
    if is_folder:
        raise UserError(f"{path}: is a folder; expected the name of a file to write")
    if exists and not overwrite:
        raise _is_there(path)
    if not folder_is_there:
        raise UserError(f"{path}: the folder {path.parent} does not exist")
    if not may_write:
        raise UserError(f"{path}: the folder {path.parent} may not be written to")


def check_apart(paths: Iterable[Path | None]) -> None:
    """Raise UserError if two of these paths are the same file."""
    seen: set[Path] = set()
    for path in paths:
        if path is None:
            continue
        if (place := absolute(path)) in seen:
            raise UserError(f"{path}: is to hold two things; name two files")
        seen.add(place)


def write_atomically(path: Path, content: str | bytes, *, overwrite: bool) -> None:
    """Write a result, whole or not at all.

    Raises UserError if it cannot be written, or if a file of that name is there and may not be
    overwritten; that stays as it is.
    """
    try:
        atomic_file.write(path, content, overwrite=overwrite)
    except FileExistsError as taken:
        raise _is_there(path) from taken
    except (OSError, ValueError) as failure:
        raise UserError(f"{path}: cannot be written: {_why(failure)}") from failure


def _is_there(path: Path) -> UserError:
    return UserError(f"{path}: exists already; --force writes over it")


def _why(failure: Exception) -> object:
    return getattr(failure, "strerror", None) or failure
