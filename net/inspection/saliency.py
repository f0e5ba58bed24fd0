"""Saliency: which pixels speak for a class and which against it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..network import MAX_PIXEL, Array, Images, Parameters, forward
from ..validation import as_columns, check_class


@np.errstate(all="ignore")
def saliency(parameters: Parameters, image: Images, k: int) -> Array:
    """Return the derivative of class k's logit with respect to each pixel: ∂Z[L][k] / ∂x, n_in.

    Positive where more ink speaks for k, negative where it speaks against it. K. Simonyan,
    A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks: Visualising Image
    Classification Models and Saliency Maps", 2013, section 3, keep the magnitude alone; here the
    sign is kept, because it distinguishes for from against.

    Args:
        parameters: The network.
        image: n_in bytes, 0 to 255.
        k: The class.

    Returns:
        Logits per unit of ink (x is 0 to 1), in the dtype of the network.

    Raises:
        NetError: The network reads another number of pixels, or has no class k.
    """
    check_class(parameters, k)
    Z = forward(parameters, as_columns(parameters, image[np.newaxis])).Z
    # The same as `backward`, with another beginning. There the loss is differentiated, and dZ of
    # the last layer is A - Y. Here it is the logit Z[L][k] itself: its derivative with respect to
    # itself is 1, and 0 with respect to the other logits.
    d = np.zeros_like(Z[-1])  # 10 × 1
    d[k] = 1
    for i in reversed(range(len(parameters.W))):
        # From here on as there: back through W to its input ...
        d = parameters.W[i].T @ d  # sizes[i] × 1
        if i > 0:
            # ... and where ReLU was silent nothing passes.
            d *= Z[i - 1] > 0
    return d[:, 0]


INK_THRESHOLD = 128  # bytes: from here on a pixel counts as ink, and flips to paper


def flip_pixels(image: Images, pixels: Collection[int]) -> Images:
    """Return a copy of an image of n_in bytes with these pixels inverted to paper or ink."""
    result = image.copy()
    for i in pixels:
        result[i] = 0 if image[i] >= INK_THRESHOLD else MAX_PIXEL
    return result


def first_order_estimate(slopes: Array, image: Images) -> Array:
    """Estimate how much flipping each pixel alone would move a logit: n_in numbers.

    A slope times a step is the first term of Taylor's series. The network is piecewise linear, so
    the estimate is exact as long as no ReLU changes sides on the way.

    Args:
        slopes: ∂Z/∂x, from `saliency`.
        image: n_in bytes.
    """
    step = flip_pixels(image, range(len(image))).astype(np.float64) - image  # bytes: -255 to 255
    return slopes * (step / MAX_PIXEL)
