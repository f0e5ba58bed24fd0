"""Which pixels spoke for a class and which against it: the slope of its logit over the pixels."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..network import Array, Images, Parameters, forward
from ..validation import as_columns, check_class


@np.errstate(all="ignore")
def saliency(parameters: Parameters, image: Images, k: int) -> Array:
    """How fast the logit of class k grows when a pixel gets darker: ∂Z[L][k] / ∂x, n_in numbers.

    image: n_in bytes, 0 to 255. The result is in logits per unit of ink (x is 0 to 1), in the
    network's dtype: positive where more ink speaks for k, negative where it speaks against it.
    Raises NetError if the network has not so many inputs or no class k.

    K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks: Visualising
    Image Classification Models and Saliency Maps", 2013, section 3. They keep the size of the
    slope alone; its sign is kept here, because it tells for from against.
    """
    check_class(parameters, k)
    Z = forward(parameters, as_columns(parameters, image[np.newaxis])).Z
    # The walk of `backward`, for another beginning. There it is the loss that is followed back,
    # and dZ of the last layer is A - Y. Here it is the logit Z[L][k] itself: it grows by 1 when
    # it grows by 1, and the other logits have no part in it.
    d = np.zeros_like(Z[-1])  # 10 × 1
    d[k] = 1
    for i in reversed(range(len(parameters.W))):
        # From here on as there: back through W to what it read ...
        d = parameters.W[i].T @ d  # sizes[i] × 1
        if i > 0:
            # ... and where ReLU was silent nothing passes.
            d *= Z[i - 1] > 0
    return d[:, 0]


INK_THRESHOLD = 128  # bytes: from here on a pixel counts as ink, and is turned into paper


INK = 255


def flip_pixels(image: Images, pixels: Collection[int]) -> Images:
    """A copy of an image of n_in bytes with these pixels turned over; turned again, they return."""
    result = image.copy()
    for i in pixels:
        result[i] = 0 if image[i] >= INK_THRESHOLD else INK
    return result


def first_order_estimate(slopes: Array, image: Images) -> Array:
    """By how much each pixel's flip would move a logit, if the network were straight: n_in numbers.

    slopes: ∂Z/∂x as `saliency` finds it. A slope times a step is the first term of Taylor's
    series; with ReLU units in between the promise is kept exactly as long as none of them falls
    silent or begins to speak on the way.
    """
    step = flip_pixels(image, range(len(image))).astype(np.float64) - image  # bytes: -255 to 255
    return slopes * (step / INK)
