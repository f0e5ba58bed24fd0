"""Large files stay on disk: mapped, given back while they are read, and never changed."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits, load
from mnist_tui.data.images import mapped_file
from mnist_tui.data.images.mapped_file import is_mapped
from mnist_tui.data.readers.arrays import array_files, idx_format

from tests.helpers.datasets.source_files import npy, refusal, write_pair


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few kB are large."""
    for module in (mapped_file, idx_format, array_files):
        monkeypatch.setattr(module, "MIN_MAPPED_BYTES", 10_000)


def test_a_large_idx_file_is_mapped(tmp_path: Path, digits: Digits) -> None:
    write_pair(tmp_path / "set", digits, 28)
    found = load(str(tmp_path / "set"))
    assert is_mapped(found.train.images)
    whole = np.concatenate([found.train.images, found.test.images])
    assert np.array_equal(whole, digits.images)
    assert "the last 60 of 300 images are tested on" in found.notes[-1]


def test_a_large_npy_file_is_mapped(tmp_path: Path, digits: Digits) -> None:
    (tmp_path / "images.npy").write_bytes(npy(digits.images))
    (tmp_path / "labels.npy").write_bytes(npy(digits.labels))
    found = load(str(tmp_path))
    assert is_mapped(found.train.images)
    assert np.array_equal(found.train.images, digits.images[:240])


def test_a_large_set_that_would_have_to_be_changed_is_refused(
    tmp_path: Path, digits: Digits
) -> None:
    write_pair(tmp_path / "set", Digits(255 - digits.images, digits.labels), 28)
    with pytest.raises(Exception, match="too large to be changed in memory"):
        load(str(tmp_path / "set"))


def test_a_large_set_sorted_by_label_asks_for_another_to_test_on(
    tmp_path: Path, digits: Digits
) -> None:
    order = np.argsort(digits.labels, kind="stable")
    write_pair(tmp_path / "set", Digits(digits.images[order], digits.labels[order]), 28)
    assert "give a file to test on with --test" in refusal(tmp_path / "set")


READ_ALL = """
import sys
from mnist_tui.data.dataset import load
found = load(sys.argv[1])
total = sum(int(found.train.images[i : i + 5000].max()) for i in range(0, len(found.train), 5000))
resident = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(resident.split()[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc, and gives pages back as Linux does"
)
def test_more_than_memory_should_hold_is_read_in_little(tmp_path: Path, digits: Digits) -> None:
    """A sparse file of 1.5 GB: read to its end with less than a third of it resident."""
    count = 2_000_000
    with (tmp_path / "train-images-idx3-ubyte").open("wb") as file:
        file.write(struct.pack(">BBBB3I", 0, 0, 8, 3, count, 28, 28))
        file.write(digits.images.tobytes())
        file.truncate(16 + count * 784)
    labels = np.resize(digits.labels, count).tobytes()
    header = struct.pack(">BBBBI", 0, 0, 8, 1, count)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(header + labels)
    ended = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert int(ended.stdout) < 500_000  # kB
