"""The worker process: does its half of each task; started by process.py.

Between two tasks it watches a flag for a moment, because the next one usually comes within
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

from ...network import Parameters
from ..halved_network import HalfOfUnits, HalvedNetwork
from ..partial_gradients import tally
from ..system_memory import keep_freed_memory
from .shared_batch import SharedBatch
from .shared_memory import BatchShape, Flag, SharedMemory, Task, fence, keep_order, meeting
from .shared_update import SharedUpdate

WATCH_S = 0.002  # how long to watch a flag before going to sleep
NAP_S = 0.001  # while the parent is slower with its half
LONGEST_SLEEP_S = 0.1  # a byte that was missed costs no more


def main(argv: list[str]) -> None:
    """Serve until the pipe ends; argv: descriptors of the memory and the pipe, and the layout."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # meant for the parent, whose end is enough
    file, pipe = map(int, argv[:2])
    layout = json.loads(argv[2])
    memory = SharedMemory(file, BatchShape(tuple(layout["sizes"]), layout["dtype"], layout["rows"]))
    os.close(file)
    keep_freed_memory()
    with suppress(EOFError):
        serve(memory, pipe)


@np.errstate(all="ignore")  # an overflow shows in the loss
def serve(memory: SharedMemory, pipe: int) -> None:
    """Do the second half of each task that is handed over.

    Raises:
        EOFError: The pipe has ended.
    """
    flags, parameters = memory.flags, memory.parameters
    batch, update = SharedBatch(memory), SharedUpdate(memory)
    half = HalfOfUnits(parameters, memory.gradient, 1)
    # Both processes compute the rest of the network, but only the parent's gradient of it counts.
    unused = Parameters.zeros(parameters.sizes, parameters.vector.dtype)
    network = HalvedNetwork(parameters, unused)
    number = 0

    def wait_for(flag: Flag, number: int) -> None:
        _wait_for(flag, flags, number, pipe)
        keep_order()

    def meet(count: int) -> None:
        keep_order()
        flags[Flag.WORKER_MET] = meeting(number, count)
        wait_for(Flag.PARENT_MET, meeting(number, count))

    flags[Flag.IS_READY] = 1
    while True:
        number = _next_task(flags, number, pipe)
        keep_order()
        try:
            if flags[Flag.TASK] == Task.UPDATE:
                update.make_workers_part(number)
            else:
                batch.draw()
                wait_for(Flag.TAKEN, number)
                Z = batch.compute_half(network, half, meet)
                memory.tally[:] = tally(Z, memory.labels[: Z.shape[1]])
                memory.squares[0] = half.squared_length()
        except MemoryError:
            outcome = Flag.FAILED
        else:
            outcome = Flag.COMPLETED
        keep_order()
        flags[outcome] = number


def _wait_for(flag: Flag, flags: memoryview[int], number: int, pipe: int) -> None:
    """Wait until the parent has come so far with the batch."""
    end = perf_counter() + WATCH_S
    while flags[flag] < number:  # by now it may have come further
        if perf_counter() > end:
            _sleep(pipe, NAP_S)


def _next_task(flags: memoryview[int], done: int, pipe: int) -> int:
    """Wait for a task after number `done`; return its number."""
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
