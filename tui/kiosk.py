"""Kiosk mode: the app for strangers on a shared machine, without traces and within limits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from .training.limits import Limits

LIMITS = Limits()
POLL_INTERVAL_S = 10.0  # between two checks of the idle time


def forget_settings() -> None:
    """Take the framework's settings out of the environment: some of them write files."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]


class Idle:
    """Measures how long the app has had no input."""

    def __init__(self, patience: float, now: Callable[[], float] = time.monotonic) -> None:
        """Start the clock; `patience` is the idle time allowed, in seconds."""
        self._patience, self._now = patience, now
        self._last = now()

    def touched(self) -> None:
        """Somebody is there."""
        self._last = self._now()

    @property
    def is_over(self) -> bool:
        """Whether the app has been idle for too long."""
        return self._now() - self._last >= self._patience

    @property
    def look(self) -> float:
        """Seconds between two checks."""
        return min(POLL_INTERVAL_S, self._patience / 2)
