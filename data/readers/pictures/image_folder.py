"""A folder of pictures in sub-folders, each named by the label of what lies in it.

0/a.png  0/b.png  1/…                      one set
train/0/…  train/1/…  test/0/…             two parts; val, validation and their like do, too
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...source_content import MAX_CLASSES, SIDES, Bytes, Digits, SourceContent, image_side, natural
from ..marks import PICTURES
from ..part_names import part_of
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, entries, is_folder
from .picture import read_raw_gray, shallow

MIN_PICTURES_FOR_FAULT = 50  # pictures, among which a single one may be wrong
PICTURES_PER_FAULT = 100  # of so many pictures one may be wrong
MAX_NAMED_FAULTS = 3  # wrong ones that a note names


@dataclass(frozen=True)
class LabeledFiles:
    """The picture files of one part, in order, and the label of each."""

    files: list[Path]
    labels: list[int]


def read_image_folder(folder: Path, on_progress: OnProgress | None = None) -> SourceContent:
    """Read a folder of pictures in MNIST's format, all of one square size.

    Raises DataError that names the offending file or folder.
    """
    parts = _parts(folder)
    names = _names(parts[0])
    listed = [_listed(part, names) for part in parts]
    notes: tuple[str, ...] = ()
    if len(parts) > 1:
        validation = [p.name for p in _folders(folder) if part_of(p.name) == "val"]
        if part_of(parts[1].name) == "val":
            notes = (f"{parts[1].name} to test on",)
        elif validation:
            notes = (f"{validation[0]} left out: {parts[1].name} to test on",)
    found = read_pictures(folder, listed, names, on_progress)
    return SourceContent(
        found.images,
        found.labels,
        found.test,
        names,
        (
            f"pictures in folders, {sum(len(part.files) for part in listed):,} of them",
            *notes,
            *found.notes,
        ),
    )


def read_pictures(
    folder: Path,
    parts: list[LabeledFiles],
    names: tuple[str, ...],
    on_progress: OnProgress | None = None,
) -> SourceContent:
    """Read the pictures of one part, or of a training and a test part.

    With many pictures, one in a hundred may be faulty; those are skipped and noted.
    """
    files = [path for part in parts for path in part.files]
    labels = np.array([label for part in parts for label in part.labels], np.uint8)
    images, right, notes = _pixels(folder, files, on_progress)
    flat = images.reshape(len(images), -1)
    first = int(np.count_nonzero(right[: len(parts[0].files)]))
    labels = labels[right]
    test = Digits(flat[first:], labels[first:]) if len(parts) > 1 else None
    if not first or (test is not None and not len(test)):
        raise DataError(f"{folder}: has a part without pictures")
    return SourceContent(flat[:first], labels[:first], test, names, notes)


def is_image_folder(folder: Path) -> bool:
    """Return whether the folder has class folders with pictures, or parts with such folders."""
    folders = _folders(folder)
    if len(_parts(folder)) > 1:
        return True
    if all(part_of(path.name) for path in folders):  # parts, but not with folders for each class
        return False
    pictured = sum(map(has_pictures, folders))
    empty = sum(not entries(path) for path in folders)
    return pictured >= 1 and (pictured + empty) * 2 > len(folders) and len(folders) > 1


def has_pictures(folder: Path) -> bool:
    """Return whether most of a folder's first files are pictures, intact or not."""
    files = [path for path in entries(folder)[:9] if not is_folder(path)]
    return sum(map(is_picture, files)) * 2 > len(files)


def is_picture(path: Path) -> bool:
    """Return whether a file starts like a picture."""
    try:
        with path.open("rb") as file:
            return file.read(4).startswith(PICTURES)
    except OSError:
        return False


def _folders(folder: Path) -> list[Path]:
    return [path for path in entries(folder) if is_folder(path)]


def _parts(folder: Path) -> list[Path]:
    """Return the folders of the training and test parts, or the folder itself."""
    by_part: dict[str, list[Path]] = {}
    for path in _folders(folder):
        by_part.setdefault(part_of(path.name), []).append(path)
    train = by_part.get("train", [])
    test = by_part.get("test") or by_part.get("val", [])
    if len(train) == len(test) == 1 and "" not in by_part:
        parts = [_with_classes(part) for part in (*train, *test)]
        if all(map(_folders, parts)):
            return parts
    return [folder]


def _with_classes(part: Path) -> Path:
    """Return the folder with a part's classes, should the part be in a folder too many."""
    folders = _folders(part)
    while len(folders) == 1 and (within := _folders(folders[0])):
        part, folders = folders[0], within
    return part


