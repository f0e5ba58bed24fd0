"""The gradient over many digits, fast: how the mathematics of network.py is called.

The digits are cut into parts, threads share the parts, and the parts' gradients are added up.
BLAS keeps to one thread of its own, or two crews would fight for the same cores. What makes a
single part quick is in pixels.py.

Sums of floats depend on their order. Here the parts follow from the digits and the widths
alone and are added in order, so that any number of threads gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..network import Array, Images, Labels, Parameters, backward, cross_entropy, forward
from .input_blocks import (
    ImageGroup,
    as_floats,
    even_slices,
    group_by_blank_pixels,
    scaled,
    with_strided_matmul,
)
from .thread_pool import ThreadPool, available_cores

Rows = NDArray[np.integer[Any]]
Tally = tuple[float, int]  # the sum of some losses, and how many answers were right

# Multiplications that make a part of a batch worth a thread. A part must also fill the cache (see
# evenly), so that usual batches are one part on one core: waking a thread and Python's lock cost
# more than a second core brings. Measured in one part and in two, ms an update: 784-256-10 with
# batch 256 1.7 and 3.0; 784-800-10 with 128 2.7 and 6.1; 784-1000-500-250-10 with 128 6.5 and 15.9.
MIN_FLOPS_PER_TASK = 75_000_000
MAX_PARTIAL_SUM_BYTES = 64 << 20  # bytes that gradients not yet added up may take


class Samples(Protocol):
    """Images as bytes, one a row, and their labels: the contract with whoever has data."""

    @property
    def images(self) -> Images:
        """m × pixels, 0 to 255."""
        ...

    @property
    def labels(self) -> NDArray[np.uint8]:
        """m, the index of the right class."""
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """How the network did on some samples."""

    loss: float  # mean cross-entropy, in nats
    accuracy: float  # share answered right, 0 to 1


class Engine:
    """Loss, accuracy and gradient over a set of samples.

    The first whole gradient copies the pixels that are not blank, as bytes, into groups.

    `threads` defaults to the cores at hand, eight at most: more would queue for Python's lock.
    The first engine limits BLAS to one thread for the whole process, for good.
    """

    def __init__(self, samples: Samples, threads: int | None = None) -> None:
        self.images, self.labels = samples.images, samples.labels
        self.threads = threads or min(8, available_cores())
        self._pool = ThreadPool(self.threads)
        self._groups: list[ImageGroup] = []
        self._partial_sums: list[Parameters] = []
        threadpool_limits(1, user_api="blas")

    def close(self) -> None:
        """End the threads."""
        self._pool.close()

    def gradient(
        self,
        parameters: Parameters,
        gradient: Parameters,
        rows: Rows | None = None,
        images: Images | None = None,
    ) -> Score:
        """The gradient of the mean loss over these rows (None: all), written into `gradient`.

        images: with rows, others that stand in for the engine's own, such as deformed ones.
        The score over the same rows, before any update, comes with it for nothing.
        """
        m = len(self.labels) if rows is None else len(rows)
        if rows is None:
            self._groups = self._groups or group_by_blank_pixels(self.images, self.labels)
            jobs = [partial(group_gradient, parameters, group, m) for group in self._groups]
        else:
            source = self.images if images is None else images
            # A layer multiplies by each weight three times: forward, for dW and for dA.
            worth = 3 * parameters.weights.size * m // MIN_FLOPS_PER_TASK
            parts = max(1, min(worth, m // 64), len(even_slices(m, self.images.shape[1])))
            jobs = [
                partial(part_gradient, parameters, source, self.labels, part, m)
                for part in np.array_split(rows, parts)
            ]
        return mean_score(self._add_up(jobs, gradient), m)

    def score(self, parameters: Parameters, samples: Samples | None = None) -> Score:
        """Forward only, over all of these samples (None: the engine's own)."""
        images, labels = self.images, self.labels
        if samples is not None:
            images, labels = samples.images, samples.labels
        spans = even_slices(*images.shape)
        jobs = [partial(part_score, parameters, images[span], labels[span]) for span in spans]
        return mean_score(self._pool.run(jobs), len(labels))

    def _add_up(
        self, jobs: Sequence[Callable[[Parameters], Tally]], gradient: Parameters
    ) -> list[Tally]:
        """Do the jobs and add up their gradients, always in the order of the jobs."""
        room = min(len(jobs), max(self.threads, MAX_PARTIAL_SUM_BYTES // gradient.vector.nbytes))
        if len(self._partial_sums) < room or not same_layout(self._partial_sums[0], gradient):
            self._partial_sums = [gradient.copy() for _ in range(room)]
        tallies: list[Tally] = []
        for start in range(0, len(jobs), room):
            # The first job writes where the sum will be, the others beside it.
            totals = self._partial_sums if start else [gradient, *self._partial_sums[1:]]
            now = list(zip(jobs[start : start + room], totals, strict=False))
            tallies += self._pool.run([partial(job, total) for job, total in now])
            for _, total in now[0 if start else 1 :]:
                gradient.vector += total.vector
        return tallies


@np.errstate(all="ignore")  # what overflows shows in the loss
def group_gradient(parameters: Parameters, group: ImageGroup, m: int, total: Parameters) -> Tally:
    """One group's share of the gradient of the mean over m images, written into `total`."""
    n, k = group.images.shape
    dtype, sizes = total.vector.dtype, (k, *parameters.sizes[1:])
    small, share, sum_ = (Parameters.zeros(sizes, dtype) for _ in range(3))
    # W1 meets bytes here, 0 to 255 instead of 0 to 1, so it takes over their 1/255; dW1 too.
    np.divide(parameters.W[0][:, group.nonblank], 255, out=small.W[0])
    rest, rest_of_small = parameters.W[0].size, small.W[0].size
    small.vector[rest_of_small:] = parameters.vector[rest:]
    tallies: list[Tally] = []
    for span in even_slices(n, k):
        labels = group.labels[span]
        activations = forward(with_strided_matmul(small), as_floats(group.images[span], dtype).T)
        backward(small, activations, labels, m, share)
        sum_.vector += share.vector
        tallies.append(tally(activations.Z[-1], labels))
    total.W[0].fill(0)
    total.W[0][:, group.nonblank] = sum_.W[0] / 255
    total.vector[rest:] = sum_.vector[rest_of_small:]
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_gradient(
    parameters: Parameters, images: Images, labels: Labels, rows: Rows, m: int, total: Parameters
) -> Tally:
    """These rows' share of the gradient of the mean over m images, written into `total`."""
    dtype, tallies = total.vector.dtype, list[Tally]()
    share = total
    for span in even_slices(len(rows), images.shape[1]):
        these = rows[span]
        X = scaled(images.take(these, axis=0), dtype)
        activations = forward(with_strided_matmul(parameters), X.T)
        backward(parameters, activations, labels[these], m, share)
        if share is not total:
            total.vector += share.vector
        elif len(these) < len(rows):
            share = total.copy()  # the next pieces are added to the first
        tallies.append(tally(activations.Z[-1], labels[these]))
    return sum_tallies(tallies)


@np.errstate(all="ignore")
def part_score(parameters: Parameters, images: Images, labels: Labels) -> Tally:
    """Forward only."""
    X = scaled(images, parameters.vector.dtype)
    return tally(forward(with_strided_matmul(parameters), X.T).Z[-1], labels)


def tally(Z: Array, labels: Labels) -> Tally:
    """Sum of the losses and number of right answers, from the last layer's Z."""
    right = Z.argmax(axis=0) == labels
    return float(cross_entropy(Z, labels).sum(dtype=np.float64)), int(np.count_nonzero(right))


def sum_tallies(tallies: Sequence[Tally]) -> Tally:
    """All of them in one."""
    return sum(loss for loss, _ in tallies), sum(right for _, right in tallies)


def mean_score(tallies: Sequence[Tally], m: int) -> Score:
    """What the tallies of m samples come to."""
    loss, right = sum_tallies(tallies)
    return Score(loss / m, right / m)


def same_layout(a: Parameters, b: Parameters) -> bool:
    """Whether they have the same widths and the same kind of floats."""
    return a.sizes == b.sizes and a.vector.dtype == b.vector.dtype
