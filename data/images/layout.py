"""The layout of a set's images in their frame, measured on the training part, as plain numbers.

MNIST's digits are 20 pixels long in a frame of 28, their center of mass in its middle; those of
Fashion-MNIST fill their frame. A picture of your own needs the layout of a network's training
images, or the network is asked about something it has never seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..source_content import Bytes

MASS, BOX, FREE = "mass", "box", "free"
CENTERINGS: Final = (MASS, BOX, FREE)
FAINT: Final = 0.15  # of the strongest ink; fainter pixels are paper, with its grain and shadows
SAMPLE = 1 << 19  # pixels: 668 images of MNIST's size
MIN_ALIKE_SHARE = 0.9  # of the images; otherwise their layout is free
PAPERED = 0.75  # of the images that have to be darker at their corners than within
CENTERED = 0.75  # maximum distance of a center from the middle in pixels


@dataclass(frozen=True, slots=True)
class ImageLayout:
    """The position of the ink in a set's images, in fractions of the frame's side."""

    extent: float = 20 / 28  # of the longer side of the ink's bounding box
    centering: str = MASS  # what lies at `x`, `y`: the ink's center of mass, or its box's center
    x: float = 0.5
    y: float = 0.5
    strongest: float = 255.0  # an image's strongest ink, of 255
    has_paper: bool = True  # whether ink stands on dark paper; photographs have none

    def __post_init__(self) -> None:
        """Reject numbers that no set has with a DataError."""
        shares = (self.extent, self.x, self.y, self.strongest / 255)
        if not all(math.isfinite(share) and 0 <= share <= 1 for share in shares):
            raise DataError("the layout of the images has a number that is out of range")
        if not self.extent or not self.strongest or self.centering not in CENTERINGS:
            raise DataError("the layout of the images is none that a set has")

    @property
    def fills_frame(self) -> bool:
        """Whether the ink reaches from edge to edge."""
        return not self.has_paper or self.extent > 1 - 1 / 32

    @property
    def is_mnist(self) -> bool:
        """Whether the layout is MNIST's, to half a pixel of 28."""
        near = abs(self.extent - MNIST.extent) < 0.5 / 28
        return near and self.centering == MASS and self.has_paper

    def as_numbers(self) -> dict[str, float | str]:
        """As simple as JSON."""
        return asdict(self)


MNIST: Final = ImageLayout()


def from_numbers(numbers: Mapping[str, float | str]) -> ImageLayout:
    """Restore a layout from `as_numbers`. Raises DataError for anything else."""
    kinds = {name: type(value).__name__ for name, value in MNIST.as_numbers().items()}
    values = {
        name: float(value) if type(value) is int else value for name, value in numbers.items()
    }
    if {name: type(value).__name__ for name, value in values.items()} != kinds:
        raise DataError("the layout of the images is not what this program writes")
    return ImageLayout(**values)  # pyright: ignore[reportArgumentType]: the kinds were just compared


def measured(images: Bytes) -> ImageLayout:
    """Measure how images lie, m × side², ink high; MNIST's layout if none has any ink."""
    square = sampled(images)
    side = square.shape[1]
    square = square[square.any(axis=(1, 2))]
    if not len(square):
        return MNIST
    at_corners = corners(square)
    darker = at_corners <= square.mean(axis=(1, 2))
    has_paper = float(darker.mean()) >= PAPERED
    strongest = float(np.median(square.max(axis=(1, 2))))
    # Clean paper is 0; on grainy paper, ink begins above the grain.
    least = 0 if np.quantile(at_corners, 0.75) == 0 else FAINT * 255
    boxes = bounding_boxes(square > least)
    boxes, square = boxes[boxes[:, 1] > 0], square[boxes[:, 1] > 0]
    if not len(square):
        return ImageLayout(1.0, FREE, strongest=strongest, has_paper=has_paper)
    sides = (boxes[:, 1::2] - boxes[:, ::2]).max(axis=1)
    extent = float(np.median(sides)) / side
    for centering, places in ((MASS, _centers_of_mass(square)), (BOX, _centers(boxes))):
        off = np.abs(places - side / 2).max(axis=1)
        if float((off <= CENTERED).mean()) >= MIN_ALIKE_SHARE:
            return ImageLayout(extent, centering, 0.5, 0.5, strongest, has_paper)
    x, y = (float(place) / side for place in np.median(_centers(boxes), axis=0))
    return ImageLayout(extent, FREE, x, y, strongest, has_paper)


def sampled(images: Bytes) -> Bytes:
    """Return a fixed, evenly spread sample of the images, m × side², as n × side × side."""
    side = math.isqrt(images.shape[1])
    count = max(1, SAMPLE // images.shape[1])
    if len(images) > count:
        drawn = np.random.default_rng(0).choice(len(images), count, replace=False)
        images = images[np.sort(drawn)]
    return images.reshape(-1, side, side)


def lies_so(image: Bytes, layout: ImageLayout) -> bool:
    """Return whether an image, side × side with ink high, already fits the layout."""
    if layout.fills_frame or layout.centering == FREE:
        return True
    if image.max() < 0.6 * layout.strongest:
        return False
    side = len(image)
    square = image[np.newaxis]
    box = bounding_boxes(square > 0)
    places = _centers_of_mass(square) if layout.centering == MASS else _centers(box)
    off = np.abs(places[0] - side * np.array([layout.x, layout.y])).max()
    longest = int((box[0, 1::2] - box[0, ::2]).max())
    return bool(off <= CENTERED and abs(longest - layout.extent * side) <= 1)


def bounding_boxes(ink: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Left, right, top and bottom of each image's ink, n × h × w; ends exclusive, 0 for none."""
    found: list[NDArray[np.intp]] = []
    for axis in (1, 2):
        lines: NDArray[np.bool_] = np.any(ink, axis=axis)
        found += [lines.argmax(axis=1), lines.shape[1] - lines[:, ::-1].argmax(axis=1)]
        found[-1][~lines.any(axis=1)] = 0
    return np.stack(found, axis=1)


def corners(square: Bytes) -> NDArray[np.float64]:
    """Return the median of each image's four corners."""
    return np.median(square[:, [0, 0, -1, -1], [0, -1, 0, -1]], axis=1)


def _centers(boxes: NDArray[np.intp]) -> NDArray[np.float64]:
    """(x, y) of each box, counted from the frame's edge."""
    return (boxes[:, ::2] + boxes[:, 1::2]) / 2


def _centers_of_mass(square: Bytes) -> NDArray[np.float64]:
    """(x, y) of each image's ink, pixel i taken to lie at i, as MNIST's makers have it."""
    places = np.arange(square.shape[1], dtype=np.float64)
    columns, rows = (np.sum(square, axis=axis, dtype=np.float64) for axis in (1, 2))
    mass = np.sum(rows, axis=1)
    return np.stack([columns @ places / mass, rows @ places / mass], axis=1)
