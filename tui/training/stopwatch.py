"""Training time, excluding time in which the process was suspended."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

TRUSTED_GAP_S = 1.0  # a gap between laps as short as this always counts
MIN_WORK_SHARE = 0.1  # processor time a longer gap must contain to count
MIN_PREEMPTIONS_PER_S = 10.0  # or else as many, while it waits for a processor that is in use


def usage() -> tuple[float, int]:
    """Return this process's processor time in seconds, and how often it was preempted."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_nivcsw


class TrainingClock:
    """Adds up seconds from lap to lap.

    A suspended process (Ctrl+Z, SIGSTOP) cannot note when it was stopped, but it uses no processor
    time meanwhile. So of a long gap with hardly any work in it, only the work counts. On a machine
    that is short of processors there is hardly any work in a gap either, but there the process is
    preempted again and again, which does not happen to one that is stopped.
    """

    def __init__(
        self,
        seconds: float = 0.0,
        wall: Callable[[], float] = time.perf_counter,
        used: Callable[[], tuple[float, int]] = usage,
    ) -> None:
        """Start the clocks; `seconds` is the time already spent."""
        self.seconds = seconds
        self._wall, self._used = wall, used
        self._lap = wall(), *used()

    def lap(self) -> float:
        """Count the time since the last lap; all seconds so far."""
        before, self._lap = self._lap, (self._wall(), *self._used())
        passed, worked, preempted = (n - then for n, then in zip(self._lap, before, strict=True))
        was_stopped = (
            passed > TRUSTED_GAP_S
            and worked < MIN_WORK_SHARE * passed
            and preempted < MIN_PREEMPTIONS_PER_S * passed
        )
        self.seconds += min(passed, worked) if was_stopped else passed
        return self.seconds


class Rate:
    """Updates a second, averaged over the latest WINDOW to twice that.

    It always reaches up to the latest update, so that a run that has just ended tells what it did.
    """

    WINDOW = 0.5  # seconds

    def __init__(self, seconds: float, updates: int, rate: float = 0.0) -> None:
        """seconds, updates: where it begins. rate: known from before."""
        self._since = self._mark = seconds, updates
        self._before = rate

    def after(self, seconds: float, updates: int) -> float:
        """Return the rate after this time and number of updates."""
        elapsed, count = seconds - self._since[0], updates - self._since[1]
        rate = count / elapsed if count and elapsed > 0 else self._before
        if seconds - self._mark[0] >= self.WINDOW:
            self._since, self._mark = self._mark, (seconds, updates)
        return rate
