"""Sets of named arrays in any file format: finds their roles, and converts them to bytes.

    x_train, y_train, x_test, y_test     Keras's form; X_train, train_images and their like, too
    images, labels, names                a plain form; X and y, data and target; labels may be
                                         missing: then it is a set to predict

Images are n × side × side, with one channel or three before or after, or n × side², of any real
type and in either order; labels are n or n × 1 numbers, n texts, or n × classes of zeros and ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from sys import maxunicode
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, listed
from ...images.values import PixelBuffer, UnfitError, one_hot_labels, whole_labels
from ...source_content import (
    MAX_CLASSES,
    SIDES,
    Bytes,
    Digits,
    SourceContent,
    Span,
    image_side,
    natural,
)
from ..part_names import part_of, words_of
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, by

REAL, TEXT, BYTES = "biuf", "US", "u"  # kinds of types, by NumPy's letters
EITHER = REAL + TEXT
MAX_NAME_LENGTH = 40  # characters of a class's name
LUMINANCE = np.array([0.299, 0.587, 0.114])  # of red, green and blue

# The words in a member's name that say what it holds, most telling first.
HOLDS = {
    "images": ("images", "image", "imgs", "img", "x", "data", "pixels", "features", "arr_0"),
    "labels": ("labels", "label", "lbls", "lbl", "y", "target", "targets", "arr_1"),
    "names": ("names", "class_names", "target_names", "label_names", "classes"),
}
# numpy.savez without names: what is given to it is mostly in this order.
POSITIONS = {
    ("train", "images"): "arr_0",
    ("train", "labels"): "arr_1",
    ("test", "images"): "arr_2",
    ("test", "labels"): "arr_3",
}
MATES = (("images", "labels"), ("imgs", "labels"), ("data", "target"), ("x", "y"), ("X", "y"))

Key = tuple[str, str]  # the part ("" if the name does not say), and the content


@dataclass(frozen=True, slots=True)
class Header:
    """A member's header, checked against its size."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    in_fortran_order: bool = False  # whether its first dimension runs fastest

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


class Arrays(Protocol):
    """Named arrays in a file, each checked before its numbers are read."""

    form: str  # as a note calls it: npz
    names: list[str]

    def header(self, name: str, kinds: str) -> Header:
        """Shape and type of a member, which must be of one of these kinds of NumPy's."""
        ...

    def pieces(self, name: str, kinds: str, row: int = 1) -> Iterator[NDArray[Any]]:
        """Yield a member's numbers, flat and in order, in chunks of whole rows of `row` numbers."""
        ...

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """Return a small member, whole and flat."""
        ...

    def mapped(self, name: str) -> NDArray[np.uint8] | None:
        """Map a large member of bytes; None for any other."""
        ...

    def refusal(self, name: str, what: str) -> DataError:
        """Return the error that says what is wrong with a member."""
        ...


def role(name: str) -> Key | None:
    """Derive a member's role from its name; None if the name does not say."""
    words, part = words_of(name), part_of(name)
    last = re.split(r"[./]", name.casefold())[-1]
    for held in ("names", "labels", "images"):
        if last in HOLDS[held] or any(word in HOLDS[held] for word in words):
            return part, held
    return None


def roles(names: list[str]) -> dict[Key, str]:
    """Find the member for each role; of several candidates, the most specific name."""
    if set(names) == set(POSITIONS.values()):
        return dict(POSITIONS)
    found: dict[Key, str] = {}
    for name in names:
        key = role(name)
        if key is not None and (key not in found or _rank(name, key) < _rank(found[key], key)):
            found[key] = name
    return found


def _rank(name: str, key: Key) -> int:
    words = [*words_of(name), name.casefold()]
    return min((HOLDS[key[1]].index(word) for word in words if word in HOLDS[key[1]]), default=99)


