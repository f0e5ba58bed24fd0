"""The memory that a worker process shares with the process that trains.

It has no name: the file behind it is deleted, or never had one, before anybody uses it. Whichever
way both processes end, nothing is left behind.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

import numpy as np

from ..architecture import parameter_count
from ..dropout import Dropout
from ..network import Parameters

FLAG_BYTES = 8
# A part's dropout: both rates, the first image's place, and the generator's two numbers.
DROPOUT = Struct("<2dq16s16s")
CACHE_LINE_BYTES = 64  # flags of different writers must not share one, or their cores fight for it


class Flag(IntEnum):
    """A number of 64 bits in shared memory, and who writes it."""

    REQUESTED = 0  # parent: number of the last part handed over
    ROWS = 1  # parent: its rows
    BATCH = 2  # parent: rows of the whole batch
    DROPS = 3  # parent: 1 if the part has masks, see `SharedBatch.dropout`
    COMPLETED = 8  # worker: number of the last part whose gradient is there
    RIGHT = 9  # worker: right answers among its rows
    FAILED = 10  # worker: 1 if it had no memory for that part
    IS_READY = 11  # worker: 1 once it has started
    IS_ASLEEP = 16  # worker: 1 while it waits for a byte in its pipe


@dataclass(frozen=True, slots=True)
class BatchShape:
    """What decides the layout of the memory; as simple as JSON."""

    sizes: tuple[int, ...]  # widths of the network
    dtype: str  # of its numbers
    rows: int  # the most that a part can have


class SharedBatch:
    """Flags, parameters, the gradient of one part of a batch, and the part's images and labels."""

    def __init__(self, file: int, shape: BatchShape) -> None:
        """Map a file that has at least `byte_count(shape)` bytes.

        Raises:
            OSError: There is no memory for it, or it may not be mapped.
        """
        memory = mmap.mmap(file, byte_count(shape))
        self.shape = shape
        self.flags = memoryview(memory)[: 32 * FLAG_BYTES].cast("q")
        dtype, start = np.dtype(shape.dtype), 32 * FLAG_BYTES
        self.loss = np.frombuffer(memory, np.float64, 1, start)  # summed over the part
        start += CACHE_LINE_BYTES
        self._dropout = memoryview(memory)[start : start + DROPOUT.size]
        count = parameter_count(shape.sizes)
        vectors: list[Parameters] = []
        start += CACHE_LINE_BYTES
        for _ in range(2):
            vectors.append(Parameters(shape.sizes, np.frombuffer(memory, dtype, count, start)))
            start += _aligned(count * dtype.itemsize)
        self.parameters, self.gradient = vectors
        pixels = shape.sizes[0]
        self.images = np.frombuffer(memory, np.uint8, shape.rows * pixels, start)
        self.images = self.images.reshape(shape.rows, pixels)
        self.labels = np.frombuffer(
            memory, np.int64, shape.rows, start + _aligned(self.images.nbytes)
        )

    @property
    def dropout(self) -> Dropout | None:
        """The masks of the part."""
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
    vector = parameter_count(shape.sizes) * np.dtype(shape.dtype).itemsize
    return (
        32 * FLAG_BYTES
        + 2 * CACHE_LINE_BYTES
        + 2 * _aligned(vector)
        + _aligned(shape.rows * shape.sizes[0])
        + shape.rows * np.dtype(np.int64).itemsize
    )


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

    Processors other than x86 reorder both; taking a lock forbids it.
    """
    with _LOCK:
        pass


def _aligned(size: int) -> int:
    return -(-size // CACHE_LINE_BYTES) * CACHE_LINE_BYTES


def shape_of(parameters: Parameters, rows: int) -> BatchShape:
    """Return a layout for parts of at least so many rows, with room to grow."""
    return BatchShape(parameters.sizes, parameters.vector.dtype.name, max(512, 2 * rows))
