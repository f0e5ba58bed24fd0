"""The worker process: computes one part of each mini-batch; started by worker_process.py.

Between two parts it watches a flag for a moment, because the next part usually comes within
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

from .partial_gradients import part_gradient
from .shared_batch import BatchShape, Flag, SharedBatch, fence

WATCH_S = 0.002  # how long to watch the flag before going to sleep
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


def serve(shared: SharedBatch, pipe: int) -> None:
    """Compute each part that is handed over, until the pipe ends."""
    flags, rows = shared.flags, np.arange(shared.shape.rows)
    flags[Flag.IS_READY] = 1
    done = 0
    while _wait_for_part(flags, done, pipe):
        fence()
        done, n = flags[Flag.REQUESTED], flags[Flag.ROWS]
        try:
            loss, right = part_gradient(
                shared.parameters,
                shared.images,
                shared.labels,
                rows[:n],
                flags[Flag.BATCH],
                shared.gradient,
                dropout=shared.dropout,
            )
            shared.loss[0], flags[Flag.RIGHT], flags[Flag.FAILED] = loss, right, 0
        except MemoryError:
            flags[Flag.FAILED] = 1
        fence()
        flags[Flag.COMPLETED] = done


def _wait_for_part(flags: memoryview[int], done: int, pipe: int) -> bool:
    """Return whether there is a part after number `done`; False: the parent has gone."""
    end = perf_counter() + WATCH_S
    while flags[Flag.REQUESTED] == done:
        if perf_counter() < end:
            continue
        flags[Flag.IS_ASLEEP] = 1
        fence()
        if flags[Flag.REQUESTED] == done:
            readable, _, _ = select.select([pipe], [], [], LONGEST_SLEEP_S)
            if readable and not os.read(pipe, 1024):
                return False
        flags[Flag.IS_ASLEEP] = 0
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
