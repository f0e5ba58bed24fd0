"""MATLAB's files of version 5, through SciPy; the only file that imports it, when it reads.

EMNIST's own distribution is a struct: dataset.train.images, dataset.train.labels, dataset.mapping.
Version 7.3 is HDF5 and read as that.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...source_content import MAX_CLASSES, SourceContent
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, max_unpacked_bytes, opened, size_of
from .array_set import read_arrays
from .memory_arrays import MemoryArrays

HEADER_BYTES = 128
TAG = struct.Struct("II")  # an element's type and size
MATRIX, COMPRESSED = 14, 15
TYPES = {*range(1, 8), 9, 12, 13, MATRIX, 16, 17, 18}  # of elements within a matrix
CHUNK_BYTES = 1 << 20
MAX_DEPTH = 6  # structs in one another
MAX_MEMBERS = 64
ADVICE = (
    "is a MATLAB file: install what reads it with pip install 'mnist-tui[matlab]', or save it as "
    ".npz with scipy.io.loadmat and numpy.savez"
)


def read_matlab(path: Path, on_progress: OnProgress | None) -> SourceContent:
    """Read the set in a MATLAB file. Raises DataError that names path and member."""
    try:
        from scipy import io as scipy_io
    except ImportError as missing:
        raise DataError(f"{path}: {ADVICE}") from missing
    scipy: Any = scipy_io  # whose types are no more than that
    content: Any
    with opened(path) as file:
        start = file.read(HEADER_BYTES)
        if len(start) < HEADER_BYTES:
            raise DataError(f"{path}: is a damaged MATLAB file, or is cut short")
        _check_elements(file, path, "<" if start.endswith(b"IM") else ">")
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content = scipy.loadmat(
                    file, simplify_cells=True, squeeze_me=False, chars_as_strings=True
                )
        except DataError:
            raise
        except Exception as damage:  # the parser raises what it likes at rubbish
            raise DataError(f"{path}: is a damaged MATLAB file, or is cut short") from damage
    arrays: dict[str, NDArray[Any]] = {}
    _flatten(content, "", arrays, path)
    names = _mapping(arrays)
    found = read_arrays(MemoryArrays("MATLAB", arrays, path), path, on_progress)
    return replace(found, names=found.names or ()) if not names else _named(found, names, path)


def _check_elements(file: Any, path: Path, order: str) -> None:
    """Hold every element's tag against what the format allows, and its size against the file's.

    SciPy's own reader may end the whole process at a damaged file. Packed elements are unpacked
    piece by piece for this, and held against their packed size.
    """
    damaged = DataError(f"{path}: is a damaged MATLAB file, or is cut short")
    whole, left = 0, size_of(file) - HEADER_BYTES
    while left >= TAG.size:
        kind, size = struct.unpack(f"{order}II", file.read(TAG.size))
        if size > left - TAG.size:
            raise damaged
        end = file.tell() + size
        content, unfolded = file, size
        if kind == COMPRESSED:
            content = _Inflated(file, size)
            kind, unfolded = struct.unpack(f"{order}II", content.read(TAG.size).ljust(8, b"\0"))
            if unfolded > max_unpacked_bytes(size):
                raise DataError(f"{path}: unfolds into {unfolded:,} bytes: too many for its size")
        try:
            if kind != MATRIX or not _is_sound(content, unfolded, order):
                raise damaged
        except zlib.error as damage:
            raise damaged from damage
        file.seek(end)
        whole += unfolded
        left -= TAG.size + size
    if whole > 4 * MAX_PIXEL_BYTES:
        raise DataError(f"{path}: holds more than the {4 * MAX_PIXEL_BYTES:,} bytes allowed")


def _is_sound(content: Any, size: int, order: str, depth: int = 0) -> bool:
    """Whether the elements in a matrix of so many bytes are of known types and end within it."""
    while size >= TAG.size:
        tag = content.read(TAG.size)
        if len(tag) < TAG.size:
            return False
        kind, count = struct.unpack(f"{order}II", tag)
        size -= TAG.size
        if kind >> 16:  # a small element, with its numbers in the tag
            kind, count = kind & 0xFFFF, 0
        padded = -(-count // 8) * 8
        if kind not in TYPES or padded > size or depth > 2 * MAX_DEPTH:
            return False
        if kind == MATRIX:
            if not _is_sound(content, count, order, depth + 1):
                return False
        else:
            content.seek(padded, io.SEEK_CUR)
        size -= padded
    return size == 0


class _Inflated:
    """The content of a packed element, read once from its beginning."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file, self._left = file, size
        self._inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """Return so many bytes, or what is left. Raises zlib.error for damage."""
        found = bytearray()
        while len(found) < size and not self._inflate.eof:
            packed = self._inflate.unconsumed_tail
            if not packed:
                packed = self._file.read(min(self._left, CHUNK_BYTES))
                self._left -= len(packed)
                if not packed:
                    break
            found += self._inflate.decompress(packed, size - len(found))
        return bytes(found)

    def seek(self, size: int, _: int) -> None:
        """Skip so many bytes."""
        while size > 0 and (piece := self.read(min(size, CHUNK_BYTES))):
            size -= len(piece)


