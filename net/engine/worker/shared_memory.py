"""The memory that a worker process shares with the process that trains, and the flags in it.

It has no name: the file behind it is deleted, or never had one, before anybody uses it. Whichever
way both processes end, nothing is left behind.
"""

from __future__ import annotations

import mmap
import os
import platform
import tempfile
import threading
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...architecture import parameter_count
from ...network import Parameters
from ...optimizers import BLOCK, OPTIMIZER_CLASSES
from ..halved_network import HALVES

# A batch's dropout: both rates, the first image's place, and the generator's two numbers.
DROPOUT = Struct("<2dq16s16s")
# An update: alpha, momentum, weight decay, max-norm, its number, and the optimizer's place in
# OPTIMIZER_CLASSES.
UPDATE = Struct("<4d2q")
CACHE_LINE_BYTES = 64  # flags of different writers must not share one, or their cores fight for it
MEMORIES = max(len(optimizer.memory_names) for optimizer in OPTIMIZER_CLASSES.values())
NOTES = 2  # copies of blocks, in turns: one may be written while the other is still valid


class Flag(IntEnum):
    """A number of 64 bits in shared memory, and who writes it."""

    REQUESTED = 0  # parent: number of the last task handed over
    TASK = 1  # parent: what it is, see `Task`
    ROWS = 2  # parent: a batch's images
    DROPS = 3  # parent: 1 if it has masks, see `SharedBatch.dropout`
    TAKEN = 4  # parent: number of the last batch whose images are there
    PARENT_MET = 5  # parent: the last `meeting` to which it has brought its share of a sum
    WORKER_MET = 8  # worker: the same
    COMPLETED = 9  # worker: number of the last task that it has done its half of
    FAILED = 10  # worker: number of the last task that it had no memory for
    IS_READY = 11  # worker: 1 once it has started
    MOVING = 12  # worker: the block of θ that it moves, see `SharedUpdate`
    IS_ASLEEP = 16  # worker: 1 while it waits for a byte in its pipe


FLAGS = 32
MEETINGS = 3  # in the course of a batch, at most


def meeting(task: int, count: int) -> int:
    """Return the number of a meeting, the first of a task being 1."""
    return task * MEETINGS + count


class Task(IntEnum):
    """What both processes do next, each its half."""

    GRADIENT = 0
    UPDATE = 1


@dataclass(frozen=True, slots=True)
class BatchShape:
    """What decides the layout of the memory; as simple as JSON."""

    sizes: tuple[int, ...]  # widths of the network
    dtype: str  # of its numbers
    rows: int  # the most images that a batch can have


class SharedMemory:
    """Arrays that both processes map."""

    def __init__(self, file: int, shape: BatchShape) -> None:
        """Map a file that has at least `byte_count(shape)` bytes.

        Raises:
            OSError: There is no memory for it, or it may not be mapped.
        """
        memory = mmap.mmap(file, byte_count(shape))
        arrays: dict[str, NDArray[Any]] = {}
        start = 0
        for name, (dtype, count) in layout(shape).items():
            arrays[name] = np.frombuffer(memory, dtype, count, start)
            start += aligned(arrays[name].nbytes)
        self.shape = shape
        self.flags = memoryview(memory)[: arrays["flags"].nbytes].cast("q")
        self.dropout, self.update = arrays["dropout"].data, arrays["update"].data
        self.epsilon = arrays["epsilon"]  # how far the images of the batch are moved
        self.tally = arrays["tally"]  # of the batch, by the worker
        self.squares = arrays["squares"]  # of lengths that the worker found: gradient, θ
        self.parameters = Parameters(shape.sizes, arrays["parameters"])
        self.gradient = Parameters(shape.sizes, arrays["gradient"])
        self.before = arrays["before"]  # θ before the last update
        self.memories = list(arrays["memories"].reshape(MEMORIES, -1))  # the optimizer's
        self.notes = arrays["notes"].reshape(NOTES, MEMORIES, -1)  # of what a block of those was
        self.sums = arrays["sums"].reshape(HALVES, -1)  # what each half adds to Z2
        # What each half adds to dA[0], where images are moved.
        self.input_errors = arrays["input_errors"].reshape(HALVES, shape.rows, -1)
        self.images = arrays["images"].reshape(shape.rows, -1)
        self.labels = arrays["labels"]


def layout(shape: BatchShape) -> dict[str, tuple[DTypeLike, int]]:
    """Return the arrays in their order in memory: dtype and length of each."""
    sizes, rows = shape.sizes, shape.rows
    count, block = parameter_count(sizes), max(BLOCK, *sizes)
    return {
        "flags": (np.int64, FLAGS),
        "dropout": (np.uint8, DROPOUT.size),
        "update": (np.uint8, UPDATE.size),
        "epsilon": (np.float64, 1),
        "tally": (np.float64, 2),
        "squares": (np.float64, 2),
        "parameters": (shape.dtype, count),
        "gradient": (shape.dtype, count),
        "before": (shape.dtype, count),
        "memories": (shape.dtype, MEMORIES * count),
        "notes": (shape.dtype, NOTES * MEMORIES * block),
        "sums": (shape.dtype, HALVES * rows * sizes[2]),
        "input_errors": (shape.dtype, HALVES * rows * sizes[0]),
        "images": (np.uint8, rows * sizes[0]),
        "labels": (np.int64, rows),
    }


def byte_count(shape: BatchShape) -> int:
    """Return the bytes that a layout needs."""
    return sum(aligned(np.dtype(dtype).itemsize * count) for dtype, count in layout(shape).values())


def aligned(size: int) -> int:
    """Return a size rounded up to whole cache lines."""
    return -(-size // CACHE_LINE_BYTES) * CACHE_LINE_BYTES


def shape_of(parameters: Parameters, rows: int) -> BatchShape:
    """Return a layout for batches of at least so many rows, with room to grow."""
    return BatchShape(parameters.sizes, parameters.vector.dtype.name, max(512, 2 * rows))


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
KEEPS_ORDER = platform.machine().lower() in {"x86_64", "amd64", "i386", "i686"}


def fence() -> None:
    """Let what is written before be visible to the other process before anything after is read.

    What precedes a lock's release stays before it, and what follows its taking stays after it, but
    the two may still meet and pass each other in between. No second taking comes before the first
    release, though: so it is taken twice. See "ACQUIRE" in Linux's
    Documentation/memory-barriers.txt.
    """
    for _ in range(2):
        with _LOCK:
            pass


def keep_order() -> None:
    """Let writes become visible in their order, and reads be made in theirs.

    Processors of the x86 family keep to both by themselves, and only let a read overtake a write,
    which takes a `fence`; others reorder all of them.
    """
    if not KEEPS_ORDER:
        fence()
