"""A lock on a folder: one process at a time writes to it; the lock ends with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

LOCK = "lock"  # the name of the file that is locked


class FolderInUseError(Exception):
    """Another process holds the lock."""


def lock_folder(folder: Path) -> int:
    """Lock a folder; return a descriptor, whose closing releases the lock.

    Raises:
        FolderInUseError: Another process holds the lock.
        OSError: The folder cannot be written to.
    """
    descriptor = os.open(
        folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        os.close(descriptor)
        raise FolderInUseError(folder) from held
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
