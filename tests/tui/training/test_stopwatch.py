"""Seconds spent training: without those in which the process was stopped; and how fast it went."""

from __future__ import annotations

import pytest
from mnist_tui.tui.training.stopwatch import Rate, TrainingClock


class Clocks:
    """Wall and processor time, as a test has them pass."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0
        self.preemptions = 0

    def watch(self, seconds: float = 0.0) -> TrainingClock:
        return TrainingClock(seconds, lambda: self.wall, lambda: (self.processor, self.preemptions))

    def work(self, seconds: float, share: float = 1.0) -> None:
        self.wall += seconds
        self.processor += seconds * share


def test_work_counts_however_slow_and_on_however_busy_a_machine() -> None:
    clocks = Clocks()
    watch = clocks.watch(3.0)
    for seconds, share in ((0.001, 1.0), (0.9, 0.0), (30.0, 0.2), (5.0, 2.0)):
        clocks.work(seconds, share)
        watch.lap()
    assert watch.seconds == pytest.approx(3.0 + 0.001 + 0.9 + 30.0 + 5.0)


def test_time_in_which_the_process_was_stopped_does_not_count() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    for _ in range(5):
        clocks.work(0.01)
        clocks.wall += 20.0  # Ctrl+Z
        assert watch.lap() < 0.1
    clocks.work(0.01)
    assert watch.lap() == pytest.approx(0.06)


def test_time_of_waiting_for_a_processor_counts() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    for _ in range(5):
        clocks.work(2.0, share=0.03)
        clocks.preemptions += 100  # slices of less than a millisecond
        watch.lap()
    assert watch.seconds == pytest.approx(10.0)


def test_a_short_run_has_the_rate_it_had() -> None:
    rate = Rate(7.0, 100)
    assert rate.after(7.0, 100) == 0.0
    assert rate.after(7.25, 150) == pytest.approx(200.0)
    assert rate.after(7.5, 150) == pytest.approx(100.0)
    assert rate.after(7.75, 400) == pytest.approx(400.0), "it ends here: 300 in 0.75 s"


def test_a_long_run_has_the_rate_of_its_latest_windows() -> None:
    rate = Rate(7.0, 100)
    assert rate.after(7.5, 150) == pytest.approx(100.0)
    assert rate.after(8.0, 650) == pytest.approx(550.0)
    assert rate.after(8.25, 900) == pytest.approx(1000.0), "without the first half second"


def test_a_rate_known_from_before_stays_until_there_is_another() -> None:
    rate = Rate(7.0, 100, 50.0)
    assert rate.after(7.0, 100) == 50.0
    assert rate.after(7.1, 110) == pytest.approx(100.0)
