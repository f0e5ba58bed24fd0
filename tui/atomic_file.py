"""Writes files atomically: to a temporary file first, which is then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

SHARED = 0o666  # the mode of a new file, less the umask
PRIVATE = 0o600


def write(path: Path, content: str | bytes, *, overwrite: bool = True, mode: int = SHARED) -> None:
    """Write a file atomically: it appears under its name once all of it is on disk.

    Text is encoded as UTF-8. Characters that UTF-8 cannot hold, such as the undecodable bytes of a
    file name, become ?.

    Args:
        path: the file.
        content: all of it.
        overwrite: whether it may replace an existing file.
        mode: permissions of the new file, less the umask.

    Raises:
        FileExistsError: the file exists and may not be replaced; it stays as it is.
        OSError: the disk refuses.
        ValueError: the name is not a valid file name.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    # The leading dot hides a file left behind by a crash.
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        number = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
        with open(number, "wb") as file:  # noqa: PTH123  (a descriptor, no path)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            _rename(temporary, path)
    finally:
        with contextlib.suppress(OSError, ValueError):
            temporary.unlink(missing_ok=True)


def _rename(temporary: Path, path: Path) -> None:
    """Give a file a free name, even if another program takes it at this moment."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        temporary.replace(path)
