"""The bench: its arithmetic on times that are known, and one real row of small size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.tui.cli.commands import bench
from mnist_tui.tui.cli.commands.bench import Row


class NoRivals(bench.Rivals):
    """As on a machine without other libraries."""

    def __init__(self) -> None:
        self.names = []


@pytest.fixture(autouse=True)
def without_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "REST_S", 0.0)


def telling(times: list[float]) -> Callable[[], float]:
    told: Iterator[float] = iter(times)
    return lambda: next(told)


def test_a_figure_is_the_median_of_the_turns_after_the_first() -> None:
    ways = {
        "mnist-tui": telling([90, 1, 5, 2, 4, 3]),
        "other": telling([0, 10, 10, 30, 2, 9]),
    }
    row = bench.in_turns(Row("task", images=60, flop=600), ways)
    assert row.seconds == {"mnist-tui": 3, "other": 10}


def test_the_figures_follow_from_the_times() -> None:
    row = Row("task", images=60, flop=6e9, seconds={"mnist-tui": 2.0, "other": 5.0})
    figures = row.figures(peak=30e9)
    assert figures["images_per_second"] == 30
    assert figures["gflops"] == pytest.approx(3)
    assert figures["share_of_peak"] == pytest.approx(0.1)
    assert figures["times_faster_than"] == {"other": 2.5}


def test_a_real_row_has_a_time_for_every_way(mnist: Dataset) -> None:
    few = Digits(mnist.train.images[:600], mnist.train.labels[:600])
    engine = Engine(few, 2)
    full = bench.full_batch(engine, NoRivals(), few, (10,))
    small = bench.epoch(engine, NoRivals(), few, (10,), 64)
    engine.close()
    assert set(full.seconds) == {"mnist-tui", "NumPy float32", "NumPy float64"}
    assert set(small.seconds) == {"mnist-tui"}
    assert np.all(np.array([*full.seconds.values(), *small.seconds.values()]) > 0)
    # 600 images times 2 · (784·10 twice, 10·10 twice, and 10·10 once more for dA)
    assert full.flop == 600 * 2 * (2 * (7840 + 100) + 100)
