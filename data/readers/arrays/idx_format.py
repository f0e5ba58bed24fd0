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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...images.mapped_file import MAX_MAPPED_BYTES, MIN_MAPPED_BYTES, map_file
from ...source_content import Bytes
from ..foreign import START_BYTES, foreign
from ..safe_files import (
    MAX_PIXEL_BYTES,
    by,
    is_packed,
    max_unpacked_bytes,
    opened,
    size_of,
    unpacked,
)

UNSIGNED_BYTE, INT = 8, 0x0C
DTYPES = {UNSIGNED_BYTE: "u1", INT: ">i4"}
TYPES = {
    UNSIGNED_BYTE: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "numbers of two bytes",
    INT: "numbers of four bytes",
    0x0D: "fractions of four bytes",
    0x0E: "fractions of eight bytes",
}
MAX_DIMENSIONS = 8
CHUNK_BYTES = 1 << 20  # bytes read at a time


def read_idx(path: Path, dimensions: int) -> Bytes:
    """Read the array in an IDX file of unsigned bytes, gzipped or not; read-only.

    A large file that is not gzipped stays on disk, mapped into memory.

    Args:
        path: the file.
        dimensions: 3 for images (count × rows × columns), 1 for labels.

    Raises:
        DataError: the file is not complete and exact, or of another kind.
    """
    return _read_file(path, (UNSIGNED_BYTE,), (dimensions,))


def read_idx_labels(path: Path) -> NDArray[Any]:
    """Read the labels in an IDX file: one byte a row, or QMNIST's rows, whose first number counts.

    Raises DataError as `read_idx` does.
    """
    return _read_file(path, (UNSIGNED_BYTE, INT), (1, 2))


def _read_file(path: Path, types: tuple[int, ...], dimensions: tuple[int, ...]) -> NDArray[Any]:
    with opened(path) as file:
        packed = is_packed(file)
        most = max_unpacked_bytes(size_of(file)) if packed else size_of(file)
        content = unpacked(file, path)
        dtype, shape = _header(content, path, types, dimensions, most)
        start = 4 + 4 * len(shape)
        if not packed and most >= MIN_MAPPED_BYTES:
            if start + math.prod(shape) * dtype.itemsize < most:
                raise DataError(f"{path}: goes on after the {by(shape)} bytes its header declares")
            return map_file(path, start, shape, dtype)
        return _numbers(content, path, dtype, shape)


def _header(
    file: io.BufferedIOBase,
    path: Path,
    types: tuple[int, ...],
    dimensions: tuple[int, ...],
    at_most: int,
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Type and shape; `at_most` is how many bytes the file could possibly hold."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        advice = foreign(magic + file.read(START_BYTES - len(magic)))
        begins = f"is not an IDX file: it begins with {magic.hex(' ') or 'nothing'}"
        raise DataError(f"{path}: {advice or begins}")
    if magic[2] not in TYPES or not 1 <= magic[3] <= MAX_DIMENSIONS:
        raise DataError(
            f"{path}: begins with two zero bytes as IDX does, but goes on with "
            f"{magic[2:].hex(' ')}, no type and number of dimensions of IDX's"
        )
    if magic[2] not in types:
        raise DataError(
            f"{path}: holds IDX type {magic[2]:#04x}, {TYPES[magic[2]]}; expected "
            f"{', '.join(f'{kind:#04x}, {TYPES[kind]}' for kind in types)}"
        )
    count = magic[3]
    if count not in dimensions:
        raise DataError(f"{path}: has {count} dimensions; expected {dimensions[0]}")
    header = file.read(4 * count)
    if len(header) < 4 * count:
        raise DataError(f"{path}: ends inside its header")
    shape = struct.unpack(f">{count}I", header)
    dtype = np.dtype(DTYPES[magic[2]])
    size = math.prod(shape) * dtype.itemsize
    if size == 0:
        raise DataError(f"{path}: is empty: {by(shape)}")
    allowed = MAX_PIXEL_BYTES if at_most < MIN_MAPPED_BYTES else MAX_MAPPED_BYTES
    if size > allowed:
        raise DataError(f"{path}: declares {by(shape)} bytes, more than the {allowed:,} allowed")
    if size + len(magic) + len(header) > at_most:
        raise DataError(f"{path}: declares {by(shape)} bytes, but the file is too short for them")
    return dtype, shape


def _numbers(
    file: io.BufferedIOBase, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Piece by piece: memory is taken for what comes, not for what was declared."""
    size = math.prod(shape) * dtype.itemsize
    numbers = bytearray()
    while piece := file.read(min(CHUNK_BYTES, size + 1 - len(numbers))):
        numbers += piece
    if len(numbers) < size:
        raise DataError(f"{path}: declares {by(shape)} bytes but ends after {len(numbers):,}")
    if len(numbers) > size:
        raise DataError(f"{path}: goes on after the {by(shape)} bytes its header declares")
    array = np.frombuffer(numbers, dtype).reshape(shape)
    array.setflags(write=False)
    return array


def write_idx(array: Bytes) -> bytes:
    """Encode an array of unsigned bytes as an IDX file, not gzipped."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()
