"""What a network answers for images as they are stored, and where it is mistaken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..network import Activations, Array, Images, Parameters, forward
from ..validation import check_images, columns
from .engine import Samples
from .input_blocks import even_slices, scaled, with_strided_matmul

IMAGES_PER_CHUNK = 256


def probabilities(parameters: Parameters, images: NDArray[np.uint8]) -> Array:
    """The network's answer for images of bytes, m × n_in: classes × m, each column sums to 1."""
    X = columns(parameters, images)
    with np.errstate(all="ignore"):
        return forward(parameters, X).A[-1]


def next_mistake(parameters: Parameters, samples: Samples, start: int, step: int) -> int | None:
    """The index of the first image after `start` that the network takes for something else.

    step: 1 forwards, -1 backwards; the search goes round the end and stops where it began. It
    looks at a few hundred images at a time, because in most networks the next mistake is near.
    None if there is no mistake but perhaps `start` itself.
    """
    m = len(samples.labels)
    order = (start + step * np.arange(1, m)) % m
    for begin in range(0, m - 1, IMAGES_PER_CHUNK):
        here = order[begin : begin + IMAGES_PER_CHUNK]
        answers = probabilities(parameters, samples.images[here]).argmax(axis=0)
        wrong = np.flatnonzero(answers != samples.labels[here])
        if len(wrong):
            return int(here[wrong[0]])
    return None


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
