"""A set in one .npz file, or in several of which each holds one array, as Kuzushiji-MNIST's do."""

from __future__ import annotations

import io
from pathlib import Path

from ...source_content import SourceContent
from ..safe_files import OnProgress
from .array_set import read_arrays
from .npz_archive import Archive


def read_archive(
    file: io.BufferedReader, path: Path, on_progress: OnProgress | None = None
) -> SourceContent:
    """Read the set in an .npz file. Raises DataError that names path, member and fault."""
    return read_arrays(Archive(file, path), path, on_progress)


def single_member(file: io.BufferedReader, path: Path) -> bool:
    """Return whether the file holds a single array, saved by numpy.savez without a name."""
    return Archive(file, path).names == ["arr_0"]
