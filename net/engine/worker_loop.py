"""The worker process: computes one half of each mini-batch; started by worker_process.py.

Between two batches it watches a flag for a moment, because the next one usually comes within
fractions of a millisecond, and then sleeps until a byte arrives in its pipe. The pipe's end is
the parent's end, however it comes: then the worker ends too.
"""

from __future__ import annotations

import json
import os
import select
import signal
from contextlib import suppress
from time import perf_counter

import numpy as np

from ..network import Parameters
from .halved_network import HalfOfUnits, HalvedNetwork
from .shared_batch import BatchShape, Flag, Meeting, SharedBatch, fence
from .system_memory import keep_freed_memory

WATCH_S = 0.002  # how long to watch a flag before going to sleep
NAP_S = 0.001  # while the parent is slower with its half
LONGEST_SLEEP_S = 0.1  # a byte that was missed costs no more


def main(argv: list[str]) -> None:
    """Serve until the pipe ends; argv: descriptors of the memory and the pipe, and the layout."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # meant for the parent, whose end is enough
    file, pipe = map(int, argv[:2])
    layout = json.loads(argv[2])
    shared = SharedBatch(file, BatchShape(tuple(layout["sizes"]), layout["dtype"], layout["rows"]))
    os.close(file)
    keep_freed_memory()
    with suppress(EOFError):
        serve(shared, pipe)


@np.errstate(all="ignore")  # an overflow shows in the loss
def serve(shared: SharedBatch, pipe: int) -> None:
    """Compute the second half of each batch that is handed over.

    Raises:
        EOFError: The pipe has ended.
    """
    flags, parameters = shared.flags, shared.parameters
    half = HalfOfUnits(parameters, shared.gradient, 1)
    # Both processes compute the rest of the network, but only the parent's gradient of it counts.
    unused = Parameters.zeros(parameters.sizes, parameters.vector.dtype)
    network = HalvedNetwork(parameters, unused)
    number = 0

    def meet(meeting: Meeting) -> None:
        parents, own = meeting
        fence()
        flags[own] = number
        _wait_for(parents, flags, number, pipe)
        fence()

    flags[Flag.IS_READY] = 1
    while True:
        number = _next_batch(flags, number, pipe)
        fence()
        try:
            shared.compute_half(network, half, meet)
        except MemoryError:
            outcome = Flag.FAILED
        else:
            outcome = Flag.COMPLETED
        fence()
        flags[outcome] = number


def _wait_for(flag: Flag, flags: memoryview[int], number: int, pipe: int) -> None:
    """Wait until the parent has come so far with the batch."""
    end = perf_counter() + WATCH_S
    while flags[flag] != number:
        if perf_counter() > end:
            _sleep(pipe, NAP_S)


def _next_batch(flags: memoryview[int], done: int, pipe: int) -> int:
    """Wait for a batch after number `done`; return its number."""
    end = perf_counter() + WATCH_S
    while flags[Flag.REQUESTED] == done:
        if perf_counter() < end:
            continue
        flags[Flag.IS_ASLEEP] = 1
        fence()
        if flags[Flag.REQUESTED] == done:
            _sleep(pipe, LONGEST_SLEEP_S)
        flags[Flag.IS_ASLEEP] = 0
    return flags[Flag.REQUESTED]


def _sleep(pipe: int, seconds: float) -> None:
    """Sleep until a byte arrives, or the time is over; raise EOFError if the pipe has ended."""
    readable, _, _ = select.select([pipe], [], [], seconds)
    if readable and not os.read(pipe, 1024):
        raise EOFError