def read_arrays(arrays: Arrays, path: object, on_progress: OnProgress | None) -> SourceContent:
    """Read the set in these arrays. Raises DataError that names path, member and fault."""
    members = roles(arrays.names)
    parts = [part for part in ("train", "", "test", "val") if (part, "images") in members]
    if not parts:
        contents = listed(arrays.names) if arrays.names else "nothing"
        raise DataError(
            f"{path}: holds {contents}; expected x_train, y_train, x_test and y_test, or images "
            f"and labels"
        )
    reader = _Reader(arrays, members, on_progress)
    first, *others = parts
    if not any(contents == "labels" for _, contents in members):
        images = members[first, "images"]
        reader.add(images)
        (pixels,), scale = reader.taken()
        note = f"{arrays.form}, {images} without {mate(images)}"
        return SourceContent(pixels, notes=(note,), scale=scale, span=reader.span)
    for part in ("test", "val"):  # labels whose images are missing
        if (part, "labels") in members and part not in parts:
            others = [*others, part]
    second = next((part for part in ("test", "val") if part in others), None)
    notes: tuple[str, ...] = ()
    labels = [reader.labels(part) for part in (first, second) if part is not None]
    for part in (first, second):
        if part is not None:
            reader.add(members[part, "images"])
    images, scale = reader.taken()
    contents = " and ".join(members[p, "images"] for p in (first, second) if p is not None)
    if "val" in others and second != "val":
        notes = (f"{members['val', 'images']} left out: {members['test', 'images']} to test on",)
    elif second == "val":
        notes = (f"{members['val', 'images']} to test on",)
    test = Digits(images[1], labels[1]) if second is not None else None
    return SourceContent(
        images[0],
        labels[0],
        test,
        reader.names(),
        (f"{arrays.form}, {contents}", *reader.notes, *notes),
        scale=scale,
        span=reader.span,
    )


def mate(name: str) -> str:
    """Return the name of the labels that belong to these images, or the other way round."""
    for images, labels in MATES:
        for here, there in ((images, labels), (labels, images)):
            changed = re.sub(rf"(?<![a-zA-Z]){here}(?![a-zA-Z])", there, name)
            if changed != name:
                return changed
    return "labels"


@dataclass(frozen=True, slots=True)
class _Images:
    """The layout of images in a member's numbers."""

    shape: tuple[int, ...]
    side: int
    in_fortran_order: bool
    images_last: bool  # whether the last dimension counts the images, not the first
    channels: int  # 1 or 3
    channels_first: bool

    @property
    def count(self) -> int:
        return self.shape[-1 if self.images_last else 0]

    @property
    def in_rows(self) -> bool:
        """Whether one image comes after the other in the file."""
        return not (self.in_fortran_order or self.images_last)


