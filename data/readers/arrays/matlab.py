"""MATLAB's files of version 5, through SciPy; the only file that imports it, when it reads.

EMNIST's own distribution is a struct: dataset.train.images, dataset.train.labels, dataset.mapping.
Version 7.3 is HDF5 and read as that.
"""

from __future__ import annotations

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

MAGIC = b"MATLAB 5.0 MAT-file"
COMPRESSED = 15
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
        _check_size(file.read(128 + 8), path)
        file.seek(128)
        _check_elements(file, path)
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


def _check_size(start: bytes, path: Path) -> None:
    if len(start) < 128:
        raise DataError(f"{path}: is a damaged MATLAB file, or is cut short")


def _check_elements(file: Any, path: Path) -> None:
    """Hold what each packed element says that it unfolds into against its size."""
    whole, left = 0, size_of(file) - 128
    while left >= 8:
        tag = file.read(8)
        kind, size = struct.unpack("<II", tag)
        if kind >> 16:  # written by a machine of the other order, or a small element
            kind, size = struct.unpack(">II", tag)
        if size > left - 8:
            raise DataError(f"{path}: is a damaged MATLAB file, or is cut short")
        unfolded = size
        if kind == COMPRESSED:
            inner = zlib.decompressobj()
            try:
                begin = inner.decompress(file.read(min(size, 4096)), 8)
            except zlib.error as damage:
                raise DataError(f"{path}: is a damaged MATLAB file") from damage
            file.seek(size - min(size, 4096), 1)
            unfolded = struct.unpack("<II", begin.ljust(8, b"\0"))[1]
            if unfolded > max_unpacked_bytes(size):
                raise DataError(f"{path}: unfolds into {unfolded:,} bytes: too many for its size")
        else:
            file.seek(size, 1)
        whole += unfolded
        left -= 8 + size
    if whole > 4 * MAX_PIXEL_BYTES:
        raise DataError(f"{path}: holds more than the {4 * MAX_PIXEL_BYTES:,} bytes allowed")


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
