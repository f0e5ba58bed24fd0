"""MNIST's own form: two or four IDX files beside each other, under the names they go by."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import DataError
from ..source_content import SIDES, Bytes, Digits, SourceContent, image_side
from ..values import UnfitError, both_stretched, whole_labels
from .idx_format import read_idx
from .safe_files import inside, is_there

# MNIST's own names, their common variants, and a set's name before them (emnist-letters-train-…).
NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx[13][-.]ubyte(\.gz)?"
)
PARTS = {"train": ("train",), "test": ("t10k", "test")}
DIMENSIONS = {"images": 3, "labels": 1}


def from_folder(folder: Path) -> SourceContent | None:
    """The set in a folder of IDX files; None if none of them is called as such files are."""
    sets = sorted({m["set"] for path in inside(folder) if (m := NAME.fullmatch(path.name))})
    if len(sets) > 1:
        found = " and ".join(repr(name) for name in sets[:2])
        raise DataError(f"{folder}: holds several sets, {found}; name a file of one of them")
    return _set(folder, sets[0]) if sets else None


def from_file(path: Path, dimensions: int) -> SourceContent:
    """The set that an IDX file of so many dimensions, images or labels, belongs to."""
    match = NAME.fullmatch(path.name)
    if match is not None:
        return _set(path.parent, match["set"])
    what, other = ("images", "labels") if dimensions == 3 else ("labels", "images")
    idx, other_idx = f"idx{DIMENSIONS[what]}", f"idx{DIMENSIONS[other]}"
    beside = path.with_name(path.name.replace(what, other).replace(idx, other_idx))
    if beside != path and is_there(beside):
        images, labels = (path, beside) if what == "images" else (beside, path)
        return _found([_pair(images, labels)], path.parent)
    if what == "images":
        return images_alone(path)
    raise DataError(f"{path}: holds labels, and beside it is no file of their images")


def images_alone(path: Path) -> SourceContent:
    """An IDX file of images, whatever lies beside it."""
    images, _, note = both_stretched(_images(path), None)
    return SourceContent(images, notes=(f"IDX, {len(images):,} images, no labels", note))


def _set(folder: Path, name: str) -> SourceContent:
    """The files of the set that has this name before theirs, in whole pairs."""
    there = {(part, what): _find(folder, name, part, what) for part in PARTS for what in DIMENSIONS}
    files = {key: path for key, path in there.items() if path is not None}
    if len(files) == 1:
        ((_, what), path) = next(iter(files.items()))
        if what == "images":
            return images_alone(path)
    pairs: list[Digits] = []
    for part, (usual, *_) in PARTS.items():
        missing = [what for what in DIMENSIONS if (part, what) not in files]
        if len(missing) == 1:
            file = f"{name}{usual}-{missing[0]}-idx{DIMENSIONS[missing[0]]}-ubyte"
            raise DataError(f"{folder}: has no {file} (or .gz), the {part} {missing[0]}")
        if not missing:
            pairs.append(_pair(files[part, "images"], files[part, "labels"]))
    return _found(pairs, folder)


def _find(folder: Path, name: str, part: str, what: str) -> Path | None:
    """The file under any of its names, plain before gzipped."""
    idx = f"idx{DIMENSIONS[what]}"
    for spelt in PARTS[part]:
        for form in (f"-{idx}-ubyte", f".{idx}-ubyte", f"-{idx}.ubyte"):
            for packed in ("", ".gz"):
                path = folder / f"{name}{spelt}-{what}{form}{packed}"
                if is_there(path):
                    return path
    return None


def _pair(images_file: Path, labels_file: Path) -> Digits:
    """Images with their labels, the small file first: it is the quicker to be refused."""
    values = read_idx(labels_file, dimensions=1)
    try:
        labels = whole_labels(values)
    except UnfitError as unfit:
        i = unfit.index
        raise DataError(
            f"{labels_file}: label {i} is {values[i]}; expected {unfit.expected}"
        ) from unfit
    images = _images(images_file)
    if len(images) != len(labels):
        raise DataError(f"{labels_file}: has {len(labels):,} labels for {len(images):,} images")
    return Digits(images, labels)


def _images(path: Path) -> Bytes:
    images = read_idx(path, dimensions=3)
    count, rows, columns = images.shape
    if rows != columns:
        raise DataError(f"{path}: images are {rows} × {columns}; expected square ones")
    if image_side(rows * columns) is None:
        raise DataError(
            f"{path}: images are {rows} × {columns}; expected {SIDES[0]} to {SIDES[-1]} a side"
        )
    # Nobody else has them: a set without test part is parted within this memory.
    images.setflags(write=True)
    return images.reshape(count, rows * columns)


def _found(pairs: list[Digits], folder: Path) -> SourceContent:
    """One pair, or one to learn from and one to test on, which must be of one kind."""
    first, *others = pairs
    test = others[0] if others else None
    if test is not None and first.images.shape[1] != test.images.shape[1]:
        raise DataError(
            f"{folder}: the training images have {first.images.shape[1]} pixels and the test "
            f"images {test.images.shape[1]}; expected the same"
        )
    images, tested, note = both_stretched(first.images, None if test is None else test.images)
    if test is not None and tested is not None:
        test = Digits(tested, test.labels)
    files = "two files" if test is None else "four files"
    return SourceContent(images, first.labels, test, notes=(f"IDX, {files}", note))
