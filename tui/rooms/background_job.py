"""Background jobs of a room: one at a time, the newest first, at a low duty cycle."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from textual.screen import Screen

from ..screens.thread_results import call_if_open

DUTY_CYCLE = 0.08  # fraction of time for work that only training progress requires


class BackgroundJob:
    """Run a screen's jobs in a worker thread, and deliver their results on the screen's own."""

    def __init__(
        self,
        screen: Screen[Any],
        *,
        least_rest: float = 0.0,
        must_rest: Callable[[], bool] = lambda: True,
    ) -> None:
        """Create a queue of one job.

        Args:
            screen: the screen that the job belongs to.
            least_rest: minimum seconds between two jobs.
            must_rest: whether to rest at all.
        """
        self._screen = screen
        self._least_rest, self._must_rest = least_rest, must_rest
        self._wanted: Callable[[], Callable[[], None]] | None = None
        self._busy = self._timed = self._hurried = False
        self._rest_until = 0.0
        self._has_delivered = False

    def ask(self, job: Callable[[], Callable[[], None]], *, at_once: bool = False) -> None:
        """Run this job next, in place of one that has not started.

        Args:
            job: runs in a thread and returns the function that shows its result.
            at_once: whether the user is waiting for it.
        """
        self._wanted = job
        if at_once:
            self.hurry()
        self._begin()

    def hurry(self) -> None:
        """Start the next job without waiting: the user asked for it."""
        self._hurried = True

    @property
    def is_asked(self) -> bool:
        """Whether a job waits that has not started."""
        return self._wanted is not None

    @property
    def is_at_work(self) -> bool:
        """Whether a job runs, or waits."""
        return self._busy or self.is_asked

    @property
    def is_first_awaited(self) -> bool:
        """Whether the first result is still to come."""
        return self.is_at_work and not self._has_delivered

    def _begin(self) -> None:
        if self._busy or self._wanted is None:
            return
        wait = self._rest_until - perf_counter()
        if wait > 0 and not self._hurried and self._must_rest():
            if not self._timed:
                self._timed = True
                self._screen.set_timer(wait, self._rested)
            return
        job, self._wanted = self._wanted, None
        self._busy, self._hurried = True, False
        self._screen.run_worker(lambda: self._work(job), thread=True)

    def _rested(self) -> None:
        self._timed = False
        self._begin()

    def _work(self, job: Callable[[], Callable[[], None]]) -> None:
        before = perf_counter()
        then = job()
        seconds = perf_counter() - before
        call_if_open(self._screen, self._end, then, seconds)

    def _end(self, then: Callable[[], None], seconds: float) -> None:
        started = perf_counter()
        then()  # what this asks for waits for the rest, too
        self._has_delivered = True
        now = perf_counter()
        self._rest_until = now + max(self._least_rest, (seconds + now - started) / DUTY_CYCLE)
        self._busy = False
        self._begin()