class _Reader:
    """Reads images and labels from arrays, all images on one scale and of one size."""

    def __init__(
        self, arrays: Arrays, members: dict[Key, str], on_progress: OnProgress | None
    ) -> None:
        self._arrays, self._members, self._on_progress = arrays, members, on_progress
        self._grays, self._added = PixelBuffer(), list[_Images]()
        self._words: tuple[str, ...] = ()  # the classes, where labels are text
        self._mapped: dict[int, Bytes] = {}  # of those that were added, the ones left on disk
        self._last: dict[str, _Images] = {}  # as the count of their labels told
        self.notes: tuple[str, ...] = ()

    def labels(self, part: str) -> Bytes:
        """Return the labels of a part, one for each of its images."""
        names = [self._members.get((part, held), "") for held in ("images", "labels")]
        for name, other in (names, names[::-1]):
            if not name:
                raise self._arrays.refusal(mate(other), "is missing")
        images, labels = names
        header = self._arrays.header(labels, EITHER)
        shape = header.shape
        # A row of labels, or a column of them, is as good as a list.
        squeezed = tuple(side for side in shape if side > 1) or (1,)
        count = self._shape(images, squeezed[0]).count
        if shape != (count,) and squeezed == (count,):
            shape = squeezed
        is_hot = len(shape) == 2 and shape[0] == count and 2 <= shape[1] <= MAX_CLASSES
        if shape != (count,) and not is_hot:
            raise self._arrays.refusal(labels, f"is {by(shape)}; expected {count:,}")
        values = self._arrays.array(labels, EITHER)
        if header.dtype.kind in TEXT:
            return self._by_word(labels, values)
        try:
            if is_hot:
                self.notes = ("the label is the place of the 1 in each row of labels",)
                return one_hot_labels(
                    values.reshape(shape, order="F" if header.in_fortran_order else "C")
                )
            return whole_labels(values)
        except UnfitError as unfit:
            raise self._arrays.refusal(
                f"{labels}[{unfit.index}]",
                f"is {values.flat[unfit.index]}; expected {unfit.expected}",
            ) from unfit

    def _by_word(self, labels: str, values: NDArray[Any]) -> Bytes:
        """Labels that are text: the words are the classes, in one order for all parts."""
        words = _decoded(self._arrays, labels, values)
        if not self._words:
            self._words = tuple(sorted(set(words), key=natural))
        if len(self._words) > MAX_CLASSES:
            raise self._arrays.refusal(
                labels, f"holds {len(self._words)} different texts; expected {MAX_CLASSES} at most"
            )
        places = {word: i for i, word in enumerate(self._words)}
        unknown = next((word for word in words if word not in places), None)
        if unknown is not None:
            raise self._arrays.refusal(labels, f"holds {unknown[:24]!r}, which no image before has")
        return np.array([places[word] for word in words], np.uint8)

    def add(self, name: str) -> None:
        """Take the images of a member, after those that were taken before."""
        images = self._shape(name)
        if self._added and self._added[0].side != images.side:
            raise self._arrays.refusal(
                name,
                f"has images of {images.side**2} pixels; expected {self._added[0].side ** 2}, "
                f"as before",
            )
        self._added.append(images)
        if images.in_rows and images.channels == 1:
            mapped = self._arrays.mapped(name)
            if mapped is not None:
                self._mapped[len(self._added) - 1] = mapped
                return
        row, done = images.side**2 * images.channels, 0
        for piece in self._arrays.pieces(name, REAL, row if images.in_rows else 1):
            try:
                in_gray = images.channels == 3 and images.in_rows
                self._grays.add(_gray(piece, images) if in_gray else piece)
            except UnfitError as unfit:
                place, pixel = divmod(done // images.channels + unfit.index, images.side**2)
                raise self._arrays.refusal(
                    f"{name}[{place}]",
                    f"has {piece.flat[unfit.index]} as its pixel {pixel}; expected "
                    f"{unfit.expected}",
                ) from unfit
            done += len(piece)
            if self._on_progress is not None:
                self._on_progress(done, math.prod(images.shape))
        if images.channels == 3 and "color made grey" not in self.notes:
            self.notes = (*self.notes, "color made grey")

    def taken(self) -> tuple[list[Bytes], str]:
        """Return the images of each added member, and a line on their scale."""
        flat, scale = self._grays.taken()
        found: list[Bytes] = []
        start = 0
        for i, images in enumerate(self._added):
            if i in self._mapped:
                found.append(self._mapped[i].reshape(images.count, -1))
                continue
            size = math.prod(images.shape)
            if images.in_rows:
                size //= images.channels
                part = flat[start : start + size].reshape(images.count, -1)
            else:
                part = _in_rows(flat[start : start + size], images)
            found.append(part)
            start += size
        return found, scale

    @property
    def span(self) -> Span | None:
        """The values that became 0 and 255, where the set's own decided that."""
        return self._grays.span

    def names(self) -> tuple[str, ...]:
        """Return the class names, if the arrays have them."""
        if self._words:
            return self._words
        name = next((n for (_, held), n in self._members.items() if held == "names"), None)
        if name is None:
            return ()
        if name != "names":  # another word may mean something else
            try:
                self._arrays.header(name, TEXT)
            except DataError:
                return ()
        header = self._arrays.header(name, TEXT)
        if len(header.shape) != 1 or not 2 <= header.shape[0] <= MAX_CLASSES:
            raise self._arrays.refusal(
                name, f"is {by(header.shape)}; expected 2 to {MAX_CLASSES} names"
            )
        found = _decoded(self._arrays, name, self._arrays.array(name, TEXT))
        twice = [text for text in found if found.count(text) > 1]
        if twice:
            raise self._arrays.refusal(name, f"holds {twice[0]!r} twice; expected one a class")
        return tuple(found)

    def _shape(self, name: str, labels: int = 0) -> _Images:
        """Return how a member of a set with this number of labels (0: unknown) holds images."""
        header = self._arrays.header(name, REAL)
        shape = header.shape
        for images_last in (False, True):
            each = shape[:-1] if images_last else shape[1:]
            count = shape[-1] if images_last and shape else shape[0] if shape else 0
            if images_last and (labels == 0 or count != labels or shape[0] == labels):
                continue
            found = _image_shape(each)
            if found is None:
                continue
            side, channels, channels_first = found
            if math.prod(shape) > MAX_PIXEL_BYTES and self._arrays.mapped(name) is None:
                raise self._arrays.refusal(
                    name, f"declares {by(shape)} pixels, more than the {MAX_PIXEL_BYTES:,} allowed"
                )
            images = _Images(
                shape, side, header.in_fortran_order, images_last, channels, channels_first
            )
            self._last[name] = images
            return images
        if known := self._last.get(name):
            return known
        raise self._arrays.refusal(
            name, f"is {by(shape)}; expected n × side × side, {SIDES[0]} to {SIDES[-1]} a side"
        )


def _image_shape(each: tuple[int, ...]) -> tuple[int, int, bool] | None:
    """Side, channels, and whether these come first, of one image of this shape; None for none."""
    pixels = math.prod(each)
    for channels in (1, 3):
        side = image_side(pixels // channels)
        if side is None or pixels % channels:
            continue
        if each in ((side, side), (pixels,)) and channels == 1:
            return side, 1, False
        if each == (side, side, channels):
            return side, channels, False
        if each == (channels, side, side):
            return side, channels, True
    return None


def _gray(piece: NDArray[Any], images: _Images) -> NDArray[Any]:
    """Return the luminance of color images, as whole numbers where these were."""
    side = images.side
    if images.channels_first:
        gray = np.tensordot(piece.reshape(-1, 3, side * side), LUMINANCE, (1, 0))
    else:
        gray = piece.reshape(-1, side * side, 3) @ LUMINANCE
    is_whole = bool((piece > 1).any()) and not bool((piece != np.trunc(piece)).any())
    if piece.dtype.kind in "bui" or is_whole:
        gray = np.rint(gray)
    return np.clip(gray, piece.min(), piece.max())


def _in_rows(flat: Bytes, images: _Images) -> Bytes:
    """Images that do not lie one after the other, brought to do so."""
    block = flat.reshape(images.shape, order="F" if images.in_fortran_order else "C")
    if images.images_last:
        block = np.moveaxis(block, -1, 0)
    if images.channels == 3:
        block = np.moveaxis(block, 1, -1) if images.channels_first else block
        block = np.rint(block @ LUMINANCE).astype(np.uint8)
    return np.ascontiguousarray(block).reshape(images.count, -1)


def _decoded(arrays: Arrays, name: str, values: NDArray[Any]) -> list[str]:
    """Text of NumPy's as text; NumPy believes that any four bytes are a character."""
    is_coded = values.dtype.kind == "S"
    most = MAX_NAME_LENGTH if is_coded else 4 * MAX_NAME_LENGTH
    if not 0 < values.dtype.itemsize <= most:
        raise arrays.refusal(
            name, f"holds {values.dtype}; expected 1 to {MAX_NAME_LENGTH} characters each"
        )
    unfit = arrays.refusal(name, "holds text that is none")
    if is_coded:
        try:
            return [text.decode("utf-8") for text in values.tolist()]
        except UnicodeDecodeError as problem:
            raise unfit from problem
    codes = values.view(np.dtype(np.uint32).newbyteorder(values.dtype.byteorder))
    if codes.max() > maxunicode:
        raise unfit
    return list(map(str, values))
