"""A set in one .npz file, in either of two forms.

    x_train, y_train, x_test, y_test     Keras's form; without the last two, one set
    images, labels, names                a plain form; names, the classes as text, may be missing,
                                         and so may labels: then it is a set to predict

Images are n × side × side, n × side × side × 1 or n × side², of any real type; labels are n whole
numbers of any real type.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from sys import maxunicode

import numpy as np

from ..errors import DataError
from ..source_content import MAX_CLASSES, SIDES, Bytes, Digits, SourceContent, image_side
from ..values import PixelBuffer, UnfitError, whole_labels
from .npz_archive import REAL, TEXT, Archive, by
from .safe_files import MAX_PIXEL_BYTES, OnProgress

FORMS = (("x_train", "y_train", "x_test", "y_test"), ("images", "labels", "", ""))
MAX_NAME_LENGTH = 40  # characters of a class's name


def read_archive(
    file: io.BufferedReader, path: Path, on_progress: OnProgress | None = None
) -> SourceContent:
    """The set in an .npz file. Raises DataError that names path, member and what is wrong."""
    archive = Archive(file, path)
    form = next((form for form in FORMS if form[0] in archive.names), None)
    if form is None:
        held = ", ".join(archive.names)[:80] or "nothing"
        raise DataError(
            f"{path}: holds {held}; expected x_train, y_train, x_test and y_test, or images and "
            f"labels"
        )
    images, labels, test_images, test_labels = form
    reader = _Reader(archive, on_progress)
    if labels not in archive.names:
        reader.add(images)
        pixels, scale = reader.taken()
        return SourceContent(pixels, notes=(f"npz, {images} without {labels}", scale))
    first = reader.labels(images, labels)
    reader.add(images)
    second = None
    if {test_images, test_labels} & set(archive.names):
        second = reader.labels(test_images, test_labels)
        reader.add(test_images)
    pixels, scale = reader.taken()
    m = len(first)
    test = None if second is None else Digits(pixels[m:], second)
    told = f"npz, {images}" if test is None else f"npz, {images} and {test_images}"
    return SourceContent(pixels[:m], first, test, reader.names(), (told, scale))


class _Reader:
    """Takes images and labels out of an archive, all images on one scale and of one size."""

    def __init__(self, archive: Archive, on_progress: OnProgress | None) -> None:
        self._archive, self._on_progress = archive, on_progress
        self._greys, self._pixels = PixelBuffer(), 0

    def labels(self, images: str, labels: str) -> Bytes:
        """The labels in the second member, one for each image in the first."""
        for name in (images, labels):
            if name not in self._archive.names:
                raise self._archive.refusal(name, "is missing")
        shape = self._archive.header(labels, REAL).shape
        wanted = self._shape(images)[:1]
        if shape != wanted:
            raise self._archive.refusal(labels, f"is {by(shape)}; expected {by(wanted)}")
        values = self._archive.array(labels, REAL)
        try:
            return whole_labels(values)
        except UnfitError as unfit:
            raise self._archive.refusal(
                f"{labels}[{unfit.index}]",
                f"is {values[unfit.index]}; expected {unfit.expected}",
            ) from unfit

    def add(self, images: str) -> None:
        """Take the images of a member, after those that were taken before."""
        n, pixels = self._shape(images)
        if self._pixels not in (0, pixels):
            raise self._archive.refusal(
                images, f"has images of {pixels} pixels; expected {self._pixels}, as before"
            )
        self._pixels, done = pixels, 0
        for piece in self._archive.pieces(images, REAL, pixels):
            try:
                self._greys.add(piece)
            except UnfitError as unfit:
                image, pixel = divmod(done + unfit.index, pixels)
                raise self._archive.refusal(
                    f"{images}[{image}]",
                    f"has {piece[unfit.index]} as its pixel {pixel}; expected {unfit.expected}",
                ) from unfit
            done += len(piece)
            if self._on_progress is not None:
                self._on_progress(done, n * pixels)

    def taken(self) -> tuple[Bytes, str]:
        """All images, and a line on their scale."""
        return self._greys.taken(self._pixels)

    def names(self) -> tuple[str, ...]:
        """The names of the classes, if the archive has them."""
        if "names" not in self._archive.names:
            return ()
        header = self._archive.header("names", TEXT)
        if len(header.shape) != 1 or not 2 <= header.shape[0] <= MAX_CLASSES:
            raise self._archive.refusal(
                "names", f"is {by(header.shape)}; expected 2 to {MAX_CLASSES} names"
            )
        is_coded = header.dtype.kind == "S"
        if not 0 < header.dtype.itemsize <= (MAX_NAME_LENGTH if is_coded else 4 * MAX_NAME_LENGTH):
            raise self._archive.refusal(
                "names", f"holds {header.dtype}; expected 1 to {MAX_NAME_LENGTH} characters each"
            )
        names = self._archive.array("names", TEXT)
        unfit = self._archive.refusal("names", "holds text that is none")
        if is_coded:
            try:
                found = tuple(name.decode("utf-8") for name in names.tolist())
            except UnicodeDecodeError as problem:
                raise unfit from problem
        else:
            # NumPy believes that every four bytes are a character.
            codes = names.view(np.dtype(np.uint32).newbyteorder(header.dtype.byteorder))
            if codes.max() > maxunicode:
                raise unfit
            found = tuple(map(str, names))
        twice = [name for name in found if found.count(name) > 1]
        if twice:
            raise self._archive.refusal("names", f"holds {twice[0]!r} twice; expected one a class")
        return found

    def _shape(self, name: str) -> tuple[int, int]:
        """How many images a member holds, and of how many pixels."""
        shape = self._archive.header(name, REAL).shape
        pixels = math.prod(shape[1:])
        side = image_side(pixels)
        if side is None or shape[1:] not in ((side, side), (side, side, 1), (pixels,)):
            raise self._archive.refusal(
                name,
                f"is {by(shape)}; expected n × side × side, {SIDES[0]} to {SIDES[-1]} a side",
            )
        if math.prod(shape) > MAX_PIXEL_BYTES:
            raise self._archive.refusal(
                name, f"declares {by(shape)} pixels, more than the {MAX_PIXEL_BYTES:,} allowed"
            )
        return shape[0], pixels
