"""Files of results: looked at before the work, written whole or not at all, never over another."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from ..datasets.paths import absolute
from ..errors import UserError


def check_writable(path: Path | None, *, overwrite: bool, endings: Iterable[str] = ()) -> None:
    """Better to hear before an hour of training than after it. Raises UserError.

    endings: that the name may have, such as .csv; none: any.
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
    """Raises UserError if one file is to hold two things."""
    seen: set[Path] = set()
    for path in paths:
        if path is None:
            continue
        if (place := absolute(path)) in seen:
            raise UserError(f"{path}: is to hold two things; name two files")
        seen.add(place)


def write_atomically(path: Path, content: str | bytes, *, overwrite: bool) -> None:
    """A file under its name only when all of it is on disk; text as UTF-8.

    What is no text, such as the bytes of a file's name that are not UTF-8, is written as ?.
    Raises UserError if it cannot be, or if a file of that name is there and may not be written
    over; that stays as it is.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            _name_anew(temporary, path)
    except (OSError, ValueError) as failure:
        raise UserError(f"{path}: cannot be written: {_why(failure)}") from failure
    finally:
        with contextlib.suppress(OSError, ValueError):
            temporary.unlink(missing_ok=True)


def _name_anew(temporary: Path, path: Path) -> None:
    """Give a file a name that nobody has, even if somebody takes it at this moment."""
    try:
        os.link(temporary, path)
    except FileExistsError as taken:
        raise _is_there(path) from taken
    except OSError as failure:  # a disk that knows no second names
        if os.path.lexists(path):
            raise _is_there(path) from failure
        temporary.replace(path)


def _is_there(path: Path) -> UserError:
    return UserError(f"{path}: exists already; --force writes over it")


def _why(failure: Exception) -> object:
    return getattr(failure, "strerror", None) or failure
