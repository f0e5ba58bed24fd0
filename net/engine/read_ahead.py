"""Images in a mapped file: read before they are needed, where they are needed in order.

A file that is mapped for mini-batches is read page by page, as these take images from everywhere.
The full batch goes through it from beginning to end, and would wait for the disk at each page.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_ahead(array: NDArray[Any]) -> None:
    """Ask the system to read a mapped array's memory soon; nothing happens for any other array.

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


def _mapping(array: NDArray[Any]) -> mmap.mmap | None:
    """Return the mapped file that an array lies in."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.obj if isinstance(base, memoryview) else base.base  # pyright: ignore[reportUnknownMemberType]: whatever owns the memory
    return base if isinstance(base, mmap.mmap) else None
