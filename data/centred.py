"""Any grey drawing brought into MNIST's form, as its makers brought theirs.

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

from .idx import Bytes

SIDE = 28  # of the field
BOX = 20  # of the ink within a field of 28
STRIP = 512  # rows of a drawing that are scaled at a time


def centred(image: Bytes, side: int = SIDE) -> Bytes:
    """A drawing, h × w, ink high on paper 0, as side × side: its ink scaled and centred.

    The longer side of the ink's bounding box becomes 20/28 of the field's. Scaling averages over
    areas, exactly; to centre, whole pixels are moved, at most so far that no ink leaves the
    field. A blank image stays blank.
    """
    field = np.zeros((side, side), np.uint8)
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return field
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = max(1, round(side * BOX / SIDE))
    longer = max(ink.shape)
    height, width = (max(1, round(box * length / longer)) for length in ink.shape)
    # By strips: the product is of floats, and a picture of 50 megapixels would make 400 MB of them.
    across = areas(width, ink.shape[1]).T
    strips = [ink[start : start + STRIP] @ across for start in range(0, len(ink), STRIP)]
    small = areas(height, ink.shape[0]) @ np.concatenate(strips)
    top, left = (corner(small.sum(axis=axis), side) for axis in (1, 0))
    field[top : top + height, left : left + width] = np.rint(small).astype(np.uint8)
    return field


def areas(new: int, old: int) -> NDArray[np.float64]:
    """new × old: the share that each of `old` equal cells has in each of `new` ones, over them.

    Each row sums to 1, so that R @ image @ C.T is the mean over every new pixel's area.
    """
    edges = np.arange(new + 1)[:, np.newaxis] * (old / new)
    # How much of each old cell lies before each new edge; the difference lies between two.
    before = np.clip(edges - np.arange(old), 0, 1)
    return (before[1:] - before[:-1]) * (new / old)


def corner(mass: NDArray[np.float64], side: int) -> int:
    """Where along one axis to begin, so that this mass has its centre on the field's middle.

    The middle is pixel 14 of 28, counted from 0: in MNIST's own files every digit's centre of
    mass lies between 13.5 and 14.5, each way, when pixel i is taken to lie at i.
    """
    centre = (mass @ np.arange(len(mass))) / mass.sum()
    return int(np.clip(round(side / 2 - centre), 0, side - len(mass)))
