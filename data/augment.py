"""Data augmentation: digits slightly rotated, scaled, sheared, shifted and bent.

Affine and elastic deformations as in Simard, Steinkraus and Platt, Best Practices for
Convolutional Neural Networks Applied to Visual Document Analysis (2003). A deformed image
looks up, for each of its pixels, the place in the old image that it comes from, and mixes the
four pixels around that place (bilinear interpolation).

Three things make it quick. A group of images, drawn together afresh each epoch, shares one
deformation. It is laid out one pixel a row, so that looking up a pixel copies whole rows. And
the mixing is done in whole numbers: places are rounded to 1/16 of a pixel, so the four weights
are 256ths that add up to exactly 256, and weight times byte fits in 16 bits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]

GROUP = 100  # images that share a deformation
FINE = 16  # places a pixel is divided into, each way


@dataclass(frozen=True, slots=True)
class Deformation:
    """How strong deformations are; all but sigma are drawn between minus and plus the number."""

    rotation: float = 12.0  # degrees
    scale: float = 0.12  # of the size, each way by itself
    shear: float = 0.12  # pixels sideways for each pixel down
    shift: float = 1.5  # pixels, each way
    alpha: float = 36.0  # elastic: pixels that each point is pushed before smoothing
    sigma: float = 5.0  # elastic: how wide the smoothing is, in pixels (standard deviation)


def deformed(
    images: Images, deformation: Deformation, generator: np.random.Generator, group: int = GROUP
) -> Images:
    """Deformed copies of square images, n × side² or n × side × side; same shape, same order.

    The same generator state gives the same images.
    """
    n, side = len(images), round((images.size / len(images)) ** 0.5)
    if side * side * n != images.size:
        raise ValueError(f"images of {images.size // n} pixels are not square")
    flat = images.reshape(n, side * side)
    result = np.empty_like(flat)
    groups = np.array_split(generator.permutation(n), -(-n // group))
    places = displaced(len(groups), side, deformation, generator)
    for chosen, rows, columns in zip(groups, *places, strict=True):
        result[chosen] = looked_up(flat[chosen], rows, columns)
    return result.reshape(images.shape)


def weaker(deformation: Deformation, share: float) -> Deformation:
    """Return a share of a deformation, 0 to 1, as smooth as the whole."""
    d = deformation
    return Deformation(
        share * d.rotation,
        share * d.scale,
        share * d.shear,
        share * d.shift,
        share * d.alpha,
        d.sigma,
    )


def deformed_alike(
    images: Images, deformation: Deformation, generator: np.random.Generator
) -> Iterator[Images]:
    """Yield copies of square images, n × side², each deformed in a way that all images share.

    There is no end of them. Each is followed by its opposite, so that an even number of them pulls
    no image one way. They depend on the generator and the side alone: an image's copies are the
    same whatever images are beside it. Raises ValueError if the images are not square.
    """
    n, pixels = images.shape
    side = isqrt(pixels)
    if side * side != pixels:
        raise ValueError(f"images of {pixels} pixels are not square")
    y, x = (grid.reshape(-1).astype(np.float32) for grid in np.indices((side, side)))
    while True:
        (rows,), (columns,) = displaced(1, side, deformation, generator)
        for places in ((rows, columns), (2 * y - rows, 2 * x - columns)):
            copy = np.empty_like(images)
            for start in range(0, n, GROUP):  # few enough to stay in the cache
                group = slice(start, start + GROUP)
                copy[group] = looked_up(images[group], *places)
            yield copy


def displaced(
    n: int, side: int, deformation: Deformation, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """For n deformations, the row and the column every pixel comes from: each n × side²."""
    d = deformation

    def draw(*shape: int) -> Floats:
        return 2 * generator.random(shape, np.float32) - 1

    angle = np.radians(d.rotation) * draw(n, 1)
    tall, wide = 1 + d.scale * draw(n, 1), 1 + d.scale * draw(n, 1)
    slant, down, right = d.shear * draw(n, 1), d.shift * draw(n, 1), d.shift * draw(n, 1)
    # Elastic: push every point at random, then smooth, so that neighbours move together. The
    # smoothing is a Gaussian along the columns, then along the rows: B @ noise @ B.T.
    distance = np.subtract.outer(np.arange(side), np.arange(side)) / max(d.sigma, 1e-6)
    bell = np.exp(-(distance**2) / 2) / (max(d.sigma, 1e-6) * np.sqrt(2 * np.pi))
    B = bell.astype(np.float32)
    push = d.alpha * (B @ draw(2, n, side, side) @ B.T).reshape(2, n, side * side)
    middle = (side - 1) / 2
    y, x = (grid.reshape(-1).astype(np.float32) - middle for grid in np.indices((side, side)))
    rows = tall * (np.cos(angle) * y - np.sin(angle) * x)
    columns = wide * (np.sin(angle) * y + np.cos(angle) * x) + slant * rows
    return rows + down + push[0] + middle, columns + right + push[1] + middle


def looked_up(images: Images, rows: Floats, columns: Floats) -> Images:
    """Sample the images, n × side², at one place for each pixel; 0 outside."""
    n, side = len(images), round(len(rows) ** 0.5)
    # A frame of zeros answers for the places outside: one pixel before the image, two after,
    # since a place is mixed from the pixel it lies in and the next one.
    framed = np.zeros((side + 3, side + 3, n), np.uint8)
    framed[1 : side + 1, 1 : side + 1] = images.T.reshape(side, side, n)
    pixels = framed.reshape(-1, n)
    down, right = fine(rows, side), fine(columns, side)
    corner = down // FINE * (side + 3) + right // FINE
    below, beside = down % FINE, right % FINE
    mixed = np.full((len(rows), n), FINE * FINE // 2, np.uint16)  # a half, to round by
    for step, weight in (
        (0, (FINE - below) * (FINE - beside)),
        (1, (FINE - below) * beside),
        (side + 3, below * (FINE - beside)),
        (side + 4, below * beside),
    ):
        share = weight.astype(np.uint16)[:, np.newaxis]
        mixed += pixels[corner + step] * share
    return (mixed >> np.uint16(8)).astype(np.uint8).T


def fine(places: Floats, side: int) -> NDArray[np.intp]:
    """Places in FINEths of a pixel, counted from the frame and never outside it."""
    return np.clip(np.rint((places + 1) * FINE), 0, (side + 1) * FINE).astype(np.intp)


class Epochs:
    """The training images of every epoch, deformed afresh, made one epoch ahead in a thread.

    An epoch's images depend only on the seed and its number, so a run may begin at any epoch.
    Only one thread may call `images`.
    """

    def __init__(self, images: Images, deformation: Deformation | None = None) -> None:
        self._images, self._deformation = images, deformation or Deformation()
        self._now: tuple[tuple[int, int], Images] | None = None
        self._next: tuple[tuple[int, int], threading.Thread, list[Images]] | None = None

    def images(self, seed: int, epoch: int) -> Images:
        """Return this epoch's images for a run with this seed; start preparing the next epoch's."""
        wanted = (seed, epoch)
        if self._now is None or self._now[0] != wanted:
            self._now = wanted, self._taken(wanted)
            self._begin((seed, epoch + 1))
        return self._now[1]

    def _taken(self, wanted: tuple[int, int]) -> Images:
        """Return the prepared images if they are the requested ones; otherwise make them now."""
        if self._next is not None and self._next[0] == wanted:
            _, thread, result = self._next
            thread.join()
            if result:
                return result[0]
        return self._make(*wanted)

    def _begin(self, ahead: tuple[int, int]) -> None:
        result: list[Images] = []
        # A daemon, so that exiting does not wait for unused images.
        thread = threading.Thread(target=lambda: result.append(self._make(*ahead)), daemon=True)
        self._next = ahead, thread, result
        thread.start()

    def _make(self, seed: int, epoch: int) -> Images:
        return deformed(self._images, self._deformation, np.random.default_rng((seed, epoch)))
