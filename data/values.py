"""Numbers from outside made into bytes: the scale of pixels found out, labels checked."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .source_content import MAX_CLASSES, Bytes

WHOLE, UNIT = 255, 1  # what full ink is on the two scales: 0–255 and 0–1
SAID: Final = {
    WHOLE: "values 0 to 255",
    UNIT: "values 0 to 1, made 0 to 255",
    None: "values all 0: blank images",
}
EXPECTED: Final = {
    WHOLE: "a whole number from 0 to 255, as the values before it",
    UNIT: "a number from 0 to 1, as the values before it",
    None: "a number from 0 to 255, or from 0 to 1",
}


class UnfitError(Exception):
    """A value cannot be what it is meant to be; its reader knows the place and tells a person."""

    def __init__(self, index: int, expected: str) -> None:
        super().__init__(expected)
        self.index = index  # among the values that were given, counted flat
        self.expected = expected


class PixelBuffer:
    """Pixels gathered piece by piece into bytes, and the scale they are on.

    0 and 1 are on both scales. The first value that is not one of them decides: a fraction means
    0 to 1, a larger number 0 to 255. If none comes, it was 0 to 1, paper and ink. Only the bytes
    are kept, so that memory stays at one byte a pixel, whatever type the pieces are of.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._scale: int | None = None

    def add(self, values: NDArray[Any]) -> None:
        """Take the next values, any real type and shape; UnfitError tells the first bad one."""
        _refuse(~((values >= 0) & (values <= WHOLE)), EXPECTED[self._scale])  # NaN is refused too
        undecided = self._scale is None
        if undecided:
            telling = (values != 0) & (values != UNIT)
            if telling.any():
                first = values.flat[telling.argmax()]
                self._scale = WHOLE if first > UNIT else UNIT
        if self._scale == UNIT:
            _refuse(values > UNIT, EXPECTED[UNIT])
            if undecided:
                self._stretch()
            values = np.rint(values * float(WHOLE))
        elif values.dtype.kind == "f":
            _refuse(values != np.trunc(values), EXPECTED[self._scale])
        self._bytes += values.astype(np.uint8, order="C").data

    def taken(self, pixels: int) -> tuple[Bytes, str]:
        """All that was added, as images of so many pixels a row, and a line on their scale."""
        if self._scale is None and any(self._bytes):
            self._scale = UNIT
            self._stretch()
        images = np.frombuffer(self._bytes, np.uint8).reshape(-1, pixels)
        return images, SAID[self._scale]

    def _stretch(self) -> None:
        """What came while 0 and 1 were all there was: from now on the ink is 255."""
        so_far = np.frombuffer(self._bytes, np.uint8)
        so_far *= WHOLE


def both_stretched(images: Bytes, test: Bytes | None) -> tuple[Bytes, Bytes | None, str]:
    """Bytes on either scale, and those to test on if there are any, all from 0 to 255.

    Also a line on the scale. As with Greys: 0 and 1 alone are paper and ink.
    """
    top = max(int(images.max()), 0 if test is None else int(test.max()))
    if top != UNIT:
        return images, test, SAID[WHOLE if top else None]
    return images * np.uint8(WHOLE), None if test is None else test * np.uint8(WHOLE), SAID[UNIT]


def whole_labels(values: NDArray[Any]) -> Bytes:
    """Labels of any real type as bytes; UnfitError tells the first that is no class."""
    expected = f"a whole number from 0 to {MAX_CLASSES - 1}"
    _refuse(~((values >= 0) & (values < MAX_CLASSES)), expected)
    labels = values.astype(np.uint8)
    _refuse(labels != values, expected)
    return labels


def _refuse(bad: NDArray[np.bool_], expected: str) -> None:
    if bad.any():
        raise UnfitError(int(bad.argmax()), expected)