def _names(folder: Path) -> tuple[str, ...]:
    """Return the class names: the sub-folders' names, numbers in numeric order before words."""
    folders = _folders(folder)
    if not 2 <= len(folders) <= MAX_CLASSES:
        raise DataError(
            f"{folder}: has {len(folders)} sub-folders; expected 2 to {MAX_CLASSES}, one a label"
        )
    return tuple(sorted((path.name for path in folders), key=natural))


def _listed(folder: Path, names: tuple[str, ...]) -> LabeledFiles:
    part = LabeledFiles([], [])
    for path in entries(folder):
        if not is_folder(path):
            if is_picture(path):
                raise DataError(f"{path}: lies in no folder; expected one for each label")
            continue  # a list of what is there, or terms of use
        if path.name not in names:
            raise DataError(
                f"{path}: is not a label to learn from; expected {', '.join(names)[:80]}"
            )
        files = entries(path)
        if not files:
            raise DataError(f"{path}: has no pictures in it")
        part.files.extend(files)
        part.labels.extend([names.index(path.name)] * len(files))
    return part


def _pixels(
    folder: Path, files: list[Path], on_progress: OnProgress | None
) -> tuple[Bytes, NDArray[np.bool_], tuple[str, ...]]:
    """Every picture that is right, n × side × side, which these are, and notes on them."""
    gathered = _Pictures(folder, files)
    for i, path in enumerate(files):
        gathered.add(i, path)
        if on_progress is not None:
            on_progress(i + 1, len(files))
    return gathered.taken()


class _Pictures:
    """Pictures gathered, held to the size of the first; those of 16 bits apart until the end."""

    def __init__(self, folder: Path, files: list[Path]) -> None:
        self._folder, self._files = folder, files
        self._images: Bytes | None = None
        self._deep: NDArray[np.uint16] | None = None
        self._is_deep = np.zeros(len(files), np.bool_)
        self._right = np.zeros(len(files), np.bool_)
        self._wrong: list[tuple[Path, str]] = []
        self._in_color = self._of_fractions = False
        self._allowed = max(
            int(len(files) >= MIN_PICTURES_FOR_FAULT), len(files) // PICTURES_PER_FAULT
        )

    def add(self, i: int, path: Path) -> None:
        """Take the picture, or note that it is wrong. Raises DataError if too many are."""
        try:
            gray, notes = read_raw_gray(path, str(path))
            images = self._made_for(path, gray)
        except DataError as problem:
            self._wrong.append((path, str(problem)))
            if len(self._wrong) > self._allowed:
                first = self._wrong[0][1]
                if self._allowed:
                    first = f"{first}; and {self._allowed} more pictures are wrong"
                raise DataError(first) from problem
            return
        self._in_color |= any("olour" in note or "olor" in note for note in notes)
        self._of_fractions |= any("fractions" in note for note in notes)
        if gray.dtype != np.uint8:
            if self._deep is None:
                self._deep = np.zeros(images.shape, np.uint16)
            self._deep[i], self._is_deep[i] = gray, True
        else:
            images[i] = gray
        self._right[i] = True

    def taken(self) -> tuple[Bytes, NDArray[np.bool_], tuple[str, ...]]:
        """All that are right; only once."""
        if self._images is None:
            raise DataError(f"{self._folder}: has no picture that can be read")
        notes: tuple[str, ...] = ("color made grey",) * self._in_color
        notes += ("fractions 0 to 1, made 0 to 255",) * self._of_fractions
        if self._deep is not None:
            self._images[self._is_deep], note = shallow(self._deep[self._is_deep])
            notes += (note,)
        images = self._images
        if self._wrong:
            images = images[self._right]
            named = ", ".join(
                str(path.relative_to(self._folder)) for path, _ in self._wrong[:MAX_NAMED_FAULTS]
            )
            count = len(self._wrong)
            notes += (f"{count} wrong picture{'s' * (count > 1)} left out: {named}",)
        return images, self._right, notes

    def _made_for(self, path: Path, gray: NDArray[Any]) -> Bytes:
        """Return the array for all pictures, allocated once the first size is known."""
        rows, columns = gray.shape
        if self._images is None:
            if rows != columns or image_side(rows * columns) is None:
                raise DataError(
                    f"{path}: is {columns} × {rows} pixels; expected a square of "
                    f"{SIDES[0]} to {SIDES[-1]} a side"
                )
            if len(self._files) * gray.size > MAX_PIXEL_BYTES:
                raise DataError(f"{self._folder}: holds more than {MAX_PIXEL_BYTES:,} pixels")
            self._images = np.empty((len(self._files), rows, columns), np.uint8)
        side = self._images.shape[1]
        if (rows, columns) != (side, side):
            raise DataError(
                f"{path}: is {columns} × {rows} pixels; expected {side} × {side}, as "
                f"{self._files[int(self._right.argmax())]}"
            )
        return self._images