def _flatten(
    content: Any, before: str, arrays: dict[str, NDArray[Any]], path: Path, depth: int = 0
) -> None:
    """Collect the arrays in nested structs by their dotted names."""
    if depth > MAX_DEPTH or len(arrays) > MAX_MEMBERS:
        raise DataError(f"{path}: holds too many arrays, or structs too deep in one another")
    for name, value in content.items():
        if str(name).startswith("__"):
            continue
        if isinstance(value, dict):
            _flatten(value, f"{before}{name}.", arrays, path, depth + 1)
        elif isinstance(value, np.ndarray):
            array = cast("NDArray[Any]", value)
            if array.dtype.kind != "O":
                arrays[f"{before}{name}"] = _counted_first(array)


def _counted_first(array: NDArray[Any]) -> NDArray[Any]:
    """Images that the last dimension counts, as SVHN's rows × columns × channels × images."""
    if array.ndim == 4 and array.shape[0] == array.shape[1] and array.shape[2] in (1, 3):
        return np.moveaxis(array, -1, 0)
    return array


def _mapping(arrays: dict[str, NDArray[Any]]) -> dict[int, str]:
    """EMNIST's table of labels and characters' codes, taken out of the arrays."""
    name = next((name for name in arrays if name.split(".")[-1] == "mapping"), None)
    if name is None:
        return {}
    table = arrays.pop(name)
    is_table = table.ndim == 2 and table.shape[1] >= 2 and len(table) <= MAX_CLASSES
    if not is_table or table.dtype.kind not in "iuf":
        return {}
    rows = [(int(row[0]), int(row[1])) for row in table.astype(np.int64)]
    fits = all(0 <= label <= MAX_CLASSES and 32 <= code < 0x3000 for label, code in rows)
    return {label: chr(code) for label, code in rows} if fits else {}


def _named(found: SourceContent, names: dict[int, str], path: Path) -> SourceContent:
    """Apply the file's own mapping of class names and renumber the labels from 0."""
    if found.labels is None:
        return found
    table = np.zeros(256, np.uint8)
    order = sorted(names)
    table[order] = range(len(order))
    parts = [found.labels] + ([] if found.test is None else [found.test.labels])
    unknown = next((int(x) for part in parts for x in np.unique(part) if int(x) not in names), None)
    if unknown is not None:
        raise DataError(f"{path}: its mapping has no class {unknown}, which an image has")
    labels, *others = (table[part] for part in parts)
    test = None if found.test is None else replace(found.test, labels=others[0])
    return replace(found, labels=labels, test=test, names=tuple(names[k] for k in order))
