"""Normalizes a grey drawing to the layout of a set's images; MNIST's, as its authors did.

"The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20
pixel box while preserving their aspect ratio. The resulting images contain grey levels as a
result of the anti-aliasing technique used by the normalization algorithm. The images were
centered in a 28x28 image by computing the center of mass of the pixels, and translating the
image so as to position this point at the center of the 28x28 field."
Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..source_content import Bytes
from .layout import MASS, MNIST, ImageLayout

SIDE = 28  # of the field
STRIP = 512  # rows of a drawing that are scaled at a time


def centered(image: Bytes, side: int = SIDE, layout: ImageLayout = MNIST) -> Bytes:
    """Scale and place the ink of a drawing, h × w, ink high on paper 0, as side × side.

    The longer side of the ink's bounding box takes the layout's share of the field, 20/28 for
    MNIST. Scaling averages exactly over areas; placement moves whole pixels, and never so far that
    ink leaves the field. A blank image stays blank.
    """
    field = np.zeros((side, side), np.uint8)
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return field
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = min(side, max(1, round(side * layout.extent)))
    longer = max(ink.shape)
    small = scaled(ink, *(max(1, round(box * length / longer)) for length in ink.shape))
    height, width = small.shape
    if layout.centering == MASS:
        top = corner(small.sum(axis=1), side, layout.y * side)
        left = corner(small.sum(axis=0), side, layout.x * side)
    else:  # round half down: an odd pixel is left at the right and at the bottom, as in most images
        top, left = (
            min(max(0, int(np.ceil(place * side - length / 2 - 0.5))), side - length)
            for place, length in ((layout.y, height), (layout.x, width))
        )
    field[top : top + height, left : left + width] = np.rint(small).astype(np.uint8)
    return field


def scaled(image: Bytes, height: int, width: int) -> NDArray[np.float64]:
    """Resize the image; each new pixel is the mean over its area."""
    # By strips: the product is of floats, and a picture of 50 megapixels would make 400 MB of them.
    across = areas(width, image.shape[1]).T
    strips = [image[start : start + STRIP] @ across for start in range(0, len(image), STRIP)]
    return areas(height, image.shape[0]) @ np.concatenate(strips)


def areas(new: int, old: int) -> NDArray[np.float64]:
    """Return new × old: the fraction of each new cell that each of the `old` equal cells covers.

    Each row sums to 1, so that R @ image @ C.T is the mean over every new pixel's area.
    """
    edges = np.arange(new + 1)[:, np.newaxis] * (old / new)
    # How much of each old cell lies before each new edge; the difference lies between two.
    before = np.clip(edges - np.arange(old), 0, 1)
    return (before[1:] - before[:-1]) * (new / old)


def corner(mass: NDArray[np.float64], side: int, middle: float) -> int:
    """Return the offset along one axis that puts the center of this mass on `middle`.

    MNIST's middle is pixel 14 of 28, counted from 0: in its own files every digit's center of
    mass lies between 13.5 and 14.5, each way, when pixel i is taken to lie at i.
    """
    center = (mass @ np.arange(len(mass))) / mass.sum()
    return int(np.clip(round(middle - center), 0, side - len(mass)))
