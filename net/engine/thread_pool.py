"""A thread pool for a few long NumPy tasks; the calling thread takes part."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from itertools import count
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class ThreadPool:
    """A fixed number of threads, one of which is the caller of `run`.

    Python threads speed up NumPy because it releases Python's lock while it computes. Between two
    operations each thread needs that lock again, and waking a thread takes 20 to 70 µs: a few long
    tasks run faster than on one thread, many short ones slower.
    """

    def __init__(self, threads: int) -> None:
        """Start `threads` - 1 workers."""
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._outcomes: SimpleQueue[Exception | None] = SimpleQueue()
        self._workers = threads - 1
        for _ in range(self._workers):
            threading.Thread(target=self._work, daemon=True).start()

    def run(self, tasks: Sequence[Callable[[], Result]]) -> list[Result]:
        """Run the tasks and return their results in order; reraise the first exception."""
        results: dict[int, Result] = {}
        next_task = count()

        def work() -> None:
            # Each free thread takes the next task, so that a core lost to another program
            # delays one task and not half of them. `next` is atomic under Python's lock.
            while (i := next(next_task)) < len(tasks):
                results[i] = tasks[i]()

        workers = min(self._workers, len(tasks) - 1)
        for _ in range(workers):
            self._tasks.put(work)
        try:
            work()
        finally:  # even when interrupted: no worker may still be writing on return
            errors = [self._outcomes.get() for _ in range(workers)]
        for error in errors:
            if error is not None:
                raise error
        return [results[i] for i in range(len(tasks))]

    def close(self) -> None:
        """Stop the worker threads."""
        for _ in range(self._workers):
            self._tasks.put(None)

    def _work(self) -> None:
        while (work := self._tasks.get()) is not None:
            error: Exception | None = None
            try:
                work()
            except Exception as raised:  # `run` reraises it in the caller's thread
                error = raised
            del work  # release what it references while waiting
            self._outcomes.put(error)


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux: containers and taskset give fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
