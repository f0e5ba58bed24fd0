"""Forms that need an extra: named, with the way to install it or to convert the file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Digits

from tests.data.readers.test_field_forms import Write, hdf5, matlab, parquet
from tests.helpers.datasets.source_files import refusal


@pytest.mark.parametrize(
    ("write", "library", "name"),
    [
        (parquet, "pyarrow.parquet", "is a Parquet file: install"),
        (matlab, "scipy", "is a MATLAB file: install"),
        (hdf5, "h5py", "is an HDF5 file: install"),
    ],
)
def test_a_form_whose_library_is_not_there_says_which(
    tmp_path: Path,
    digits: Digits,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    library: str,
    name: str,
) -> None:
    path = write(tmp_path, Digits(digits.images[:40], digits.labels[:40]))
    monkeypatch.setitem(sys.modules, library, None)
    message = refusal(path)
    assert name in message
    assert "numpy.savez" in message
    assert "pip install 'mnist-tui[" in message


@pytest.mark.parametrize("write", [parquet, matlab, hdf5])
@pytest.mark.parametrize("length", [0.2, 0.5, 0.9])
def test_a_file_cut_short_is_refused(
    tmp_path: Path, digits: Digits, write: Write, length: float
) -> None:
    path = write(tmp_path, Digits(digits.images[:40], digits.labels[:40]))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * length)])
    refusal(path)
