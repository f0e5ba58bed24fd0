"""How far training steps back for the screen, and for whoever else is at this machine."""

from __future__ import annotations

import os
import sys
import threading

NICE = 15  # of 19


def yield_to_others() -> None:
    """Let the screen's thread, and whoever else is at this machine, go before this thread.

    On Linux a thread has a priority of its own, and those it starts have the same. Elsewhere
    this would slow the screen down too, and is left alone.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
