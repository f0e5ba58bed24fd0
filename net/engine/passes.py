"""Forward over many images as they are stored, as many at a time as fit the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..network import Activations, Parameters, forward
from ..validation import check_images
from .input_blocks import Images, even_slices, scaled, with_strided_matmul


def forward_in_chunks(
    parameters: Parameters, images: Images
) -> Iterator[tuple[slice, Activations]]:
    """Which rows, and what one forward pass makes of them, until all m × n_in bytes are through.

    The pieces are those of `Engine.score`, and so are the bits. A[0] is in a buffer that the next
    piece overwrites. Raises NetError if the network reads another number of pixels.
    """
    check_images(parameters, images)
    quick = with_strided_matmul(parameters)
    for span in even_slices(*images.shape):
        with np.errstate(all="ignore"):  # what overflows shows in the answer
            activations = forward(quick, scaled(images[span], parameters.vector.dtype).T)
        yield span, activations
