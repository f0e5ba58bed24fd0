"""The chart's numbers: no peak is lost, no axis creeps, and nothing unfit reaches the kernel."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.curves import Axis, Curve, nice_end, thinned, ticks
from rich.style import Style

from .support import ROOT


def test_any_floats_at_any_size_are_drawn_or_left_out() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.chart_torture"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr[-4000:]


@given(
    y=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=400),
    columns=st.integers(1, 60),
)
def test_thinning_keeps_the_lowest_and_the_highest_of_each_column(
    y: list[float], columns: int
) -> None:
    x, axis = np.arange(len(y), dtype=float), Axis(0, float(len(y)))
    xs, ys = thinned(Curve(x, np.array(y), Style()), axis, columns)
    assert len(xs) == len(ys)
    assert xs == sorted(xs)
    assert all(y[int(at)] == value for at, value in zip(xs, ys, strict=True))
    assert len(xs) <= 2 * columns + 2
    by_column: dict[int, list[float]] = {}
    for at, value in enumerate(y):
        if np.isfinite(value):
            by_column.setdefault(int(at / len(y) * columns), []).append(value)
    kept = set(ys)
    for values in by_column.values():
        assert {min(values), max(values)} <= kept


def test_points_off_the_axis_are_left_out() -> None:
    x = np.array([-1, 0, 5, 10, 11, np.nan, np.inf])
    xs, ys = thinned(Curve(x, np.arange(7.0), Style()), Axis(0, 10), 20)
    assert xs == [0, 5, 10]
    assert ys == [1, 2, 3]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_an_axis_ends_at_a_round_number_that_shows_all(x: int, last: int) -> None:
    reached = min(x, last)
    end = nice_end(reached, last)
    assert reached <= end <= max(1, last)
    if end != last:
        assert str(int(end)).rstrip("0") in {"1", "2", "5"}
        assert end <= max(10, 10 * reached)
    if reached < last:
        assert nice_end(reached + 1, last) >= end


@pytest.mark.parametrize(
    ("x", "end"), [(0, 10), (1, 10), (10, 10), (11, 20), (50, 50), (51, 100), (1001, 1500)]
)
def test_ends_worked_out_by_hand(x: float, end: float) -> None:
    assert nice_end(x, 1500) == end


@given(st.integers(1, 10**9), st.integers(2, 30))
def test_ticks_are_evenly_spaced_on_the_axis(high: int, at_most: int) -> None:
    marks = ticks(Axis(0, high), at_most)
    assert 1 <= len(marks) <= at_most + 1
    assert marks[0] == 0
    assert marks[-1] <= high * (1 + 1e-9)
    steps = np.diff(marks)
    assert steps == pytest.approx(np.full(len(steps), steps[0] if len(steps) else 0))
