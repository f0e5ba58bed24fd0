"""MNIST's own form: two or four IDX files beside each other, under the names they go by."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import DataError, SeveralSetsError
from ...images.mapped_file import is_mapped
from ...images.values import UnfitError, whole_labels
from ...source_content import SIDES, Bytes, Digits, SourceContent, image_side
from ..safe_files import entries, is_folder, is_there
from .idx_format import read_idx, read_idx_labels

# MNIST's own names, their common variants, and a set's name before them (emnist-letters-train-…).
NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)[-_.](?P<what>images|labels)[-_.]idx[123]"
    r"([-_.](ubyte|int))?( ?\(\d\))?(\.gz)?",
    re.IGNORECASE,
)
PARTS = {"train": "train", "t10k": "test", "test": "test"}
USUAL = {"train": "train", "test": "t10k"}
DIMENSIONS = {"images": 3, "labels": 1}

Key = tuple[str, str]  # part and what


def from_folder(folder: Path) -> SourceContent | None:
    """Read the set in a folder of IDX files; None if no file has such a name."""
    if NAME.fullmatch(folder.name):  # a single file, unpacked into a folder of its own name
        folder = folder.parent
    sets = _sets(folder)
    if len(sets) > 1:
        firsts = [min(path.name for path in files.values()) for files in sets.values()]
        names = [name.rstrip("-_. ") or first for name, first in zip(sets, firsts, strict=True)]
        raise SeveralSetsError(folder, sorted(names), "name a file of one of them")
    return _set(folder, *next(iter(sets.items()))) if sets else None


def from_file(path: Path, dimensions: int) -> SourceContent:
    """Read the set that an IDX file of this many dimensions, images or labels, belongs to."""
    match = NAME.fullmatch(path.name)
    if match is not None:
        folder = path.parent
        if NAME.fullmatch(folder.name):  # unpacked into a folder of its own name
            folder = folder.parent
        return _set(folder, match["set"], _sets(folder)[match["set"]])
    what, other = ("images", "labels") if dimensions == 3 else ("labels", "images")
    idx, other_idx = f"idx{DIMENSIONS[what]}", f"idx{DIMENSIONS[other]}"
    beside = path.with_name(path.name.replace(what, other).replace(idx, other_idx))
    if beside != path and is_there(beside):
        images, labels = (path, beside) if what == "images" else (beside, path)
        return _found([_pair(images, labels)], path.parent, "")
    if what == "images":
        return images_alone(path)
    read_idx_labels(path)  # which says so if it holds none
    raise DataError(f"{path}: holds labels, and beside it is no file of their images")


def images_alone(path: Path) -> SourceContent:
    """Read an IDX file of images without looking for its labels."""
    images = _images(path)
    match = NAME.fullmatch(path.name)
    called = match["set"] if match else ""
    return SourceContent(images, notes=(f"IDX, {len(images):,} images, no labels",), called=called)


def _sets(folder: Path) -> dict[str, dict[Key, Path]]:
    """Group a folder's files by the prefix of their set, preferring plain ones to gzipped."""
    sets: dict[str, dict[Key, Path]] = {}
    for path in sorted(entries(folder), key=lambda path: path.name.endswith(".gz")):
        match = NAME.fullmatch(path.name)
        if match is None:
            continue
        file: Path | None = path
        if is_folder(path):  # of that name, with the file in it
            file = next((p for p in entries(path) if NAME.fullmatch(p.name)), None)
        key = PARTS[match["part"].lower()], match["what"].lower()
        if file is not None:
            files = sets.setdefault(match["set"], {})
            if key not in files or (file is path and files[key].parent != folder):
                files[key] = file
    return sets


def _set(folder: Path, name: str, files: dict[Key, Path]) -> SourceContent:
    """Read the set with this prefix, in complete pairs."""
    if len(files) == 1:
        ((_, what), path) = next(iter(files.items()))
        if what == "images":
            return images_alone(path)
    pairs: list[Digits] = []
    for part, usual in USUAL.items():
        missing = [what for what in DIMENSIONS if (part, what) not in files]
        if len(missing) == 1:
            file = f"{name}{usual}-{missing[0]}-idx{DIMENSIONS[missing[0]]}-ubyte"
            raise DataError(f"{folder}: has no {file} (or .gz), the {part} {missing[0]}")
        if not missing:
            pairs.append(_pair(files[part, "images"], files[part, "labels"]))
    extended = any(re.search(r"idx2[-_.]int", path.name) for path in files.values())
    return _found(pairs, folder, name, extended=extended)


def _pair(images_file: Path, labels_file: Path) -> Digits:
    """Images with their labels, the small file first: it is the quicker to be refused."""
    values = read_idx_labels(labels_file)
    if values.ndim == 2:
        values = values[:, 0]
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
    if not is_mapped(images):
        # Nobody else has them: a set without test part is parted within this memory.
        images.setflags(write=True)
    return images.reshape(count, rows * columns)


def _found(
    pairs: list[Digits], folder: Path, name: str, *, extended: bool = False
) -> SourceContent:
    """Combine one pair, or a training and a test pair of the same kind, into a set.

    Args:
        pairs: images with their labels, in the order of the parts.
        folder: for messages.
        name: of the set.
        extended: whether each label has several numbers, of which the first is used.
    """
    first, *others = pairs
    test = others[0] if others else None
    if test is not None and first.images.shape[1] != test.images.shape[1]:
        raise DataError(
            f"{folder}: the training images have {first.images.shape[1]} pixels and the test "
            f"images {test.images.shape[1]}; expected the same"
        )
    files = "two files" if test is None else "four files"
    notes = (f"IDX, {files}",)
    if extended:
        notes += ("of each label's several numbers the first is taken, the class",)
    return SourceContent(first.images, first.labels, test, notes=notes, called=name)
