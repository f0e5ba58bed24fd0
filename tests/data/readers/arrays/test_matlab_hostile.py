"""Damaged MATLAB files are refused before SciPy sees them: its parser may end the process."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.readers.arrays import matlab

from tests.helpers.datasets.source_files import refusal

HEADER = 128
DIMENSIONS, NUMBERS = HEADER + 24, HEADER + 48  # tags in the file's one matrix
INT8, UINT8, INT32, MATRIX, UTF8 = 1, 2, 5, 14, 16  # types of elements


def matlab_file(path: Path) -> bytearray:
    """One array of 8 × 16 bytes, not packed."""
    from scipy import io as scipy_io

    scipy: Any = scipy_io
    scipy.savemat(path, {"X": np.arange(128, dtype=np.uint8).reshape(8, 16)})
    return bytearray(path.read_bytes())


def packed(content: bytearray) -> bytes:
    element = zlib.compress(content[HEADER:])
    return bytes(content[:HEADER]) + struct.pack("<II", 15, len(element)) + element


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize(
    ("at", "tag"),
    [
        (NUMBERS, (UINT8, 1 << 20)),
        (DIMENSIONS, (INT32, 4096)),
        (HEADER, (MATRIX, 96)),
        (HEADER, (UTF8, 176)),
    ],
)
def test_a_size_or_kind_that_cannot_be_is_refused(
    tmp_path: Path, at: int, tag: tuple[int, int], is_packed: bool
) -> None:
    path = tmp_path / "a.mat"
    content = matlab_file(path)
    struct.pack_into("<II", content, at, *tag)
    path.write_bytes(packed(content) if is_packed else content)
    assert "damaged MATLAB file" in refusal(path)


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("kind", [UINT8, INT32, INT8])
def test_an_element_of_an_unknown_type_is_refused_wherever_it_is(
    tmp_path: Path, kind: int, is_packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A whole file, of whose types one is not known for once.
    monkeypatch.setattr(matlab, "TYPES", matlab.TYPES - {kind})
    path = tmp_path / "a.mat"
    content = matlab_file(path)
    path.write_bytes(packed(content) if is_packed else content)
    assert "damaged MATLAB file" in refusal(path)


def test_a_whole_file_passes_on_to_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    content = matlab_file(path)
    for whole in (bytes(content), packed(content)):
        path.write_bytes(whole)
        assert "has no labels" in refusal(path)
