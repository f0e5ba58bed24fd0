"""Large arrays mapped from their file; their pages are released as they are read.

The pages of a mapped file stay resident until the system is short of memory, so that training on
6 GB of images would seem to take 6 GB. A thread releases them when there are many; the system
still has them in its page cache, and maps them again on access.
"""

from __future__ import annotations

import math
import mmap
import threading
import weakref
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

MIN_MAPPED_BYTES: Final = 1 << 28  # smaller files are read into memory, where they cannot change
MAX_MAPPED_BYTES: Final = 1 << 36
RELEASE_INTERVAL_S: Final = 0.02  # in which a reader from end to end asks for 100 MB
MAX_RESIDENT_BYTES: Final = 1 << 27  # of mapped files: a page released is soon asked for again
STATM: Final = Path("/proc/self/statm")  # its third number is of mapped files


def map_file(
    path: Path,
    offset: int,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    """Map the numbers of a file from an offset on, read-only, without loading them.

    Raises DataError if the file cannot be mapped.
    """
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    try:
        with path.open("rb") as file:
            pages = mmap.mmap(file.fileno(), offset + size, access=mmap.ACCESS_READ)
    except (OSError, ValueError, OverflowError) as failure:
        raise DataError(f"{path}: cannot be mapped into memory: {failure}") from failure
    array = np.frombuffer(pages, dtype, size // dtype.itemsize, offset).reshape(shape)
    if hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_RANDOM)  # without it, each image would load 128 kB of others
        _Releaser(pages).start()
    return array


def is_mapped(array: NDArray[Any]) -> bool:
    """Return whether an array lies in a mapped file."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        owner: Any = base.obj if isinstance(base, memoryview) else base.base  # pyright: ignore[reportUnknownMemberType]: whatever owns the memory
        base = owner
    return isinstance(base, mmap.mmap)


class _Releaser(threading.Thread):
    """Releases a mapping's pages until the mapping is no longer used."""

    def __init__(self, pages: mmap.mmap) -> None:
        super().__init__(name="release mapped pages", daemon=True)
        self._pages = weakref.ref(pages)
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(RELEASE_INTERVAL_S):
            pages = self._pages()
            if pages is None:
                return
            if _resident_bytes() > MAX_RESIDENT_BYTES:
                pages.madvise(mmap.MADV_DONTNEED)
            del pages


def _resident_bytes() -> float:
    """Return the resident bytes of mapped files, libraries included; infinity where unknown."""
    try:
        return int(STATM.read_text("ascii").split()[2]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):
        return math.inf
