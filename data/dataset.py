"""Dataset: images still as bytes, their labels, a part to train on and a part to test on."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from .errors import DataError
from .idx import Bytes, read_idx

EMBEDDED = "mnist"
CLASSES = 10
# Each of the four files under the names it goes by: MNIST's own, and one common variant.
NAMES = {
    "train images": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "train labels": ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
    "test images": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"),
    "test labels": ("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"),
}


@dataclass(frozen=True, eq=False)
class Digits:
    """Images with their labels, row for row."""

    images: Bytes  # m × pixels, 0 (paper) to 255 (ink), one image a row, read top-left first
    labels: Bytes  # m, each 0 to 9

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a network is trained on and, apart from it, what it is tested on."""

    name: str
    train: Digits
    test: Digits
    side: int  # images are side × side pixels
    classes: int = CLASSES


def load(source: str = EMBEDDED) -> Dataset:
    """The dataset that `source` names: "mnist", the one in the package, or a folder.

    A folder holds MNIST's four IDX files under their usual names, gzipped or not. Raises
    DataError, whose message names the file and what is wrong with it.
    """
    if source == EMBEDDED:
        with as_file(files("mnist_tui.data") / "mnist") as folder:
            return _from_folder(EMBEDDED, folder)
    try:
        folder = Path(source).expanduser().resolve()
        there, is_folder = folder.exists(), folder.is_dir()
    except (OSError, RuntimeError, ValueError) as failure:
        raise DataError(f"{source[:80]}: cannot be looked at: {failure}") from failure
    if not is_folder:
        found = "is not a folder" if there else "does not exist"
        raise DataError(
            f'{source}: {found}; expected "{EMBEDDED}" or a folder with MNIST\'s four IDX files'
        )
    return _from_folder(folder.name, folder)


def _from_folder(name: str, folder: Path) -> Dataset:
    train = _digits(folder, "train")
    test = _digits(folder, "test")
    if train.images.shape[1] != test.images.shape[1]:
        raise DataError(
            f"{folder}: the training images have {train.images.shape[1]} pixels and the test "
            f"images {test.images.shape[1]}; expected the same"
        )
    return Dataset(name, train, test, side=round(train.images.shape[1] ** 0.5))


def _digits(folder: Path, part: str) -> Digits:
    """One part of the set, its labels checked against its images."""
    images_file, labels_file = _find(folder, f"{part} images"), _find(folder, f"{part} labels")
    labels = read_idx(labels_file, dimensions=1)
    images = read_idx(images_file, dimensions=3)
    count, rows, columns = images.shape
    if rows != columns:
        raise DataError(f"{images_file}: images are {rows} × {columns}; expected square ones")
    if count != len(labels):
        raise DataError(f"{labels_file}: has {len(labels):,} labels for {count:,} images")
    if labels.max() >= CLASSES:
        first = int(np.argmax(labels >= CLASSES))
        raise DataError(f"{labels_file}: label {first} is {labels[first]}; expected 0 to 9")
    return Digits(images.reshape(count, rows * columns), labels)


def _find(folder: Path, what: str) -> Path:
    """The file under any of its names, plain before gzipped."""
    for name in NAMES[what]:
        for candidate in (folder / name, folder / f"{name}.gz"):
            if candidate.exists():
                return candidate
    raise DataError(f"{folder}: has no {NAMES[what][0]} (or .gz), the {what}")
