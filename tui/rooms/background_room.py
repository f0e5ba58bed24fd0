"""A room whose numbers take a while: a worker computes them while training continues."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ..screens.main.dashboard import Dashboard, is_on_top
from .background_job import BackgroundJob
from .room import Room

Result = TypeVar("Result")
MIN_REST_S = 1.0  # full screens of numbers and pictures cannot be read faster


class BackgroundRoom(Room):
    """Run one job at a time; of those requested meanwhile, run only the newest."""

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self._behind = BackgroundJob(
            self,
            least_rest=MIN_REST_S,
            must_rest=lambda: self.moves,
        )

    @property
    def is_preparing(self) -> bool:
        """Whether the first numbers are still to come."""
        return super().is_preparing or self._behind.is_first_awaited

    def look(self) -> None:
        """Look only while nothing covers this room: hidden numbers need not be computed."""
        if is_on_top(self):
            super().look()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.look()

    def compute(self, job: Callable[[], Result], take: Callable[[Result], None]) -> None:
        """Run `job` in a worker, now or soon, and hand its result to `take` on the screen's."""
        self._behind.ask(lambda: partial(take, job()))

    def hurry(self) -> None:
        """Start the next job without waiting: the user asked for it."""
        self._behind.hurry()
