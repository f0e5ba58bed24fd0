"""NumPy's .npy format, in a file of its own or in an .npz archive; treated as untrusted input.

Pickled objects are never loaded. A header is read by NumPy's own parser, which evaluates literals
and nothing else; the caller compares its size with the size of the file or member.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from numpy.lib import format as npy

from ...errors import DataError
from ..safe_files import by
from .array_set import BYTES, EITHER, REAL, TEXT, Header

NPY_MAGIC = b"\x93NUMPY"
CHUNK_BYTES = 1 << 18  # read at a time
# What a message calls the kinds of types, and how to save another type as one of them.
CALLED = {
    REAL: "real numbers of at most 8 bytes",
    TEXT: "text",
    BYTES: "bytes",
    EITHER: "real numbers of at most 8 bytes, or text",
}
MENDED = {REAL: ("u1",), TEXT: ("U",), BYTES: ("u1",), EITHER: ("u1", "U")}  # types to save as


def read_header(
    file: IO[bytes],
    name: str,
    kinds: str,
    refusal: Callable[[str, str], DataError],
    *,
    variable: str = "it",
) -> Header:
    """Read and check the header of an array, up to its numbers.

    Args:
        file: at the beginning of the array.
        name: of the array, for messages.
        kinds: the accepted kinds of types, by NumPy's letters.
        refusal: returns the error that says what is wrong with the named array.
        variable: what a message calls the array in Python code.

    Raises:
        DataError: the array is not one of NumPy's, or of another kind; also BadZipFile and
            zlib.error from a member of a damaged archive.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about files of old versions
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, in_fortran_order, dtype = read(file)
    except (DataError, zipfile.BadZipFile, zlib.error):
        raise
    except Exception as damage:  # the parser may raise anything on invalid input
        raise refusal(name, "is not an array of NumPy's") from damage
    if dtype.hasobject:
        ways = " or ".join(f'{variable}.astype("{kind}")' for kind in MENDED[kinds])
        raise refusal(
            name,
            f"holds Python objects, which are not opened; expected {CALLED[kinds]}: save {ways}",
        )
    if dtype.kind not in kinds or (dtype.kind not in TEXT and dtype.itemsize > 8):
        raise refusal(name, f"is of type {dtype}; expected {CALLED[kinds]}")
    return Header(shape, dtype, in_fortran_order and len(shape) > 1)


def checked_full(header: Header, name: str, refusal: Callable[[str, str], DataError]) -> Header:
    """Return the header of an array that has numbers. Raises DataError for an empty one."""
    if header.nbytes <= 0 or min(header.shape, default=1) < 1:
        raise refusal(name, f"is empty: {by(header.shape)}")
    return header


def chunk_sizes(header: Header, row: int) -> Iterator[int]:
    """Yield the bytes of each chunk of an array, which holds whole rows of `row` numbers."""
    row_bytes = header.dtype.itemsize * row
    left, step = header.nbytes, max(1, CHUNK_BYTES // row_bytes) * row_bytes
    while left:
        size = min(left, step)
        left -= size
        yield size
