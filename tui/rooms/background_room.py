"""A room whose numbers take a while: they are reckoned behind it, while training goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ..screens.main.dashboard import Dashboard, is_on_top
from .background_job import BackgroundJob
from .room import Room

Result = TypeVar("Result")
LEAST_REST = 1.0  # seconds: whole screens of numbers and pictures cannot be read quicker


class BackgroundRoom(Room):
    """One job at a time; of those that come meanwhile only the newest is done."""

    def __init__(self, cockpit: Dashboard) -> None:
        super().__init__(cockpit)
        self._behind = BackgroundJob(
            self,
            least_rest=LEAST_REST,
            must_rest=lambda: self.moves,
        )

    def look(self) -> None:
        """Look only while nothing lies over this room: what nobody sees need not be reckoned."""
        if is_on_top(self):
            super().look()

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        self.look()

    def compute(self, job: Callable[[], Result], take: Callable[[Result], None]) -> None:
        """Do `job` in a worker, now or soon, and hand what it finds to `take`, on the screen."""
        self._behind.ask(lambda: partial(take, job()))

    def hurry(self) -> None:
        """Let the next not wait: a person asked for it."""
        self._behind.hurry()
