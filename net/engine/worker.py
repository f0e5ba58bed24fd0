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
import sys
from time import perf_counter

import numpy as np

from ..network import Parameters
from .halved_network import HalvedNetwork
from .shared_batch import BatchShape, Flag, SharedBatch, fence

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
    serve(shared, pipe)


@np.errstate(all="ignore")  # an overflow shows in the loss
def serve(shared: SharedBatch, pipe: int) -> None:
    """Compute the second half of each batch that is handed over, until the pipe ends."""
    flags, parameters = shared.flags, shared.parameters
    half = HalvedNetwork(parameters, shared.gradient).halves[1]
    # Both processes compute the rest of the network, but only the parent's gradient of it counts.
    unused = Parameters.zeros(parameters.sizes, parameters.vector.dtype)
    network = HalvedNetwork(parameters, unused)
    flags[Flag.IS_READY] = 1
    number = 0
    while _wait_for_batch(flags, number, pipe):
        fence()
        number = flags[Flag.REQUESTED]
        try:
            M = shared.masks()
            shared.scale(1, M)
            fence()
            flags[Flag.WORKER_SCALED] = number
            if not _wait_for(Flag.PARENT_SCALED, flags, number, pipe):
                continue
            fence()
            batch = shared.batch(M)
            shared.sums(1)[:] = half.forward(batch)
            fence()
            flags[Flag.WORKER_SUMMED] = number
            if not _wait_for(Flag.PARENT_SUMMED, flags, number, pipe):
                continue
            fence()
            dZ2, _ = network.rest(shared.sums(0) + shared.sums(1), batch)
            half.backward(dZ2)
        except MemoryError:
            flags[Flag.FAILED] = number
        fence()
        flags[Flag.COMPLETED] = number


def _wait_for(flag: Flag, flags: memoryview[int], number: int, pipe: int) -> bool:
    """Return whether the parent has come so far with the batch; False: it has gone."""
    end = perf_counter() + WATCH_S
    while flags[flag] != number:
        if perf_counter() > end and _has_ended(pipe, NAP_S):
            return False
    return True


def _wait_for_batch(flags: memoryview[int], done: int, pipe: int) -> bool:
    """Return whether there is a batch after number `done`; False: the parent has gone."""
    end = perf_counter() + WATCH_S
    while flags[Flag.REQUESTED] == done:
        if perf_counter() < end:
            continue
        flags[Flag.IS_ASLEEP] = 1
        fence()
        if flags[Flag.REQUESTED] == done and _has_ended(pipe, LONGEST_SLEEP_S):
            return False
        flags[Flag.IS_ASLEEP] = 0
    return True


def _has_ended(pipe: int, patience_s: float) -> bool:
    """Sleep until a byte arrives, or the time is over; return whether the pipe has ended."""
    readable, _, _ = select.select([pipe], [], [], patience_s)
    return bool(readable) and not os.read(pipe, 1024)


if __name__ == "__main__":
    main(sys.argv[1:])
