"""Threads that wait for work and share it out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from itertools import count
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class ThreadPool:
    """So many threads, the caller of `run` being one of them.

    Threads of Python speed up NumPy because it lets go of Python's lock while it computes.
    Between two operations each needs that lock again, and waking a thread takes 20 to 70 µs:
    a few long tasks are quick, many short ones slower than one thread alone.
    """

    def __init__(self, threads: int) -> None:
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._outcomes: SimpleQueue[Exception | None] = SimpleQueue()
        self._workers = threads - 1
        for _ in range(self._workers):
            threading.Thread(target=self._work, daemon=True).start()

    def run(self, tasks: Sequence[Callable[[], Result]]) -> list[Result]:
        """What the tasks return, in their order; raises what one of them raised."""
        results: dict[int, Result] = {}
        turn = count()

        def work() -> None:
            # Whoever is free takes the next task, so that a core lost to another program
            # delays one task and not half of them. `next` is one step under Python's lock.
            while (i := next(turn)) < len(tasks):
                results[i] = tasks[i]()

        helpers = min(self._workers, len(tasks) - 1)
        for _ in range(helpers):
            self._tasks.put(work)
        try:
            work()
        finally:  # interrupted or not: when this returns nobody may still be writing
            errors = [self._outcomes.get() for _ in range(helpers)]
        for error in errors:
            if error is not None:
                raise error
        return [results[i] for i in range(len(tasks))]

    def close(self) -> None:
        """Send the threads home."""
        for _ in range(self._workers):
            self._tasks.put(None)

    def _work(self) -> None:
        while (work := self._tasks.get()) is not None:
            error: Exception | None = None
            try:
                work()
            except Exception as raised:  # it is the caller's, who waits in `run`
                error = raised
            del work  # what it held is nobody's while this one waits
            self._outcomes.put(error)


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux: containers and taskset give fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
