"""HDF5 files, as USPS is passed on, through h5py; the only file that imports it, when it reads.

train/data, train/target, test/data, test/target; or any names that arrays in an .npz may have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...source_content import Bytes, SourceContent
from ..marks import MATLAB_7_3
from ..safe_files import OnProgress, by, max_unpacked_bytes, opened, size_of
from .array_set import TEXT, Header, read_arrays
from .npy_format import CALLED

MAX_MEMBERS = 64
MAX_CHUNK_BYTES = 1 << 26  # that are unfolded at once
CHUNK_NUMBERS = 1 << 18  # numbers at a time
ADVICE = (
    "is an HDF5 file: install what reads it with pip install 'mnist-tui[hdf5]', or save it as "
    ".npz with h5py and numpy.savez"
)


def read_hdf5(path: Path, on_progress: OnProgress | None) -> SourceContent:
    """Read the set in an HDF5 file. Raises DataError that names path and member."""
    try:
        import h5py
    except ImportError as missing:
        raise DataError(f"{path}: {ADVICE}") from missing
    with opened(path) as file:
        try:
            with h5py.File(path, "r") as content:
                members = _Members(content, path, size_of(file))
                members.by_columns = file.peek(len(MATLAB_7_3)).startswith(MATLAB_7_3)
                return read_arrays(members, path, on_progress)
        except DataError:
            raise
        except Exception as damage:  # the library raises what it likes at rubbish
            raise DataError(f"{path}: is a damaged HDF5 file, or is cut short") from damage


class _Members:
    """The datasets of a file, read piece by piece; links out of the file are not followed."""

    form = "HDF5"
    by_columns = False  # as MATLAB has them: what is its first dimension is the last one here

    def __init__(self, content: Any, path: Path, on_disk: int) -> None:
        import h5py

        self._path, self._on_disk = path, on_disk
        self._datasets: dict[str, Any] = {}

        def take(name: str, found: object) -> None:
            if isinstance(found, h5py.Dataset) and not name.startswith("#"):
                if len(self._datasets) >= MAX_MEMBERS:
                    raise DataError(f"{path}: holds more than {MAX_MEMBERS} datasets")
                self._datasets[name] = found

        content.visititems(take)  # which goes along no soft or external link
        self.names = list(self._datasets)

    def header(self, name: str, kinds: str) -> Header:
        """Shape and type of a dataset, which must be of one of these kinds of NumPy's."""
        dataset = self._datasets[name]
        if dataset.is_virtual or dataset.external:
            raise self.refusal(name, "lies in another file; copy it into this one")
        shape: tuple[int, ...] = dataset.shape or ()
        dtype: np.dtype[Any] = dataset.dtype
        if (
            dtype.kind == "O"
            or dtype.kind not in kinds
            or (dtype.kind not in TEXT and dtype.itemsize > 8)
        ):
            raise self.refusal(name, f"is of type {dtype}; expected {CALLED[kinds]}")
        size = math.prod(shape) * dtype.itemsize
        if size <= 0:
            raise self.refusal(name, f"is empty: {by(shape)}")
        if size > max_unpacked_bytes(dataset.id.get_storage_size()):
            raise self.refusal(name, f"unfolds into {size:,} bytes: too many for its size")
        if dataset.chunks and math.prod(dataset.chunks) * dtype.itemsize > max(
            MAX_CHUNK_BYTES, 2 * size
        ):
            raise self.refusal(name, "is packed in pieces that are too large")
        if self.by_columns and len(shape) > 1:
            return Header(shape[::-1], dtype, in_fortran_order=True)
        return Header(shape, dtype)

    def pieces(self, name: str, kinds: str, row: int = 1) -> Iterator[NDArray[Any]]:
        """Yield a dataset's numbers, flat and in order, in chunks of whole rows of `row`."""
        self.header(name, kinds)
        dataset = self._datasets[name]
        shape: tuple[int, ...] = dataset.shape or ()
        if not shape:
            yield np.array(dataset[()]).reshape(1)
            return
        each = math.prod(shape[1:])
        assert row == 1 or each % row == 0
        step = max(1, CHUNK_NUMBERS // each)
        for start in range(0, shape[0], step):
            yield np.ascontiguousarray(dataset[start : start + step]).reshape(-1)

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """Return a small dataset, whole and flat."""
        return np.concatenate(list(self.pieces(name, kinds)))

    def mapped(self, name: str) -> Bytes | None:  # noqa: ARG002  (as for files of their own)
        """None: HDF5 has its own ways to lay out an array."""
        return None

    def refusal(self, name: str, what: str) -> DataError:
        """Return the error that says what is wrong with a dataset."""
        return DataError(f"{self._path}: {name} {what}")
