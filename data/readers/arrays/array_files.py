"""A set of which each array is a file of its own: images.npy beside labels.npy, and their like."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ...errors import DataError, SeveralSetsError
from ...images.mapped_file import MAPPED_FROM, map_file
from ...source_content import SourceContent
from ..safe_files import OnProgress, by, entries, is_folder, opened, size_of
from .array_set import HOLDS, PARTS, TEXT, Header, read_arrays, role, roles
from .npz_archive import CALLED, MAGIC, MENDED, Archive

NPY_MAGIC = b"\x93NUMPY"
PIECE = 1 << 18  # bytes read at a time
WORDS = {word for known in (*PARTS.values(), *HOLDS.values()) for word in known}


def from_folder(folder: Path, on_progress: OnProgress | None) -> SourceContent | None:
    """The set in a folder of such files; None if it holds no images with labels."""
    sets = _sets(folder)
    whole = {
        name: files
        for name, files in sets.items()
        if {"images", "labels"} <= {held for _, held in roles(list(files))}
    }
    if len(whole) > 1:
        names = sorted(name or min(path.name for path in whole[name].values()) for name in whole)
        raise SeveralSetsError(folder, names, "name a file of one of them")
    return _read(folder, *next(iter(whole.items())), on_progress) if whole else None


def from_file(path: Path, on_progress: OnProgress | None, *, alone: bool) -> SourceContent:
    """The set that such a file belongs to; alone: only its own images are wanted."""
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
    """The files of arrays in a folder by the name of their set, each by its stem."""
    sets: dict[str, dict[str, Path]] = {}
    for path in entries(folder):
        if is_folder(path) or not holds_array(path):
            continue
        stem = path.name.split(".")[0]
        if role(stem) is not None:
            sets.setdefault(_set_name(path), {}).setdefault(stem, path)
    return sets


def _set_name(path: Path) -> str:
    words = re.findall(r"[a-z0-9]+", path.name.split(".")[0].casefold())
    return "-".join(word for word in words if word not in WORDS)


def holds_array(path: Path) -> bool:
    """Whether a file is one array of NumPy's: .npy, or .npz with a single one in it."""
    try:
        with opened(path) as file:
            start = file.peek(6)[:6]
            if start.startswith(MAGIC):
                return path.suffix == ".npz" and Archive(file, path).names == ["arr_0"]
            return start == NPY_MAGIC
    except DataError:
        return False


class ArrayFiles:
    """Arrays in files of their own, each checked before its numbers are read."""

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
        """An array's numbers, flat and in order, in pieces of whole rows of so many numbers."""
        path = self._files[name]
        with opened(path) as file:
            if file.peek(2)[:2] == MAGIC:
                yield from Archive(file, path).pieces("arr_0", kinds, row)
                return
            header = self._header(name, kinds, file)
            size = header.dtype.itemsize
            left, piece = math.prod(header.shape) * size, max(1, PIECE // (size * row)) * size * row
            while left:
                content = file.read(min(left, piece))
                if len(content) < min(left, piece):
                    raise self.refusal(name, "ends before the numbers it declares")
                left -= len(content)
                yield np.frombuffer(content, header.dtype)

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """A small array, whole and flat."""
        return np.concatenate(list(self.pieces(name, kinds)))

    def mapped(self, name: str) -> NDArray[np.uint8] | None:
        """A large array of bytes, left in its file; None for any other."""
        path = self._files[name]
        with opened(path) as file:
            if size_of(file) < MAPPED_FROM or file.peek(6)[:6] != NPY_MAGIC:
                return None
            header = self._header(name, "u", file)
            if header.dtype != np.uint8 or header.in_fortran_order:
                return None
            return map_file(path, file.tell(), header.shape, header.dtype)

    def refusal(self, name: str, what: str) -> DataError:
        """The error that says what is wrong with an array."""
        stem, _, place = name.partition("[")
        path = self._files.get(stem)
        return DataError(f"{path or stem}: {'[' * bool(place)}{place}{' ' * bool(place)}{what}")

    def _header(self, name: str, kinds: str, file: io.BufferedReader) -> Header:
        """Read by NumPy's own parser, which evaluates literals and nothing else."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the age of the program that wrote it
                version = npy.read_magic(file)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape, in_fortran_order, dtype = read(file)
        except DataError:
            raise
        except Exception as damage:  # the parser raises what it likes at rubbish
            raise self.refusal(name, "is not an array of NumPy's") from damage
        if dtype.hasobject:
            raise self.refusal(
                name,
                f"holds Python objects, which are not opened; expected {CALLED[kinds]}: save "
                f"it.{MENDED[kinds]}",
            )
        if dtype.kind not in kinds or (dtype.kind not in TEXT and dtype.itemsize > 8):
            raise self.refusal(name, f"is of type {dtype}; expected {CALLED[kinds]}")
        declared = math.prod(shape) * dtype.itemsize
        if declared != size_of(file) - file.tell():
            raise self.refusal(name, f"declares {declared:,} bytes and holds another number")
        if declared <= 0 or min(shape, default=1) < 1:
            raise self.refusal(name, f"is empty: {by(shape)}")
        return Header(shape, dtype, in_fortran_order and len(shape) > 1)
