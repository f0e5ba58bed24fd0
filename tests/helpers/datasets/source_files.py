"""Writes digits in every form that is read, each small and each by the plainest means there is."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.errors import DataError
from mnist_tui.data.findings import LightPaper, Stretched
from mnist_tui.data.readers.arrays.idx_format import write_idx
from numpy.typing import NDArray
from PIL import Image


def csv_text(
    images: NDArray[Any],
    labels: Iterable[int] | None,
    *,
    header: bool = True,
    separator: str = ",",
    end: str = "\n",
) -> str:
    """A table of images, m × pixels, as Kaggle has them; labels first, if there are any."""
    rows = [[str(value) for value in image] for image in images.tolist()]
    if labels is not None:
        rows = [[str(label), *row] for label, row in zip(labels, rows, strict=True)]
    if header:
        names = [f"pixel{i}" for i in range(images.shape[1])]
        rows.insert(0, names if labels is None else ["label", *names])
    return "".join(separator.join(row) + end for row in rows)


def npy(array: NDArray[Any]) -> bytes:
    """An array as the content of a member of an .npz file, objects and all."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def write_npz(path: Path, **members: Any) -> Path:
    """An .npz file, packed."""
    np.savez_compressed(path, **members)
    return path


def write_album(folder: Path, digits: Digits, side: int, names: list[str] | None = None) -> Path:
    """Pictures in a folder for each label; their names keep their order within it."""
    names = names or list("0123456789")
    for i, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        place = folder / names[int(label)]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.reshape(side, side)).save(place / f"{i:05}.png")
    return folder


def write_pair(
    folder: Path, digits: Digits, side: int, part: str = "train", *, packed: bool = False
) -> Path:
    """Two IDX files; returns the one of the images."""
    folder.mkdir(exist_ok=True)
    for what, array in (
        ("images-idx3", digits.images.reshape(-1, side, side)),
        ("labels-idx1", digits.labels),
    ):
        content = write_idx(array)
        name = f"{part}-{what}-ubyte{'.gz' if packed else ''}"
        (folder / name).write_bytes(gzip.compress(content, 1) if packed else content)
    return folder / f"{part}-images-idx3-ubyte{'.gz' if packed else ''}"


def in_order(digits: Digits) -> Digits:
    """The same digits, sorted: two sets are the same if they are equal so, however parted."""
    order = np.lexsort([*digits.images.T[::-1], digits.labels])
    return Digits(digits.images[order], digits.labels[order])


def together(first: Digits, second: Digits) -> Digits:
    """Both, as one."""
    return Digits(
        np.concatenate([first.images, second.images]),
        np.concatenate([first.labels, second.labels]),
    )


def same(one: Digits, other: Digits) -> bool:
    """Whether these are the same digits in the same order."""
    return np.array_equal(one.images, other.images) and np.array_equal(one.labels, other.labels)


def put_in(found: Dataset, digits: Digits) -> Digits:
    """What has to come back: ink made strong and high, where it was found to be otherwise."""
    images = digits.images
    for finding in found.findings:
        if isinstance(finding, Stretched):
            images = np.rint(images * (255 / finding.strongest)).astype(np.uint8)
    turned = LightPaper() in found.findings
    return Digits(255 - images if turned else images, digits.labels)


def refusal(source: Path | str, **chosen: Any) -> str:
    """The message `load` refuses a source with, checked to be one line that names it."""
    with pytest.raises(DataError) as raised:
        load(str(source), **chosen)
    message = str(raised.value)
    assert message.startswith(str(source))
    assert "\n" not in message
    return message
