"""A kiosk: the app for strangers on a shared machine; nothing it does outlasts or outgrows it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..net.architecture import parameter_count
from .errors import UserError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may take of a shared machine."""

    weights: int = 250_000  # of a network: 784-300-10 and the like
    iterations: int = 1_000_000  # of a run: its history takes up to 14 MB
    runs: int = 12  # at once, the oldest go; each has weights, gradient, an optimizer's memory

    def check(self, sizes: Sequence[int], iterations: int) -> None:
        """Raise UserError, with the figure, for what is too much."""
        if (weights := parameter_count(sizes)) > self.weights:
            raise UserError(
                f"hidden makes {weights:,} weights; "
                f"here a network may have {self.weights:,} at most"
            )
        if iterations > self.iterations:
            raise UserError(f"here a run may have {self.iterations:,} iterations at most")


LIMITS = Limits()
IDLE_LIMIT_S = 30 * 60.0  # seconds without a key until it ends
POLL_INTERVAL_S = 10.0  # seconds between two looks whether it is idle


def forget_settings() -> None:
    """Take the framework's settings out of the environment: some of them write files."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]


class Idle:
    """Knows for how long nobody has touched the app."""

    def __init__(self, patience: float, now: Callable[[], float] = time.monotonic) -> None:
        """patience: seconds until that is too long."""
        self._patience, self._now = patience, now
        self._last = now()

    def touched(self) -> None:
        """Somebody is there."""
        self._last = self._now()

    @property
    def is_over(self) -> bool:
        """Whether nobody was there for too long."""
        return self._now() - self._last >= self._patience

    @property
    def look(self) -> float:
        """How many seconds may pass between two looks."""
        return min(POLL_INTERVAL_S, self._patience / 2)
