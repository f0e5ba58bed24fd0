"""IDX, the format MNIST comes in: bytes to array and back, checked before memory is taken.

A file is a header and the numbers: two zero bytes, a byte for the type (8 is unsigned byte),
a byte for the number of dimensions, each dimension as four bytes, highest first; then one byte
a number, the last dimension running fastest.
Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..source_content import Bytes
from .safe_files import MAX_PIXEL_BYTES, is_packed, max_unpacked_bytes, opened, size_of, unpacked

UNSIGNED_BYTE = 8
PIECE = 1 << 20  # bytes read at a time


def read_idx(path: Path, dimensions: int) -> Bytes:
    """The array in an IDX file of unsigned bytes, gzipped or not; read-only.

    dimensions: how many the array must have, 3 for images (count × rows × columns), 1 for
    labels. Raises DataError for anything that is not such a file, complete and exact.
    """
    with opened(path) as file:
        most = max_unpacked_bytes(size_of(file)) if is_packed(file) else size_of(file)
        return _read(unpacked(file, path), path, dimensions, most)


def _read(file: io.BufferedIOBase, path: Path, dimensions: int, at_most: int) -> Bytes:
    """Header, then numbers; `at_most` is how many bytes the file could possibly hold."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(f"{path}: is not an IDX file: it begins with {magic.hex(' ') or 'nothing'}")
    if magic[2] != UNSIGNED_BYTE:
        raise DataError(f"{path}: holds IDX type {magic[2]:#04x}; expected 0x08, unsigned bytes")
    if magic[3] != dimensions:
        raise DataError(f"{path}: has {magic[3]} dimensions; expected {dimensions}")
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise DataError(f"{path}: ends inside its header")
    shape = struct.unpack(f">{dimensions}I", header)
    size = math.prod(shape)
    named = " × ".join(f"{side:,}" for side in shape)
    if size == 0:
        raise DataError(f"{path}: is empty: {named}")
    if size > MAX_PIXEL_BYTES:
        raise DataError(
            f"{path}: declares {named} bytes, more than the {MAX_PIXEL_BYTES:,} allowed"
        )
    if size + len(magic) + len(header) > at_most:
        raise DataError(f"{path}: declares {named} bytes, but the file is too short for them")
    # Piece by piece: memory is taken for what comes, not for what was declared.
    numbers = bytearray()
    while piece := file.read(min(PIECE, size + 1 - len(numbers))):
        numbers += piece
    if len(numbers) < size:
        raise DataError(f"{path}: declares {named} bytes but ends after {len(numbers):,}")
    if len(numbers) > size:
        raise DataError(f"{path}: goes on after the {named} bytes its header declares")
    array = np.frombuffer(numbers, np.uint8).reshape(shape)
    array.setflags(write=False)
    return array


def write_idx(array: Bytes) -> bytes:
    """An array of unsigned bytes as the content of an IDX file, not gzipped."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()
