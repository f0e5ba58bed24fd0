"""A folder of pictures in sub-folders, each named by the label of what lies in it.

0/a.png  0/b.png  1/…                      one set
train/0/…  train/1/…  test/0/…             two parts; "training" and "testing" do, too
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..source_content import MAX_CLASSES, SIDES, Bytes, Digits, SourceContent, image_side
from .picture import read_grey
from .safe_files import MAX_PIXEL_BYTES, OnProgress, inside, is_folder

TRAIN, TEST = {"train", "training"}, {"test", "testing"}
LEFT = {"thumbs.db", "desktop.ini"}  # what file managers leave, besides names with a dot


@dataclass(frozen=True)
class _Part:
    """The files of one part, in order, and the label of each."""

    files: list[Path]
    labels: list[int]


def read_image_folder(folder: Path, on_progress: OnProgress | None = None) -> SourceContent:
    """The set in a folder of pictures in MNIST's form, all of one square size.

    Raises DataError that names the file or folder that is not as expected.
    """
    parts = _parts(folder)
    names = _names(parts[0])
    listed = [_listed(part, names) for part in parts]
    files = [path for part in listed for path in part.files]
    images = _pixels(files, on_progress)
    flat = images.reshape(len(images), -1)
    m = len(listed[0].files)
    labels = [np.array(part.labels, np.uint8) for part in listed]
    return SourceContent(
        flat[:m],
        labels[0],
        Digits(flat[m:], labels[1]) if len(labels) > 1 else None,
        names,
        (f"pictures in folders, {len(files):,} of them",),
    )


def is_image_folder(folder: Path) -> bool:
    """Whether it is sub-folders that lie there, for the most part."""
    there = _inside(folder)
    return sum(map(is_folder, there)) * 2 > len(there)


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder, in order, without what file managers leave there."""
    found = inside(folder)
    return [p for p in found if not p.name.startswith(".") and p.name.casefold() not in LEFT]


def _parts(folder: Path) -> list[Path]:
    """The folder itself, or the ones in it to learn from and to test on."""
    there = {path.name.casefold(): path for path in _inside(folder)}
    train, test = sorted(TRAIN & set(there)), sorted(TEST & set(there))
    if len(train) == len(test) == 1 and len(there) == 2:
        return [there[train[0]], there[test[0]]]
    return [folder]


def _names(folder: Path) -> tuple[str, ...]:
    """The classes: its sub-folders' names, numbers in their order and before words."""
    there = _inside(folder)
    for path in there:
        if not is_folder(path):
            raise DataError(f"{path}: is not a folder; expected one for each label")
    if not 2 <= len(there) <= MAX_CLASSES:
        raise DataError(
            f"{folder}: has {len(there)} sub-folders; expected 2 to {MAX_CLASSES}, one a label"
        )
    return tuple(sorted((path.name for path in there), key=_order))


def _order(name: str) -> tuple[bool, int, str]:
    is_number = name.isdecimal()
    return not is_number, int(name) if is_number else 0, name


def _listed(folder: Path, names: tuple[str, ...]) -> _Part:
    part = _Part([], [])
    for path in _inside(folder):
        if path.name not in names:
            raise DataError(
                f"{path}: is not a label to learn from; expected {', '.join(names)[:80]}"
            )
        files = _inside(path)
        if not files:
            raise DataError(f"{path}: has no pictures in it")
        part.files.extend(files)
        part.labels.extend([names.index(path.name)] * len(files))
    return part


def _pixels(files: list[Path], on_progress: OnProgress | None) -> Bytes:
    """Every picture, n × side × side, held to the size of the first."""
    images = None
    for i, path in enumerate(files):
        grey, _ = read_grey(path, str(path))
        rows, columns = grey.shape
        if images is None:
            if rows != columns or image_side(rows * columns) is None:
                raise DataError(
                    f"{path}: is {columns} × {rows} pixels; expected a square of "
                    f"{SIDES[0]} to {SIDES[-1]} a side"
                )
            if len(files) * grey.size > MAX_PIXEL_BYTES:
                raise DataError(f"{path.parent.parent}: holds more than {MAX_PIXEL_BYTES:,} pixels")
            images = np.empty((len(files), rows, columns), np.uint8)
        if grey.shape != images.shape[1:]:
            side = images.shape[1]
            raise DataError(
                f"{path}: is {columns} × {rows} pixels; expected {side} × {side}, as {files[0]}"
            )
        images[i] = grey
        if on_progress is not None:
            on_progress(i + 1, len(files))
    assert images is not None, "there are files, or they would have been refused"
    return images
