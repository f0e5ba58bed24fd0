"""A room whose numbers take a while: a worker reckons them, while screen and training go on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TypeVar

from textual import work

from ..screens.cockpit import Cockpit, is_seen
from .room import Room

Result = TypeVar("Result")
RESTS = 11  # times as long as it took; so training loses at most a twelfth of one core
LEAST_REST = 1.0  # seconds: whole screens of numbers and pictures cannot be read, or sent, quicker


class ReckoningRoom(Room):
    """One job at a time; of those that come meanwhile only the newest is done."""

    def __init__(self, cockpit: Cockpit) -> None:
        super().__init__(cockpit)
        self._waiting: Callable[[], Callable[[], None]] | None = None
        self._busy = False
        self._timed = False
        self._rested = 0.0  # when the next may begin while it trains

    def look(self) -> None:
        """Look only while nothing lies over this room: what nobody sees need not be reckoned."""
        if is_seen(self):
            super().look()

    def on_screen_resume(self) -> None:
        """What has happened meanwhile."""
        self.look()

    def reckon(self, job: Callable[[], Result], take: Callable[[Result], None]) -> None:
        """Do `job` in a worker, now or soon, and hand what it finds to `take`, on the screen."""

        def whole() -> Callable[[], None]:
            return partial(take, job())

        self._waiting = whole
        self._begin()

    def hurry(self) -> None:
        """Let the next not wait: a person asked for it."""
        self._rested = 0.0

    def _begin(self) -> None:
        """Begin what waits, unless the worker is busy, or rests so that training can go on."""
        if self._busy or self._waiting is None:
            return
        rest = self._rested - monotonic()
        if rest > 0 and self.cockpit.session.is_training and self.cockpit.past is None:
            if not self._timed:
                self._timed = True
                self.set_timer(rest, self._rested_enough)
            return
        self._busy, job, self._waiting = True, self._waiting, None
        self._work(job)

    def _rested_enough(self) -> None:
        self._timed = False
        self._begin()

    @work(thread=True, group="reckoning")
    def _work(self, job: Callable[[], Callable[[], None]]) -> None:
        begun = monotonic()
        found = job()
        if self.is_attached:  # a person may have left meanwhile
            self.app.call_from_thread(self._done, found, monotonic() - begun)

    def _done(self, found: Callable[[], None], seconds: float) -> None:
        begun, self._busy = monotonic(), False
        if self.is_attached:
            found()
            self._rested = monotonic() + max(LEAST_REST, RESTS * (seconds + monotonic() - begun))
            self._begin()
