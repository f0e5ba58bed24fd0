"""Single pixels turned over, ink to paper and paper to ink, and what their slopes promise of it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..engine.input_blocks import Images
from ..network import Array

HALF = 128  # bytes: from here on a pixel counts as ink, and is turned into paper
INK = 255


def flip_pixels(image: Images, pixels: Collection[int]) -> Images:
    """A copy of an image of n_in bytes with these pixels turned over; turned again, they return."""
    result = image.copy()
    for i in pixels:
        result[i] = 0 if image[i] >= HALF else INK
    return result


def first_order_estimate(slopes: Array, image: Images) -> Array:
    """By how much each pixel's flip would move a logit, if the network were straight: n_in numbers.

    slopes: ∂Z/∂x as `saliency` finds it. A slope times a step is the first term of Taylor's
    series; with ReLU units in between the promise is kept exactly as long as none of them falls
    silent or begins to speak on the way.
    """
    step = flip_pixels(image, range(len(image))).astype(np.float64) - image  # bytes: -255 to 255
    return slopes * (step / INK)
