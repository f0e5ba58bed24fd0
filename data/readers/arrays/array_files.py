"""Sets with a file for each array, such as images.npy beside labels.npy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, SeveralSetsError
from ...images.mapped_file import MIN_MAPPED_BYTES, map_file
from ...source_content import SourceContent
from ..part_names import PARTS, words_of
from ..safe_files import OnProgress, entries, is_folder, opened, size_of
from .array_set import HOLDS, Header, read_arrays, role, roles
from .npy_format import NPY_MAGIC, checked_full, chunk_sizes, read_header
from .npz_archive import MAGIC, Archive

WORDS = {word for known in (*PARTS.values(), *HOLDS.values()) for word in known}


def from_folder(folder: Path, on_progress: OnProgress | None) -> SourceContent | None:
    """Read the set in a folder of such files; None if it has no images with labels."""
    sets = _sets(folder)
    complete = {
        name: files
        for name, files in sets.items()
        if {"images", "labels"} <= {held for _, held in roles(list(files))}
    }
    if len(complete) > 1:
        names = sorted(
            name or min(path.name for path in complete[name].values()) for name in complete
        )
        raise SeveralSetsError(folder, names, "name a file of one of them")
    return _read(folder, *next(iter(complete.items())), on_progress) if complete else None


def from_file(path: Path, on_progress: OnProgress | None, *, alone: bool) -> SourceContent:
    """Read the set that such a file belongs to, or, if `alone`, only its own images."""
    name = _set_name(path)
    files = {path.name.split(".")[0]: path} if alone else _sets(path.parent).get(name, {})
    stem = path.name.split(".")[0]
    if role(stem) is None or alone:  # whatever its name, these are images
        files = {"images": path}
    return _read(path, name, files, on_progress)


def _read(
    path: Path, name: str, files: dict[str, Path], on_progress: OnProgress | None
) -> SourceContent:
    return replace(read_arrays(ArrayFiles(files), path, on_progress), called=name)


def _sets(folder: Path) -> dict[str, dict[str, Path]]:
    """Group the array files of a folder by the name of their set, each by its stem."""
    sets: dict[str, dict[str, Path]] = {}
    for path in entries(folder):
        if is_folder(path) or not holds_array(path):
            continue
        stem = path.name.split(".")[0]
        if role(stem) is not None:
            sets.setdefault(_set_name(path), {}).setdefault(stem, path)
    return sets


def _set_name(path: Path) -> str:
    return "-".join(word for word in words_of(path.name.split(".")[0]) if word not in WORDS)


def holds_array(path: Path) -> bool:
    """Return whether a file is a single NumPy array: .npy, or .npz with one member."""
    try:
        with opened(path) as file:
            start = file.peek(6)[:6]
            if start.startswith(MAGIC):
                return path.suffix == ".npz" and Archive(file, path).names == ["arr_0"]
            return start == NPY_MAGIC
    except DataError:
        return False


class ArrayFiles:
    """Arrays in separate files, each checked before its numbers are read."""

    form = "arrays in files of their own"

    def __init__(self, files: dict[str, Path]) -> None:
        self._files, self.names = files, list(files)

    def header(self, name: str, kinds: str) -> Header:
        """Shape and type of an array, which must be of one of these kinds of NumPy's."""
        path = self._files[name]
        with opened(path) as file:
            if file.peek(2)[:2] == MAGIC:
                return Archive(file, path).header("arr_0", kinds)
            return self._header(name, kinds, file)

    def pieces(self, name: str, kinds: str, row: int = 1) -> Iterator[NDArray[Any]]:
        """Yield an array's numbers, flat and in order, in chunks of whole rows of `row` numbers."""
        path = self._files[name]
        with opened(path) as file:
            if file.peek(2)[:2] == MAGIC:
                yield from Archive(file, path).pieces("arr_0", kinds, row)
                return
            header = self._header(name, kinds, file)
            for size in chunk_sizes(header, row):
                content = file.read(size)
                if len(content) < size:
                    raise self.refusal(name, "ends before the numbers it declares")
                yield np.frombuffer(content, header.dtype)

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """Return a small array, whole and flat."""
        return np.concatenate(list(self.pieces(name, kinds)))

    def mapped(self, name: str) -> NDArray[np.uint8] | None:
        """Map a large array of bytes; None for any other."""
        path = self._files[name]
        with opened(path) as file:
            if size_of(file) < MIN_MAPPED_BYTES or file.peek(6)[:6] != NPY_MAGIC:
                return None
            header = self._header(name, "u", file)
            if header.dtype != np.uint8 or header.in_fortran_order:
                return None
            return map_file(path, file.tell(), header.shape, header.dtype)

    def refusal(self, name: str, what: str) -> DataError:
        """Return the error that says what is wrong with an array."""
        stem, _, place = name.partition("[")
        path = self._files.get(stem)
        return DataError(f"{path or stem}: {'[' * bool(place)}{place}{' ' * bool(place)}{what}")

    def _header(self, name: str, kinds: str, file: io.BufferedReader) -> Header:
        header = read_header(file, name, kinds, self.refusal)
        if header.nbytes != size_of(file) - file.tell():
            raise self.refusal(name, f"declares {header.nbytes:,} bytes and holds another number")
        return checked_full(header, name, self.refusal)
