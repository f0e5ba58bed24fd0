"""Background jobs: one at a time, the newest first, each followed by a rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from mnist_tui.tui.rooms.background_job import BackgroundJob


class StandIn:
    """What a job asks of a screen; the test decides when the worker works."""

    is_running = True

    def __init__(self) -> None:
        self.app, self.screen_stack = self, [self]
        self.waiting: list[Callable[[], None]] = []
        self.timers: list[float] = []

    def run_worker(self, work: Callable[[], None], *, thread: bool) -> None:
        """Note the work."""
        assert thread
        self.waiting.append(work)

    def call_from_thread(self, function: Callable[[], bool]) -> bool:
        """Call it at once."""
        return function()

    def set_timer(self, delay: float, _: Callable[[], None]) -> None:
        """Note the delay."""
        self.timers.append(delay)


def nothing() -> Callable[[], None]:
    """A job without a result."""
    return lambda: None


def test_what_a_result_asks_for_waits_for_the_rest() -> None:
    screen = StandIn()
    jobs = BackgroundJob(cast("Any", screen), least_rest=60)
    jobs.ask(lambda: lambda: jobs.ask(nothing))
    screen.waiting.pop()()
    assert screen.waiting == []
    assert len(screen.timers) == 1
    assert 0 < screen.timers[0] <= 60
    assert jobs.is_asked
    jobs.ask(nothing, at_once=True)  # who waits for it does not wait for the rest
    assert len(screen.waiting) == 1
    assert not jobs.is_asked


def test_of_jobs_asked_for_meanwhile_the_newest_is_next() -> None:
    screen, done = StandIn(), list[int]()

    def job(number: int) -> Callable[[], Callable[[], None]]:
        return lambda: lambda: done.append(number)

    jobs = BackgroundJob(cast("Any", screen), must_rest=lambda: False)
    for number in range(4):
        jobs.ask(job(number))
    while screen.waiting:
        screen.waiting.pop()()
    assert done == [0, 3]
