"""The mathematics of network.py over one part of the samples: what one thread computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..adversarial import moved
from ..dropout import Dropout
from ..network import (
    MAX_PIXEL,
    Array,
    Images,
    Labels,
    Masks,
    Parameters,
    backward,
    cross_entropy,
    forward,
)
from .input_blocks import ImageGroup, as_floats, even_slices, scaled, with_strided_matmul
from .system_memory import read_ahead

Rows = NDArray[np.integer[Any]]
Tally = tuple[float, int]  # the sum of the losses, and the number of right answers


@np.errstate(all="ignore")  # an overflow shows in the loss
def group_gradient(parameters: Parameters, group: ImageGroup, m: int, total: Parameters) -> Tally:
    """Write one group's share of the gradient of the mean over m images into `total`."""
    n, k = group.images.shape
    dtype, sizes = total.vector.dtype, (k, *parameters.sizes[1:])
    small, share, sum_ = (Parameters.zeros(sizes, dtype) for _ in range(3))
    # X is bytes here, 0 to 255 instead of 0 to 1, so W1 absorbs the factor 1/255, and dW1 too.
    np.divide(parameters.W[0][:, group.nonblank], MAX_PIXEL, out=small.W[0])
    rest, rest_of_small = parameters.W[0].size, small.W[0].size
    small.vector[rest_of_small:] = parameters.vector[rest:]
    tallies: list[Tally] = []
    for span in even_slices(n, k):
        read_ahead(group.images[span.stop : 2 * span.stop - span.start])  # the next ones
        labels = group.labels[span]
        X = as_floats(group.images[span], dtype)
        activations = forward(with_strided_matmul(small, len(X)), X.T)
        backward(small, activations, labels, m, share)
        sum_.vector += share.vector
        tallies.append(tally(activations.Z[-1], labels))
    total.W[0].fill(0)
    total.W[0][:, group.nonblank] = sum_.W[0] / MAX_PIXEL
    total.vector[rest:] = sum_.vector[rest_of_small:]
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_gradient(  # noqa: PLR0913  (what a part is of, and how it is changed)
    parameters: Parameters,
    images: Images,
    labels: Labels,
    rows: Rows,
    m: int,
    total: Parameters,
    *,
    dropout: Dropout | None = None,
    epsilon: float = 0.0,
) -> Tally:
    """Write these rows' share of the gradient of the mean over m images into `total`.

    Args:
        parameters: The network.
        images: As bytes.
        labels: Of all images.
        rows: The part.
        m: Number of images in the batch.
        total: Receives the gradient.
        dropout: The masks of this part; None: nothing is left out.
        epsilon: How far each image is moved towards a larger loss.
    """
    dtype = total.vector.dtype
    tallies: list[Tally] = []
    share = total
    for span in even_slices(len(rows), images.shape[1]):
        chunk = rows[span]
        X, own_labels = scaled(images.take(chunk, axis=0), dtype), labels[chunk]
        masks: Masks = ()
        if dropout is not None:
            masks = dropout.after(span.start).masks(parameters.sizes, len(chunk), dtype)
        layers = with_strided_matmul(parameters, len(chunk))
        read = X.T, masks
        if epsilon:
            read = moved(layers, *read, own_labels, epsilon)
        activations = forward(layers, *read)
        backward(parameters, activations, own_labels, m, share)
        if share is not total:
            total.vector += share.vector
        elif len(chunk) < len(rows):
            share = total.copy()  # later chunks are added to the first
        tallies.append(tally(activations.Z[-1], own_labels))
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_score(parameters: Parameters, images: Images, labels: Labels) -> Tally:
    """Run the forward pass alone, and tally losses and right answers."""
    X = scaled(images, parameters.vector.dtype)
    return tally(forward(with_strided_matmul(parameters, len(X)), X.T).Z[-1], labels)


def tally(Z: Array, labels: Labels) -> Tally:
    """Return the sum of the losses and the number of right answers, from the last layer's Z."""
    right = Z.argmax(axis=0) == labels
    return float(cross_entropy(Z, labels).sum(dtype=np.float64)), int(np.count_nonzero(right))


def sum_tallies(tallies: Sequence[Tally]) -> Tally:
    """Add tallies up."""
    return sum(loss for loss, _ in tallies), sum(right for _, right in tallies)
