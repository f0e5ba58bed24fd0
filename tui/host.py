"""Detects from the load average whether other programs need this machine's processors."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

# The command that starts this program once more. Not sys.argv[0]: it is a name that anything may
# have by now. -P: no module of the folder it is started in comes before the program's own.
PROGRAM = (sys.executable, "-P", "-c", "from mnist_tui.tui.cli.main import main; main()")

# Running and waiting processes per core. One app alone reaches 1 at most, so 2 means that everybody
# gets half the processor time they would get alone.
BUSY, CALM = 2.0, 1.5
POLL_INTERVAL_S = 5.0  # the average itself is over a minute


class Busy:
    """Reports the beginning of a busy period, and no other before it has clearly ended."""

    def __init__(
        self,
        load: Callable[[], tuple[float, float, float]] = os.getloadavg,
        cores: int | None = None,
    ) -> None:
        self._load, self._cores = load, cores or os.cpu_count() or 1
        self.is_busy = False

    def look(self) -> bool:
        """Look at the load; return whether the answer has changed."""
        before = self.is_busy
        try:
            share = self._load()[0] / self._cores
        except OSError:  # not available on this system
            return False
        self.is_busy = share >= (CALM if before else BUSY)
        return self.is_busy is not before


NICE = 15  # of 19


def yield_to_others() -> None:
    """Lower this thread's priority below the screen's thread and other programs.

    On Linux every thread has its own priority, which the threads it starts inherit. Elsewhere
    this would slow the screen down too, so nothing is changed.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
