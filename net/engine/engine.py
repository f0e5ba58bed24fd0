"""The engine: runs the mathematics of network.py over many samples, fast.

The samples are cut into parts, threads share the parts, and the gradients of the parts are added
up. BLAS is limited to one thread, or its threads would compete with these for the same cores.
input_blocks.py makes a single part fast.

Sums of floats depend on their order. Here the parts depend on the samples and the widths alone
and are added in order, so that any number of threads gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..network import MAX_PIXEL, Array, Images, Labels, Parameters, backward, cross_entropy, forward
from .input_blocks import (
    ImageGroup,
    as_floats,
    even_slices,
    group_by_blank_pixels,
    scaled,
    with_strided_matmul,
)
from .read_ahead import read_ahead
from .thread_pool import ThreadPool, available_cores

Rows = NDArray[np.integer[Any]]
Tally = tuple[float, int]  # the sum of the losses, and the number of right answers

# Multiplications that make a part of a batch worth a thread. A part must also fill the cache (see
# even_slices), so that usual batches are one part on one core: waking a thread and Python's lock
# cost more than a second core gains. Measured in one part and in two, ms per update: 784-256-10
# with batch 256 1.7 and 3.0; 784-800-10 with 128 2.7 and 6.1; 784-1000-500-250-10 with 128 6.5 and
# 15.9.
MIN_FLOPS_PER_TASK = 75_000_000
MAX_PARTIAL_SUM_BYTES = 64 << 20  # memory for gradients that are not yet added up


class Samples(Protocol):
    """Images as bytes, one per row, and their labels: what net/ requires of a data set."""

    @property
    def images(self) -> Images:
        """m × pixels, 0 to 255."""
        ...

    @property
    def labels(self) -> NDArray[np.uint8]:
        """m: the index of the right class of each image."""
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """Loss and accuracy of the network on some samples."""

    loss: float  # mean cross-entropy, in nats
    accuracy: float  # fraction answered right, 0 to 1


class Engine:
    """Loss, accuracy and gradient over a set of samples.

    The first full-batch gradient copies all pixels that are not blank, as bytes, into groups,
    unless there are too many of them; see `group_by_blank_pixels`.
    """

    def __init__(self, samples: Samples, threads: int | None = None) -> None:
        """Start the threads, and limit BLAS to one thread for the rest of the process.

        Args:
            samples: The training set; its arrays are not copied.
            threads: None: one per available core, at most eight, because more would only wait
                for Python's lock.
        """
        self.images, self.labels = samples.images, samples.labels
        self.threads = threads or min(8, available_cores())
        self._pool = ThreadPool(self.threads)
        self._groups: list[ImageGroup] = []
        self._partial_sums: list[Parameters] = []
        threadpool_limits(1, user_api="blas")

    def close(self) -> None:
        """Stop the worker threads."""
        self._pool.close()

    def gradient(
        self,
        parameters: Parameters,
        gradient: Parameters,
        rows: Rows | None = None,
        images: Images | None = None,
    ) -> Score:
        """Compute the gradient of the mean loss over some rows.

        Args:
            parameters: The network.
            gradient: Receives the result.
            rows: Row numbers of the batch; None: all rows.
            images: Replace the engine's own images, for example by augmented ones; same shape.
                Used only with `rows`.

        Returns:
            The score over the same rows, which the forward pass yields at no extra cost.
        """
        m = len(self.labels) if rows is None else len(rows)
        if rows is None:
            self._groups = self._groups or group_by_blank_pixels(self.images, self.labels)
            tasks = [partial(group_gradient, parameters, group, m) for group in self._groups]
        else:
            source = self.images if images is None else images
            # A layer multiplies by each weight three times: forward, for dW and for dA.
            worthwhile = 3 * parameters.weights.size * m // MIN_FLOPS_PER_TASK
            parts = max(1, min(worthwhile, m // 64), len(even_slices(m, self.images.shape[1])))
            tasks = [
                partial(part_gradient, parameters, source, self.labels, part, m)
                for part in np.array_split(rows, parts)
            ]
        return mean_score(self._add_up(tasks, gradient), m)

    def score(self, parameters: Parameters, samples: Samples | None = None) -> Score:
        """Return loss and accuracy over all of these samples; None: the engine's own."""
        images, labels = self.images, self.labels
        if samples is not None:
            images, labels = samples.images, samples.labels
        spans = even_slices(*images.shape)
        tasks = [partial(part_score, parameters, images[span], labels[span]) for span in spans]
        return mean_score(self._pool.run(tasks), len(labels))

    def _add_up(
        self, tasks: Sequence[Callable[[Parameters], Tally]], gradient: Parameters
    ) -> list[Tally]:
        """Run the tasks and add up their gradients, always in the order of the tasks."""
        buffers = min(
            len(tasks), max(self.threads, MAX_PARTIAL_SUM_BYTES // gradient.vector.nbytes)
        )
        if len(self._partial_sums) < buffers or not same_layout(self._partial_sums[0], gradient):
            self._partial_sums = [gradient.copy() for _ in range(buffers)]
        tallies: list[Tally] = []
        for start in range(0, len(tasks), buffers):
            # The first task writes into the sum itself, the others into buffers.
            totals = self._partial_sums if start else [gradient, *self._partial_sums[1:]]
            pending = list(zip(tasks[start : start + buffers], totals, strict=False))
            tallies += self._pool.run([partial(task, total) for task, total in pending])
            for _, total in pending[0 if start else 1 :]:
                gradient.vector += total.vector
        return tallies


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
        activations = forward(with_strided_matmul(small), as_floats(group.images[span], dtype).T)
        backward(small, activations, labels, m, share)
        sum_.vector += share.vector
        tallies.append(tally(activations.Z[-1], labels))
    total.W[0].fill(0)
    total.W[0][:, group.nonblank] = sum_.W[0] / MAX_PIXEL
    total.vector[rest:] = sum_.vector[rest_of_small:]
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_gradient(
    parameters: Parameters, images: Images, labels: Labels, rows: Rows, m: int, total: Parameters
) -> Tally:
    """Write these rows' share of the gradient of the mean over m images into `total`."""
    dtype, tallies = total.vector.dtype, list[Tally]()
    share = total
    for span in even_slices(len(rows), images.shape[1]):
        chunk = rows[span]
        X = scaled(images.take(chunk, axis=0), dtype)
        activations = forward(with_strided_matmul(parameters), X.T)
        backward(parameters, activations, labels[chunk], m, share)
        if share is not total:
            total.vector += share.vector
        elif len(chunk) < len(rows):
            share = total.copy()  # later chunks are added to the first
        tallies.append(tally(activations.Z[-1], labels[chunk]))
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_score(parameters: Parameters, images: Images, labels: Labels) -> Tally:
    """Run the forward pass alone, and tally losses and right answers."""
    X = scaled(images, parameters.vector.dtype)
    return tally(forward(with_strided_matmul(parameters), X.T).Z[-1], labels)


def tally(Z: Array, labels: Labels) -> Tally:
    """Return the sum of the losses and the number of right answers, from the last layer's Z."""
    right = Z.argmax(axis=0) == labels
    return float(cross_entropy(Z, labels).sum(dtype=np.float64)), int(np.count_nonzero(right))


def sum_tallies(tallies: Sequence[Tally]) -> Tally:
    """Add tallies up."""
    return sum(loss for loss, _ in tallies), sum(right for _, right in tallies)


def mean_score(tallies: Sequence[Tally], m: int) -> Score:
    """Return the score of m samples from their tallies."""
    loss, right = sum_tallies(tallies)
    return Score(loss / m, right / m)


def same_layout(a: Parameters, b: Parameters) -> bool:
    """Return whether two networks have the same widths and dtype."""
    return a.sizes == b.sizes and a.vector.dtype == b.vector.dtype
