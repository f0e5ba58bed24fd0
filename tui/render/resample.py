"""Fits an image for glyphs.py: magnifies it, crops it to its ink, or shrinks it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_FILLED = 0.9  # share of the room that whole pixels must fill


def fitted(image: NDArray[np.uint8], rows: int, columns: int) -> tuple[NDArray[np.uint8], int]:
    """Fit a square image into rows and columns; return it and the rows it then takes.

    Pixels stay whole, two columns each, as large as they fit; else each is half a row high and
    blank paper is cut off above and below; if that would cut ink, or the image is too wide, it is
    shrunk. Where nothing fits, the image has no pixels.
    """
    if rows < 1 or columns < 2:
        return image[:0, :0], 0
    side = len(image)
    times = min(rows // side, columns // (2 * side))
    if times >= 1:
        return image.repeat(times, axis=0).repeat(times, axis=1), times * side
    inked = [row for row, pixels in enumerate(image) if pixels.any()]
    height = inked[-1] - inked[0] + 1 if inked else 0
    if side <= columns and height <= 2 * rows:
        return image, max(1, min(rows, side // 2))
    smaller = max(2, min(side, 2 * rows, columns) // 2 * 2)
    return shrunk(image, smaller), smaller // 2


def square_side(side: int, rows: int, columns: int) -> int:
    """Return the columns, an even number, of the largest picture in so many rows and columns.

    Two columns are as wide as a row is high. Whole pixels, if they fill most of the room.
    """
    room = max(2, min(columns, 2 * rows))
    whole = room // side * side
    return (whole if whole >= MIN_FILLED * room else room) // 2 * 2


def enlarged(image: NDArray[np.uint8], rows: int, columns: int) -> tuple[NDArray[np.uint8], int]:
    """Return a square image as large as it can be drawn, and the rows it then takes."""
    side = square_side(len(image), rows, columns)
    return shrunk(image, side), side // 2


def shrunk(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Resample a square image; each new pixel is the mean of its area."""
    import numpy as np

    weights = area_weights(len(image), side)
    return np.rint(weights @ image @ weights.T).astype(np.uint8)


@lru_cache
def area_weights(old: int, new: int) -> NDArray[np.float64]:
    """Return new × old: the share of each old pixel in the area of each new one; rows sum to 1."""
    import numpy as np

    edges = np.linspace(0, old, new + 1)
    pixels = np.arange(old)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) * new / old
