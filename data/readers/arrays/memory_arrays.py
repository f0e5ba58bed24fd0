"""Arrays that a library has brought into memory, checked as those of an .npz file are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...source_content import Bytes
from ..safe_files import by
from .array_set import TEXT, Header
from .npy_format import CALLED

CHUNK_NUMBERS = 1 << 18  # numbers at a time


class MemoryArrays:
    """Named arrays in memory."""

    def __init__(self, form: str, arrays: dict[str, NDArray[Any]], path: Path) -> None:
        self.form, self.names = form, list(arrays)
        self._arrays, self._path = arrays, path

    def header(self, name: str, kinds: str) -> Header:
        """Shape and type of an array, which must be of one of these kinds of NumPy's."""
        array = self._arrays[name]
        if array.dtype.kind not in kinds or (
            array.dtype.kind not in TEXT and array.dtype.itemsize > 8
        ):
            raise self.refusal(name, f"is of type {array.dtype}; expected {CALLED[kinds]}")
        if not array.size:
            raise self.refusal(name, f"is empty: {by(array.shape)}")
        return Header(array.shape, array.dtype)

    def pieces(self, name: str, kinds: str, row: int = 1) -> Iterator[NDArray[Any]]:
        """Yield an array's numbers, flat and in order, in chunks of whole rows of `row` numbers."""
        self.header(name, kinds)
        array = self._arrays[name]
        step = max(1, CHUNK_NUMBERS * len(array) // array.size) if array.ndim else 1
        step = max(1, step // row * row) if array.ndim == 1 else step
        assert row == 1 or math.prod(array.shape[1:]) % row == 0
        for start in range(0, len(array), step):
            yield np.ascontiguousarray(array[start : start + step]).reshape(-1)

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """Return an array, whole and flat."""
        self.header(name, kinds)
        return np.ascontiguousarray(self._arrays[name]).reshape(-1)

    def mapped(self, name: str) -> Bytes | None:  # noqa: ARG002  (as for files of their own)
        """None: what a library has read is in memory."""
        return None

    def refusal(self, name: str, what: str) -> DataError:
        """Return the error that says what is wrong with an array."""
        return DataError(f"{self._path}: {name} {what}")
