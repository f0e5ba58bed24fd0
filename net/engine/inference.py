"""What a network answers for images as they are stored, and where it is mistaken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..network import Array, Parameters, forward
from .engine import Samples

IMAGES_PER_CHUNK = 256


def probabilities(parameters: Parameters, images: NDArray[np.uint8]) -> Array:
    """The network's answer for images of bytes, m × n_in: classes × m, each column sums to 1."""
    X = images.T / parameters.vector.dtype.type(255)
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
