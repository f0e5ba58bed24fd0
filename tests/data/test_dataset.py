"""Datasets: the embedded MNIST is the real one, and a folder is checked before it is believed."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.data.readers.arrays.idx_format import write_idx

from tests.helpers.datasets.source_files import refusal
from tests.helpers.support import FILES, ROOT, write_folder

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@pytest.mark.parametrize("name", SHA256)
def test_the_embedded_files_are_the_original_ones(name: str) -> None:
    content = gzip.decompress((ROOT / "data" / "mnist" / f"{name}.gz").read_bytes())
    assert hashlib.sha256(content).hexdigest() == SHA256[name]


def test_mnist_is_whole_and_stays_bytes(mnist: Dataset) -> None:
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    assert (mnist.name, mnist.side, mnist.classes) == ("mnist", 28, 10)
    for digits in (mnist.train, mnist.test):
        assert digits.images.shape == (len(digits), 784)
        assert digits.images.dtype == digits.labels.dtype == np.uint8
        assert not digits.images.flags.writeable
        assert not digits.labels.flags.writeable
        assert sorted(set(digits.labels.tolist())) == list(range(10))
    assert mnist.test.labels[:4].tolist() == [7, 2, 1, 0]


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_idx_files_loads(tmp_path: Path, small: Dataset, packed: bool) -> None:
    folder = write_folder(tmp_path / "digits", small)
    if packed:
        for name in FILES:
            (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), 1))
            (folder / name).unlink()
    found = load(str(folder))
    assert found.name == "digits"
    assert found.side == 28
    for have, want in ((found.train, small.train), (found.test, small.test)):
        assert np.array_equal(have.images, want.images)
        assert np.array_equal(have.labels, want.labels)


def bytes_of(*shape: int, value: int = 0) -> bytes:
    return write_idx(np.full(shape, value, np.uint8))


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("train-labels-idx1-ubyte", bytes_of(499), "has 499 labels for 500 images"),
        (
            "train-labels-idx1-ubyte",
            bytes_of(500, value=62),
            "label 0 is 62; expected a whole number",
        ),
        ("t10k-images-idx3-ubyte", bytes_of(200, 28, 27), "28 × 27; expected square"),
        ("t10k-images-idx3-ubyte", bytes_of(200, 20, 20), "784 pixels and the test images 400"),
        ("train-images-idx3-ubyte", bytes_of(500, 784), "2 dimensions; expected 3"),
        ("t10k-labels-idx1-ubyte", b"", "not an IDX file"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(
    tmp_path: Path, small: Dataset, name: str, content: bytes, what: str
) -> None:
    folder = write_folder(tmp_path / "digits", small)
    (folder / name).write_bytes(content)
    assert what in refusal(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, small: Dataset, name: str) -> None:
    folder = write_folder(tmp_path / "digits", small)
    (folder / name).unlink()
    assert name in refusal(folder)


def test_a_source_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    assert "does not exist; expected" in refusal(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert "is empty" in refusal(tmp_path / "file")
    assert "does not exist" in refusal(tmp_path / "file" / "in a file")
    (tmp_path / "folder").mkdir()
    assert "holds no set" in refusal(tmp_path / "folder")
