"""The engine: runs the mathematics of network.py over many samples, fast.

The samples are cut into parts and the gradients of the parts are added up. Threads share long
parts; of a mini-batch, a worker process computes half of the hidden units. BLAS is limited to one
thread, or its threads would compete with these for the same cores. input_blocks.py makes a single
part fast.

Sums of floats depend on their order. Here the cuts depend on the samples and the widths alone
and parts are added in order, so that any number of threads and processes gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from math import sqrt
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..dropout import Dropout
from ..network import Array, Images, Parameters
from ..optimizers import GradientDescent, Step
from .halved_network import HalvedNetwork, can_be_halved, gradient_by_halves, squared_length
from .input_blocks import ImageGroup, even_slices, group_by_blank_pixels
from .partial_gradients import Rows, Tally, group_gradient, part_gradient, part_score, sum_tallies
from .system_memory import keep_freed_memory
from .thread_pool import ThreadPool, available_cores
from .worker.pace import Pace
from .worker.process import WorkerLostError, WorkerProcess
from .worker.shared_memory import shape_of

# Multiplications that make a part of a batch worth a thread. A part must also fill the cache (see
# even_slices). Measured in one part and in two, ms per update: 784-256-10 with batch 256 1.7 and
# 3.0; 784-800-10 with 128 2.7 and 6.1; 784-1000-500-250-10 with 128 6.5 and 15.9.
MIN_FLOPS_PER_TASK = 75_000_000
# Multiplications that make a batch worth halving for a worker process; see halved_network.py. It is
# halved whether there is a worker or not. Measured whole and halved with the worker, in turns, µs
# per update: 784-128-10 with batch 32 (10 million) 596 and 424; 784-64-10 with 64 (10 million) 422
# and 342; 784-16-10 with 256 (10 million) 569 and 575; 784-10-10 with 64 (2 million) 179 and 253.
MIN_FLOPS_PER_HALVED_BATCH = 7_500_000
MAX_PARTIAL_SUM_BYTES = 64 << 20  # memory for gradients that are not yet added up

Part = tuple[Rows, Dropout | None]  # row numbers of a part of a batch, and its masks


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


@dataclass(frozen=True, slots=True)
class BatchScore(Score):
    """The score over a batch, and how steep the loss is there."""

    gradient_norm: float  # Euclidean length; not finite if a square overflows, or a number is not


class Engine:
    """Loss, accuracy and gradient over a set of samples.

    The first full-batch gradient copies all pixels that are not blank, as bytes, into groups,
    unless there are too many of them; see `group_by_blank_pixels`.
    """

    def __init__(
        self, samples: Samples, threads: int | None = None, processes: int | None = None
    ) -> None:
        """Start the threads, and limit BLAS to one thread for the rest of the process.

        Args:
            samples: The training set; its arrays are not copied.
            threads: None: one per available core, at most eight, because more would only wait
                for Python's lock.
            processes: 1: start no worker process. None: at most one, if there are threads.
        """
        self.images, self.labels = samples.images, samples.labels
        self.threads = threads or min(8, available_cores())
        self._pool = ThreadPool(self.threads)
        self.worker: WorkerProcess | None = None  # started by the first batch worth it
        self._may_start_worker = self.threads > 1 if processes is None else processes > 1
        self._pace = Pace()
        self._halved: HalvedNetwork | None = None
        self._update_s = 0.0  # what the last update took
        self._groups: list[ImageGroup] = []
        self._partial_sums: list[Parameters] = []
        threadpool_limits(1, user_api="blas")
        keep_freed_memory()

    def close(self) -> None:
        """Stop the worker threads, and the worker process."""
        self._pool.close()
        self._drop_worker()

    @np.errstate(all="ignore")  # an overflow shows in the loss
    def gradient(
        self,
        parameters: Parameters,
        gradient: Parameters,
        rows: Rows | None = None,
        images: Images | None = None,
        dropout: Dropout | None = None,
        epsilon: float = 0.0,
    ) -> BatchScore:
        """Compute the gradient of the mean loss over some rows.

        Args:
            parameters: The network.
            gradient: Receives the result.
            rows: Row numbers of the batch; None: all rows.
            images: Replace the engine's own images, for example by augmented ones; same shape.
                Used only with `rows`.
            dropout: The masks of these rows; None: nothing is left out. Used only with `rows`.
            epsilon: How far each image is moved towards a larger loss. Used only with `rows`.

        Returns:
            The score over the same rows, which the forward pass yields at no extra cost, and the
            gradient's length.
        """
        m = len(self.labels) if rows is None else len(rows)
        source = self.images if images is None else images
        if rows is not None and is_worth_halving(parameters, m):
            tally, square = self._gradient_by_halves(
                parameters, gradient, source, rows, dropout, epsilon
            )
            return batch_score([tally], m, square)
        if rows is None:
            self._groups = self._groups or group_by_blank_pixels(self.images, self.labels)
            tasks = [partial(group_gradient, parameters, group, m) for group in self._groups]
        else:
            parts = cut(rows, part_count(parameters, m), dropout)
            tasks = [
                partial(
                    part_gradient,
                    parameters,
                    source,
                    self.labels,
                    part,
                    m,
                    dropout=masks,
                    epsilon=epsilon,
                )
                for part, masks in parts
            ]
        tallies = self._add_up(tasks, gradient) if len(tasks) > 1 else [tasks[0](gradient)]
        return batch_score(tallies, m, squared_length(gradient.vector))

    def _gradient_by_halves(
        self,
        parameters: Parameters,
        gradient: Parameters,
        images: Images,
        rows: Rows,
        dropout: Dropout | None,
        epsilon: float,
    ) -> tuple[Tally, float]:
        """Compute half of the units here and half in a worker process, if that is quicker.

        Return the tally, and the squared length of the gradient.
        """
        if self._halved is None or not self._halved.is_of(parameters, gradient):
            self._halved = HalvedNetwork(parameters, gradient)
        network, halves, found = self._halved, self._halved.halves, None
        worker = self._ready_worker(parameters, len(rows))
        begun = perf_counter()
        if worker is not None and self._pace.prefers_worker():
            try:
                found = worker.gradient(network, images, self.labels, rows, dropout, epsilon)
            except WorkerLostError:
                self._drop_worker()
                self._may_start_worker = False
            except BaseException:
                self._drop_worker()  # or it would go on to write into the gradient
                raise
        if found is None:  # the result is the same
            batch = images.take(rows, axis=0), self.labels[rows]
            tally = gradient_by_halves(network, *batch, dropout, epsilon)
            found = tally, halves[1].squared_length()
        if worker is not None:
            # The update before was made in the same way as this gradient.
            self._pace.took(perf_counter() - begun + self._update_s)
        tally, square = found
        rest = gradient.vector[gradient.W[0].size :]
        return tally, halves[0].squared_length() + square + squared_length(rest)

    def _ready_worker(self, parameters: Parameters, m: int) -> WorkerProcess | None:
        """Return the worker process if it waits for work; start one if it is the first time."""
        if not self._may_start_worker:
            return None
        if self.worker is not None and not self.worker.fits(parameters, m):
            self._drop_worker()
        if self.worker is None:
            try:
                self.worker = WorkerProcess(shape_of(parameters, m))
            except OSError:  # no memory, or no process: it goes on without
                self._may_start_worker = False
                return None
            self._pace = Pace()
        return self.worker if self.worker.is_ready else None

    def _drop_worker(self) -> None:
        worker, self.worker = self.worker, None  # whatever interrupts its end, it is not used again
        if worker is not None:
            worker.close()

    def placed(
        self, parameters: Parameters, gradient: Parameters, before: Array
    ) -> tuple[Parameters, Parameters, Array]:
        """Return all three where the worker process, if there is one, reads and writes them too.

        They need not be copied then for every batch. The parameters and what they were before stay
        the same numbers, the gradient does not.
        """
        worker = self.worker
        if worker is None or not (worker.is_ready and worker.fits(parameters, 0)):
            return parameters, gradient, before
        return worker.place(parameters, before)

    def update(self, optimizer: GradientDescent, step: Step) -> float:
        """Make an update as the optimizer does, but with the worker if that is quicker."""
        begun = perf_counter()
        square = self._update(optimizer, step)
        self._update_s = perf_counter() - begun
        return square

    def _update(self, optimizer: GradientDescent, step: Step) -> float:
        worker = self.worker
        if worker is None or not (worker.holds(step) and self._pace.prefers_worker()):
            return optimizer.update(step)
        optimizer.updates += 1
        try:
            return worker.update(optimizer, step)
        except WorkerLostError:
            self._drop_worker()
            self._may_start_worker = False
            return worker.finish_update(optimizer, step)
        except BaseException:
            self._drop_worker()
            worker.put_back(optimizer, step)
            raise

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
        """Run the tasks and add up their gradients, always in the order of the tasks.

        Args:
            tasks: Each writes its gradient into the parameters that it is given.
            gradient: Receives the sum.
        """
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


def flops(parameters: Parameters, m: int) -> int:
    """Return the multiplications of m images: by each weight forward, for dW and for dA."""
    return 3 * parameters.weights.size * m


def chunks(parameters: Parameters, m: int) -> int:
    """Return in how many pieces m images fit the cache."""
    return len(even_slices(m, parameters.sizes[0]))


def is_worth_halving(parameters: Parameters, m: int) -> bool:
    """Return whether the hidden units of a batch are cut in two; its shape alone decides."""
    return (
        can_be_halved(parameters.sizes)
        and flops(parameters, m) >= MIN_FLOPS_PER_HALVED_BATCH
        and chunks(parameters, m) == 1
    )


def part_count(parameters: Parameters, m: int) -> int:
    """Return how many parts the images of a batch are cut into; its shape alone decides."""
    return max(1, min(flops(parameters, m) // MIN_FLOPS_PER_TASK, chunks(parameters, m)))


def cut(rows: Rows, count: int, dropout: Dropout | None) -> list[Part]:
    """Cut a batch into parts of almost one size; each image keeps the masks of its place."""
    length, longer = divmod(len(rows), count)  # the first ones have one more
    ends = [0, *accumulate(length + (i < longer) for i in range(count))]
    return [(rows[a:b], dropout and dropout.after(a)) for a, b in pairwise(ends)]


def mean_score(tallies: Sequence[Tally], m: int) -> Score:
    """Return the score of m samples from their tallies."""
    loss, right = sum_tallies(tallies)
    return Score(loss / m, right / m)


def batch_score(tallies: Sequence[Tally], m: int, square: float) -> BatchScore:
    """Return the score of m samples, and the gradient's length from its square."""
    score = mean_score(tallies, m)
    return BatchScore(score.loss, score.accuracy, sqrt(square))


def same_layout(a: Parameters, b: Parameters) -> bool:
    """Return whether two networks have the same widths and dtype."""
    return a.sizes == b.sizes and a.vector.dtype == b.vector.dtype
