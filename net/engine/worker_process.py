"""The parent's side of a worker process, which computes half of each mini-batch on another core.

Threads cannot do that: a mini-batch is some thirty short NumPy calls, between which each thread
needs Python's lock. A process has a lock of its own. Nothing is pickled: both processes map the
same memory, and numbers in it say which batch is wanted and how far each has come. See
shared_batch.py and worker_loop.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter, sleep

from ..dropout import Dropout
from ..network import Images, Labels, Parameters
from .halved_network import HalvedNetwork, copy_half
from .partial_gradients import Rows, Tally
from .shared_batch import (
    BatchShape,
    Flag,
    Meeting,
    SharedBatch,
    byte_count,
    fence,
    nameless_file,
)

SPIN_S = 0.001  # how long to watch for the worker before giving way to others
NAP_S = 0.0001
# A worker that somebody has stopped is given up after some 15 seconds. They are counted in naps,
# because this process takes none while it is stopped itself.
MAX_NAPS = 100_000
END_S = 0.5  # patience with its end, before it is killed
# More threads could add up in another order. Read by OpenBLAS, MKL and those built with OpenMP.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
CODE = "import sys; from mnist_tui.net.engine.worker_loop import main; main(sys.argv[1:])"


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
            self._shared = SharedBatch(file, shape)
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
        self._number = 0  # of the batch handed over last
        self.close = weakref.finalize(self, _end, self._process, self._pipe)

    @property
    def shape(self) -> BatchShape:
        """What it computes."""
        return self._shared.shape

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has started and waits for work."""
        return self._shared.flags[Flag.IS_READY] == 1

    def fits(self, parameters: Parameters, rows: int) -> bool:
        """Return whether it can compute half a batch of so many images for these parameters.

        It cannot while the memory holds those of another run that is still in use.
        """
        shape, placed = self.shape, self._placed()
        same = (shape.sizes, shape.dtype) == (parameters.sizes, parameters.vector.dtype.name)
        return same and rows <= shape.rows and placed in (None, parameters)

    def place(self, parameters: Parameters) -> tuple[Parameters, Parameters]:
        """Move parameters that fit into the shared memory; return them, and their gradient's place.

        What that gradient holds is not kept.
        """
        if self._placed() is not parameters:
            self._shared.parameters.vector[:] = parameters.vector
            parameters = Parameters(parameters.sizes, self._shared.parameters.vector)
            self._placed = weakref.ref(parameters)
        return parameters, self._shared.gradient

    def gradient(
        self,
        network: HalvedNetwork,
        images: Images,
        labels: Labels,
        rows: Rows,
        dropout: Dropout | None = None,
    ) -> Tally:
        """Write the gradient of the mean loss over these rows, one half here and one there.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Raises:
            WorkerLostError: The worker will not complete its half.
        """
        shared = self._shared
        self._hand_over(network, images, labels, rows, dropout)
        score = shared.compute_half(network, network.halves[0], self._meet)
        self._wait(Flag.COMPLETED)
        if network.gradient.vector is not shared.gradient.vector:
            copy_half(shared.gradient, network.gradient, 1)
        return score

    def _hand_over(
        self,
        network: HalvedNetwork,
        images: Images,
        labels: Labels,
        rows: Rows,
        dropout: Dropout | None,
    ) -> None:
        """Write down the batch, and tell the worker that there is one."""
        shared, m = self._shared, len(rows)
        if network.parameters.vector is not shared.parameters.vector:
            shared.parameters.vector[:] = network.parameters.vector
        images.take(rows, axis=0, out=shared.images[:m], mode="clip")
        shared.labels[:m] = labels[rows]
        shared.flags[Flag.ROWS] = m
        shared.dropout = dropout
        self._number += 1
        fence()
        self._shared.flags[Flag.REQUESTED] = self._number
        fence()
        if self._shared.flags[Flag.IS_ASLEEP]:
            try:
                os.write(self._pipe, b"\0")
            except OSError as error:
                raise WorkerLostError from error

    def _meet(self, meeting: Meeting) -> None:
        own, workers = meeting
        fence()
        self._shared.flags[own] = self._number
        self._wait(workers)

    def _wait(self, flag: Flag) -> None:
        """Wait until the worker has come so far with the batch."""
        flags, end, naps = self._shared.flags, perf_counter() + SPIN_S, 0
        while flags[flag] != self._number:
            if flags[Flag.FAILED] == self._number:
                raise WorkerLostError
            if perf_counter() < end:
                continue
            sleep(NAP_S)
            naps += 1
            if naps == MAX_NAPS or self._process.poll() is not None:
                raise WorkerLostError
        fence()


def _end(process: subprocess.Popen[bytes], pipe: int) -> None:
    """Let it end, which the end of its pipe tells it."""
    os.close(pipe)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:  # it is stopped, or the machine is very busy
        process.kill()
        process.wait()
