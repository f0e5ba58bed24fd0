"""Recognizes a shortage of memory or threads in any form, and describes it in one line."""

from __future__ import annotations

import errno

THREAD = "can't start new thread"  # Python's own words
UNMAPPED = ("cannot allocate memory", "failed to map segment")  # the loader's, of a library

NO_MEMORY = (
    "there is not enough memory: use fewer hidden units, a smaller batch or fewer images, "
    "or allow more (see ulimit -v)"
)
NO_THREADS = (
    "no further thread can be started: use --threads 1, or allow more memory or processes "
    "(see ulimit -v, ulimit -u)"
)


def shortage_message(error: BaseException | None) -> str | None:
    """Return the line for an error that comes of too little memory; None for any other error."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return NO_MEMORY
    if isinstance(error, RuntimeError) and THREAD in str(error):
        return NO_THREADS
    if isinstance(error, ImportError) and any(words in str(error).lower() for words in UNMAPPED):
        return NO_MEMORY
    return None
