"""What the operating system is asked to do with memory: read it ahead, and leave it to us."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT_BYTES = 30 << 20  # an array above 32 MiB would not count


def read_ahead(array: NDArray[Any]) -> None:
    """Ask the system to read a mapped array's memory soon; nothing happens for any other array.

    A file that is mapped for mini-batches is read page by page, as these take images from
    everywhere. The full batch goes through it from beginning to end, and would wait for the disk
    at each page.

    Args:
        array: A contiguous stretch of memory, such as some rows of a large array.
    """
    owner = _mapping(array)
    if owner is None or not hasattr(mmap, "MADV_WILLNEED") or not array.nbytes:
        return
    first = int(np.frombuffer(owner, np.uint8, 1).ctypes.data)
    start = int(array.ctypes.data) - first
    page = start // mmap.PAGESIZE * mmap.PAGESIZE
    owner.madvise(mmap.MADV_WILLNEED, page, start - page + array.nbytes)


def keep_freed_memory() -> None:
    """Let the memory of arrays up to 30 MB stay with the process when they are dropped.

    Otherwise it goes back to the system, and the next update's arrays are handed out as blank
    pages, each of which interrupts the processor: 335 times an update of 784-800-10 with dropout,
    a quarter of its time. The GNU C library keeps as much as the largest array dropped so far, so
    one is made and dropped; see M_MMAP_THRESHOLD in mallopt(3). Elsewhere this does nothing.
    """
    np.empty(KEPT_BYTES, np.uint8)  # its pages are never touched, so that it costs no memory


def _mapping(array: NDArray[Any]) -> mmap.mmap | None:
    """Return the mapped file that an array lies in."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.obj if isinstance(base, memoryview) else base.base  # pyright: ignore[reportUnknownMemberType]: whatever owns the memory
    return base if isinstance(base, mmap.mmap) else None
