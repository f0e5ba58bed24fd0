"""The parent's side of a worker process, which does half of the work of training on another core.

Threads cannot do that: a mini-batch is some thirty short NumPy calls, between which each thread
needs Python's lock. A process has a lock of its own. Nothing is pickled: both processes map the
same memory, and numbers in it say what is wanted and how far each has come. See shared_batch.py,
shared_update.py and loop.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from time import perf_counter, sleep

from ...dropout import Dropout
from ...network import Array, Images, Labels, Parameters
from ...optimizers import GradientDescent, Step
from ..halved_network import HalvedNetwork, copy_half, squared_length
from ..partial_gradients import Rows, Tally
from .shared_batch import SharedBatch
from .shared_memory import (
    BatchShape,
    Flag,
    SharedMemory,
    Task,
    byte_count,
    fence,
    keep_order,
    meeting,
    nameless_file,
)
from .shared_update import SharedUpdate

SPIN_S = 0.001  # how long to watch for the worker before giving way to others
NAP_S = 0.0001
# A worker that somebody has stopped is given up after some 15 seconds. They are counted in naps,
# because this process takes none while it is stopped itself.
MAX_NAPS = 100_000
END_S = 0.5  # patience with its end, before it is killed
# More threads could add up in another order. Read by OpenBLAS, MKL and those built with OpenMP.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
CODE = "import sys; from mnist_tui.net.engine.worker.loop import main; main(sys.argv[1:])"


class WorkerLostError(Exception):
    """The worker has ended or been stopped, or has no memory: all has to be computed here."""


class WorkerProcess:
    """One process, for networks and batches of one shape."""

    def __init__(self, shape: BatchShape) -> None:
        """Start it; `is_ready` once it waits for work.

        Raises:
            OSError: There is no memory, or no process can be started.
        """
        file = nameless_file(byte_count(shape))
        try:
            self._memory = SharedMemory(file, shape)
            self._batch, self._update = SharedBatch(self._memory), SharedUpdate(self._memory)
            reading, self._pipe = os.pipe()
            try:
                self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
                    [
                        sys.executable,
                        "-c",
                        CODE,
                        str(file),
                        str(reading),
                        json.dumps(asdict(shape)),
                    ],
                    pass_fds=(file, reading),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # the terminal's signals are for the parent alone
                    env={**os.environ, **dict.fromkeys(BLAS_THREADS, "1")},
                )
            except BaseException:
                os.close(self._pipe)
                raise
            finally:
                os.close(reading)
        finally:
            os.close(file)
        self._placed: Callable[[], Parameters | None] = lambda: None
        self._number = 0  # of the task handed over last
        self.close = weakref.finalize(self, _end, self._process, self._pipe)

    @property
    def shape(self) -> BatchShape:
        """What it computes."""
        return self._memory.shape

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has started and waits for work."""
        return self._memory.flags[Flag.IS_READY] == 1

    def fits(self, parameters: Parameters, rows: int) -> bool:
        """Return whether it can compute half a batch of so many images for these parameters.

        It cannot while the memory holds those of another run that is still in use.
        """
        own, placed = self._memory.parameters, self._placed()
        if placed is None:
            same = (own.sizes, own.vector.dtype) == (parameters.sizes, parameters.vector.dtype)
        else:
            same = placed is parameters
        return same and rows <= self.shape.rows

    def place(self, parameters: Parameters, before: Array) -> tuple[Parameters, Parameters, Array]:
        """Move parameters that fit, and what they were, into the shared memory if it is elsewhere.

        Return both, and between them their gradient's place, which does not hold it.
        """
        memory = self._memory
        if self._placed() is not parameters:
            memory.parameters.vector[:], memory.before[:] = parameters.vector, before
            parameters = Parameters(parameters.sizes, memory.parameters.vector)
            self._placed = weakref.ref(parameters)
        return parameters, memory.gradient, memory.before

    def holds(self, step: Step) -> bool:
        """Return whether a step's vectors are where `place` puts them."""
        memory = self._memory
        return (
            self._placed() is step.parameters
            and step.gradient is memory.gradient
            and step.before is memory.before
        )

    def gradient(
        self,
        network: HalvedNetwork,
        images: Images,
        labels: Labels,
        rows: Rows,
        dropout: Dropout | None = None,
        epsilon: float = 0.0,
    ) -> tuple[Tally, float]:
        """Write the gradient of the mean loss over these rows, one half here and one there.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Returns:
            The batch's tally, and the sum of the squares of the worker's half of dW1.

        Raises:
            WorkerLostError: The worker will not complete its half.
        """
        memory = self._memory
        if network.parameters.vector is not memory.parameters.vector:
            memory.parameters.vector[:] = network.parameters.vector
        self._number += 1
        self._batch.announce(len(rows), dropout, epsilon)
        self._request(Task.GRADIENT)
        self._batch.draw()
        self._batch.take(images, labels, rows)
        self._tell(Flag.TAKEN, self._number)
        self._batch.compute_half(network, network.halves[0], self._meet)
        self._wait(Flag.COMPLETED, self._number)
        if network.gradient.vector is not memory.gradient.vector:
            copy_half(memory.gradient, network.gradient, 1)
        loss, right = memory.tally
        return (float(loss), int(right)), float(memory.squares[0])

    def update(self, optimizer: GradientDescent, step: Step) -> float:
        """Make an update that is counted already, a part here and a part there.

        Args:
            optimizer: Its memory moves into shared memory.
            step: Parameters, gradient and what was before are those that the worker `holds`.

        Returns:
            The squared length of θ, as `GradientDescent.update` does.

        Raises:
            WorkerLostError: The worker will not complete its part; end it and `finish_update`.
        """
        self._number += 1
        self._update.describe(optimizer, step)
        self._request(Task.UPDATE)
        square = self._update.make_parents_part(optimizer, step)
        self._wait(Flag.COMPLETED, self._number)
        return square + float(self._memory.squares[1])

    def finish_update(self, optimizer: GradientDescent, step: Step) -> float:
        """Make what a worker that has ended has left undone; return θ's squared length."""
        self._update.finish(optimizer, step, self._number)
        return squared_length(step.parameters.vector)

    def put_back(self, optimizer: GradientDescent, step: Step) -> None:
        """Let the step's `before` be all that was, when an update is broken off.

        The worker must have ended.
        """
        self._update.put_back(optimizer, step, self._number)

    def _request(self, task: Task) -> None:
        """Tell the worker that there is a task."""
        flags = self._memory.flags
        flags[Flag.TASK] = task
        keep_order()
        flags[Flag.REQUESTED] = self._number
        fence()  # or it falls asleep while this still takes it to be awake
        if flags[Flag.IS_ASLEEP]:
            with suppress(OSError):  # it has ended, which is noticed where its half is waited for
                os.write(self._pipe, b"\0")

    def _meet(self, count: int) -> None:
        number = meeting(self._number, count)
        self._tell(Flag.PARENT_MET, number)
        self._wait(Flag.WORKER_MET, number)

    def _tell(self, flag: Flag, number: int) -> None:
        """Tell the worker that this process has come so far with the task."""
        keep_order()
        self._memory.flags[flag] = number

    def _wait(self, flag: Flag, number: int) -> None:
        """Wait until the worker has come so far with the task."""
        flags, end, naps = self._memory.flags, perf_counter() + SPIN_S, 0
        while flags[flag] < number:  # by now it may have come further
            if flags[Flag.FAILED] == self._number:
                raise WorkerLostError
            if perf_counter() < end:
                continue
            sleep(NAP_S)
            naps += 1
            if naps == MAX_NAPS or self._process.poll() is not None:
                raise WorkerLostError
        keep_order()


def _end(process: subprocess.Popen[bytes], pipe: int) -> None:
    """Let it end, which the end of its pipe tells it."""
    os.close(pipe)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:  # it is stopped, or the machine is very busy
        process.kill()
        process.wait()
