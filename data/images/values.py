"""Converts untrusted numbers to bytes: detects the scale of pixels, and checks labels."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..source_content import MAX_CLASSES, Bytes

WHOLE, UNIT, SIGNED = "0 to 255", "0 to 1", "−1 to 1"  # the scales that pixels come on
FULL: Final = 255  # full ink, as bytes
BOUNDS: Final = {WHOLE: (0, FULL), UNIT: (0, 1), SIGNED: (-1, 1), "": (-1, FULL)}
EXPECTED: Final = {
    WHOLE: "a whole number from 0 to 255, as the values before it",
    UNIT: "a number from 0 to 1, as the values before it",
    SIGNED: "a number from −1 to 1, as the values before it",
    "": "a number from 0 to 255, from 0 to 1, or from −1 to 1",
}


class UnfitError(Exception):
    """A value is invalid; its reader knows the place and reports it."""

    def __init__(self, index: int, expected: str) -> None:
        super().__init__(expected)
        self.index = index  # flat index among the values passed
        self.expected = expected


class PixelBuffer:
    """Collects pixels piece by piece as bytes, and detects their scale.

    0 and 1 are on every scale. The first value that is neither decides: a fraction means 0 to 1,
    a negative one −1 to 1, a larger number 0 to 255. If none comes, the bytes stay 0 and 1, and
    the strongest ink of the whole set tells (see data/images/quality.py). Only the bytes are kept,
    so that memory stays at one byte a pixel, whatever type the pieces are of.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._scale = ""

    def add(self, values: NDArray[Any]) -> None:
        """Take the next values, any real type and shape; UnfitError tells the first bad one."""
        self._check(values)
        undecided = not self._scale
        if undecided:
            telling = (values != 0) & (values != 1)
            if telling.any():
                first = values.flat[telling.argmax()]
                self._scale = WHOLE if first > 1 else UNIT if first > 0 else SIGNED
                self._check(values)
        if self._scale in (UNIT, SIGNED):
            if undecided:
                self._rescale()
            shares = (values + 1.0) / 2 if self._scale == SIGNED else values
            values = np.rint(shares * float(FULL))
        elif values.dtype.kind == "f":
            _refuse(values != np.trunc(values), EXPECTED[self._scale])
        self._bytes += values.astype(np.uint8, order="C").data

    def taken(self) -> tuple[Bytes, str]:
        """All that was added, flat, and a line on their scale if it was another than bytes'."""
        scale = f"values {self._scale}, made 0 to 255" if self._scale in (UNIT, SIGNED) else ""
        return np.frombuffer(self._bytes, np.uint8), scale

    def _check(self, values: NDArray[Any]) -> None:
        low, high = BOUNDS[self._scale]
        _refuse(~((values >= low) & (values <= high)), EXPECTED[self._scale])  # NaN is refused too

    def _rescale(self) -> None:
        """Bring the zeros and ones that came before onto the scale that was found."""
        so_far = np.frombuffer(self._bytes, np.uint8)
        if self._scale == SIGNED:
            so_far += 1
            so_far[so_far == 1] = FULL // 2 + 1
            so_far[so_far == 2] = FULL
        else:
            so_far *= FULL


def whole_labels(values: NDArray[Any]) -> Bytes:
    """Labels of any real type as bytes; UnfitError tells the first that is no class."""
    expected = f"a whole number from 0 to {MAX_CLASSES - 1}"
    _refuse(~((values >= 0) & (values < MAX_CLASSES)), expected)
    labels = values.astype(np.uint8)
    _refuse(labels != values, expected)
    return labels


def one_hot_labels(values: NDArray[Any]) -> Bytes:
    """Labels of rows, m × classes, of which one number is 1 and the others 0.

    UnfitError tells the first number of the first row that is not so.
    """
    bad = ~np.isin(values, (0, 1)).all(axis=1) | (values.sum(axis=1) != 1)
    if bad.any():
        raise UnfitError(int(bad.argmax()) * values.shape[1], "one 1 in each row, and zeros")
    return values.argmax(axis=1).astype(np.uint8)


def _refuse(bad: NDArray[np.bool_], expected: str) -> None:
    if bad.any():
        raise UnfitError(int(bad.argmax()), expected)
