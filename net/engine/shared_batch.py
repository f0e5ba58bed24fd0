"""The memory that a worker process shares with the process that trains, and how both use it.

It has no name: the file behind it is deleted, or never had one, before anybody uses it. Whichever
way both processes end, nothing is left behind.

Each process computes one half of a batch: the parent half 0, the worker half 1. Twice each needs
what the other has written. There they meet: each sets a flag of its own and waits for the other's.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..architecture import parameter_count
from ..dropout import Dropout
from ..network import Array, Images, Masks, Parameters
from .halved_network import HALVES, Batch, HalfOfUnits, HalvedNetwork, masks_of
from .input_blocks import scale_into
from .partial_gradients import Tally

FLAGS = 32
# A batch's dropout: both rates, the first image's place, and the generator's two numbers.
DROPOUT = Struct("<2dq16s16s")
CACHE_LINE_BYTES = 64  # flags of different writers must not share one, or their cores fight for it


class Flag(IntEnum):
    """A number of 64 bits in shared memory, and who writes it."""

    REQUESTED = 0  # parent: number of the last batch handed over
    ROWS = 1  # parent: its images
    DROPS = 2  # parent: 1 if it has masks, see `SharedBatch.dropout`
    PARENT_SCALED = 3  # parent: number of the last batch whose first half is in X
    PARENT_SUMMED = 4  # parent: number of the last batch whose sums of its units are there
    WORKER_SCALED = 8  # worker: number of the last batch whose second half is in X
    WORKER_SUMMED = 9  # worker: number of the last batch whose sums of its units are there
    COMPLETED = 10  # worker: number of the last batch whose gradient of its units is there
    FAILED = 11  # worker: number of the last batch that it had no memory for
    IS_READY = 12  # worker: 1 once it has started
    IS_ASLEEP = 16  # worker: 1 while it waits for a byte in its pipe


Meeting = tuple[Flag, Flag]  # what the parent sets when it has come there, and what the worker sets
SCALED: Meeting = (Flag.PARENT_SCALED, Flag.WORKER_SCALED)
SUMMED: Meeting = (Flag.PARENT_SUMMED, Flag.WORKER_SUMMED)


@dataclass(frozen=True, slots=True)
class BatchShape:
    """What decides the layout of the memory; as simple as JSON."""

    sizes: tuple[int, ...]  # widths of the network
    dtype: str  # of its numbers
    rows: int  # the most images that a batch can have


class SharedBatch:
    """Flags, parameters, their gradient, a batch of images with labels, X, and the halves' sums."""

    def __init__(self, file: int, shape: BatchShape) -> None:
        """Map a file that has at least `byte_count(shape)` bytes.

        Raises:
            OSError: There is no memory for it, or it may not be mapped.
        """
        memory = mmap.mmap(file, byte_count(shape))
        self.shape = shape
        start = 0

        def take(dtype: DTypeLike, count: int) -> NDArray[Any]:
            nonlocal start
            array = np.frombuffer(memory, dtype, count, start)
            start += aligned(array.nbytes)
            return array

        self.flags = memoryview(memory)[: take(np.int64, FLAGS).nbytes].cast("q")
        self._dropout = take(np.uint8, DROPOUT.size).data
        count = parameter_count(shape.sizes)
        self.parameters = Parameters(shape.sizes, take(shape.dtype, count))
        self.gradient = Parameters(shape.sizes, take(shape.dtype, count))
        self._two_sums = [take(shape.dtype, shape.rows * shape.sizes[2]) for _ in range(HALVES)]
        self.images: Images = take(np.uint8, shape.rows * shape.sizes[0])
        self.images = self.images.reshape(shape.rows, shape.sizes[0])
        self.labels = take(np.int64, shape.rows)
        X = take(shape.dtype, shape.rows * shape.sizes[0])
        self._X: Array = X.reshape(self.images.shape)

    def compute_half(
        self, network: HalvedNetwork, half: HalfOfUnits, meet: Callable[[Meeting], None]
    ) -> Tally:
        """Write the gradient of one half of the units, while another process computes the other.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Args:
            network: Goes on where the halves end; its gradient receives that of later layers.
            half: The half.
            meet: Tells the other process that this one has come so far, and waits for it.
        """
        m = self.flags[Flag.ROWS]
        M = masks_of(self.dropout, self.shape.sizes, m, self.shape.dtype)
        self._scale(half.index, M)
        meet(SCALED)
        batch = Batch(self._X[:m].T, self.labels[:m], M)
        activations = half.forward(batch)
        self._sums(half.index)[:] = activations.Z2
        meet(SUMMED)
        dZ2, score = network.rest(self._sums(0) + self._sums(1), batch)
        half.backward(activations, dZ2)
        return score

    def _scale(self, half: int, M: Masks) -> None:
        """Write the floats of one half of the images into X."""
        m = self.flags[Flag.ROWS]
        images = slice(half * m // HALVES, (half + 1) * m // HALVES)
        scale_into(self._X[images], self.images[images])
        if M[0] is not None:
            self._X[images] *= M[0].T[images]

    def _sums(self, half: int) -> Array:
        """Return what a half of the units adds to Z2: sizes[2] × m."""
        n, m = self.shape.sizes[2], self.flags[Flag.ROWS]
        return self._two_sums[half][: n * m].reshape(n, m)

    @property
    def dropout(self) -> Dropout | None:
        """The masks of the batch."""
        if not self.flags[Flag.DROPS]:
            return None
        pixel_rate, unit_rate, place, state, increment = DROPOUT.unpack(self._dropout)
        return Dropout(
            pixel_rate,
            unit_rate,
            int.from_bytes(state, "little"),
            int.from_bytes(increment, "little"),
            place,
        )

    @dropout.setter
    def dropout(self, dropout: Dropout | None) -> None:
        self.flags[Flag.DROPS] = dropout is not None
        if dropout is not None:
            numbers = (n.to_bytes(16, "little") for n in (dropout.state, dropout.increment))
            rates = dropout.pixel_rate, dropout.unit_rate
            DROPOUT.pack_into(self._dropout, 0, *rates, dropout.place, *numbers)


def byte_count(shape: BatchShape) -> int:
    """Return the bytes that a layout needs."""
    number, count = np.dtype(shape.dtype).itemsize, parameter_count(shape.sizes)
    arrays = [
        FLAGS * np.dtype(np.int64).itemsize,
        DROPOUT.size,
        *[count * number] * 2,
        *[shape.rows * shape.sizes[2] * number] * HALVES,
        shape.rows * shape.sizes[0],
        shape.rows * np.dtype(np.int64).itemsize,
        shape.rows * shape.sizes[0] * number,
    ]
    return sum(map(aligned, arrays))


def nameless_file(size: int) -> int:
    """Return the descriptor of a file without a name, of so many zero bytes.

    Raises:
        OSError: There is no room for it.
    """
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("mnist-tui")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    try:
        os.ftruncate(file, size)
    except OSError:
        os.close(file)
        raise
    return file


_LOCK = threading.Lock()


def fence() -> None:
    """Let no write before it become visible after one that follows, nor a read be made early.

    Processors other than x86 reorder both. What precedes a lock's release stays before it, and what
    follows its taking stays after it, but the two may still meet and pass each other in between. No
    second taking comes before the first release, though: so it is taken twice. See "ACQUIRE" in
    Linux's Documentation/memory-barriers.txt.
    """
    for _ in range(2):
        with _LOCK:
            pass


def aligned(size: int) -> int:
    """Return a size rounded up to whole cache lines."""
    return -(-size // CACHE_LINE_BYTES) * CACHE_LINE_BYTES


def shape_of(parameters: Parameters, rows: int) -> BatchShape:
    """Return a layout for batches of at least so many rows, with room to grow."""
    return BatchShape(parameters.sizes, parameters.vector.dtype.name, max(512, 2 * rows))
