"""The content of a source before it becomes a Dataset, and the limits of every source."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .findings import Finding

SIDES = range(4, 129)  # pixels that an image may have on each side
MAX_CLASSES = 62  # ten digits, twice 26 letters


@dataclass(frozen=True, eq=False)
class Digits:
    """Images with their labels, row for row."""

    images: Bytes  # m × pixels, 0 (paper) to 255 (ink), one image a row, read top-left first
    labels: Bytes  # m, each 0 to classes - 1

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class SourceContent:
    """The content of one source: images, and everything else known of them."""

    images: Bytes  # m × side², to learn from
    labels: Bytes | None = None  # m; None where the source has none
    test: Digits | None = None  # a part to test on, where the source keeps one apart
    names: tuple[str, ...] = ()  # of the classes, where the source names them
    notes: tuple[str, ...] = ()  # what was found out on the way, one line each
    called: str = ""  # what its files call the set: emnist-letters
    scale: str = ""  # what was done to the pixels' scale while reading; "": nothing
    span: Span | None = None  # the values that became 0 and 255, where the set's own decided that
    findings: tuple[Finding, ...] = ()  # what is odd about it


def image_side(pixels: int) -> int | None:
    """Return the side of a square image of this many pixels; None if its size is not supported."""
    side = math.isqrt(max(0, pixels))
    return side if side * side == pixels and side in SIDES else None


def natural(name: str) -> tuple[bool, int, str]:
    """Return a sort key for class names: numbers in numeric order before words."""
    is_number = name.isdecimal() and len(name) < 10
    return not is_number, int(name) if is_number else 0, name


Bytes = NDArray[np.uint8]
Span = tuple[float, float]
