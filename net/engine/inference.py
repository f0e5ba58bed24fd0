"""Inference on stored images: probabilities, the next mistake, forward passes in chunks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..network import Activations, Array, Images, Parameters, forward
from ..validation import as_columns, check_images
from .engine import Samples
from .input_blocks import even_slices, scaled, with_strided_matmul
from .system_memory import read_ahead

IMAGES_PER_CHUNK = 256


def probabilities(parameters: Parameters, images: NDArray[np.uint8]) -> Array:
    """Return the network's probabilities: classes × m, each column sums to 1.

    Args:
        parameters: The network.
        images: m × n_in bytes.

    Raises:
        NetError: The network reads another number of pixels.
    """
    X = as_columns(parameters, images)
    with np.errstate(all="ignore"):
        return forward(parameters, X).A[-1]


def next_mistake(parameters: Parameters, samples: Samples, start: int, step: int) -> int | None:
    """Find the next image that the network misclassifies.

    A few hundred images are classified at a time, because the next mistake is usually near.

    Args:
        parameters: The network.
        samples: The images to search, with their labels.
        start: Index of the image to begin after.
        step: 1 searches forwards, -1 backwards; the search wraps around.

    Returns:
        The index, or None if no other image is misclassified.
    """
    m = len(samples.labels)
    order = (start + step * np.arange(1, m)) % m
    for begin in range(0, m - 1, IMAGES_PER_CHUNK):
        rows = order[begin : begin + IMAGES_PER_CHUNK]
        predicted = probabilities(parameters, samples.images[rows]).argmax(axis=0)
        wrong = np.flatnonzero(predicted != samples.labels[rows])
        if len(wrong):
            return int(rows[wrong[0]])
    return None


def forward_in_chunks(
    parameters: Parameters, images: Images
) -> Iterator[tuple[slice, Activations]]:
    """Run the forward pass over all images, chunk by chunk; yield each chunk's rows and result.

    The chunks, and so the bits, are those of `Engine.score`. A[0] lies in a buffer that the next
    chunk overwrites.

    Args:
        parameters: The network.
        images: m × n_in bytes.

    Raises:
        NetError: The network reads another number of pixels.
    """
    check_images(parameters, images)
    for span in even_slices(*images.shape):
        read_ahead(images[span.stop : 2 * span.stop - span.start])  # the next ones
        with np.errstate(all="ignore"):  # an overflow shows in the result
            X = scaled(images[span], parameters.vector.dtype)
            activations = forward(with_strided_matmul(parameters, len(X)), X.T)
        yield span, activations
