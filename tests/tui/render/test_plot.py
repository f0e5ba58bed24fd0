"""The chart's numbers: no axis creeps, every tick lies on it, nothing unfit reaches the kernel."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.render.axes import NO_ERROR, Axis, nice_end
from mnist_tui.tui.render.plot import Curve, Plot, draw, frame
from rich.style import Style
from rich.text import Text

from tests.helpers.support import ROOT

AXES = st.one_of(
    st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(
        lambda ends: Axis(float(ends[0]), float(sum(ends)))
    ),
    st.tuples(st.floats(1e-6, 1e3), st.floats(1.5, 1e6)).map(
        lambda ends: Axis(ends[0], ends[0] * ends[1], "log")
    ),
    st.floats(0.99, 1.0).map(lambda high: Axis(0.0, high, "error", percent=True)),
    st.just(Axis(0.9, 0.95, percent=True)),
)


def test_any_floats_at_any_size_are_drawn_or_left_out() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.helpers.plot_torture"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr[-4000:]


@given(AXES, st.floats(0, 1))
def test_a_place_on_an_axis_and_its_value_are_one(axis: Axis, place: float) -> None:
    value = axis.value(place)
    assert axis.low * (1 - 1e-9) - 1e-9 <= value <= axis.high * (1 + 1e-9)
    assert float(axis.places(np.array(value))) == pytest.approx(place, abs=1e-6)
    assert axis.places(np.array([axis.low, axis.high])).tolist() == [0, 1]


@given(AXES, st.integers(2, 30))
def test_ticks_lie_on_the_axis_in_order_and_are_not_too_many(axis: Axis, at_most: int) -> None:
    marks = axis.ticks(at_most)
    assert len(marks) <= at_most + 1
    assert len({axis.written(mark) for mark in marks}) == len(marks)
    places = axis.places(np.array(marks))
    assert np.all(np.diff(places) > 0)
    assert np.all((places > -0.01) & (places < 1.01))


@given(st.integers(1, 10**9), st.integers(2, 30))
def test_ticks_of_a_straight_axis_are_evenly_spaced(high: int, at_most: int) -> None:
    marks = Axis(0, high).ticks(at_most)
    assert marks[0] == 0
    steps = np.diff(marks)
    assert steps == pytest.approx(np.full(len(steps), steps[0] if len(steps) else 0))


def test_a_logarithmic_axis_is_marked_in_powers_of_ten() -> None:
    assert Axis(1, 10_000, "log").ticks(5) == [1, 10, 100, 1000, 10_000]
    assert Axis(0.15, 3, "log").ticks(9) == pytest.approx([0.2, 0.5, 1, 2])


def test_an_error_axis_puts_90_99_and_999_per_mille_equally_far_apart() -> None:
    axis = Axis(0.0, 0.999, "error", percent=True)
    places = axis.places(np.array([0, 0.9, 0.99, 0.999]))
    assert places.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert [axis.written(mark) for mark in axis.ticks(4)] == ["0%", "90%", "99%", "99.9%"]
    assert np.isfinite(Axis(0.0, 1.0, "error").places(np.array([1.0, 1 - NO_ERROR / 9]))).all()


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


@given(AXES, AXES, st.integers(20, 120), st.integers(1, 4))
def test_in_a_plot_with_a_margin_no_number_touches_the_edge(
    x: Axis, y: Axis, width: int, margin: int
) -> None:
    plot = frame(x, y, width, 12, Style(), margin=margin)
    if plot is not None:
        assert all(line.plain.endswith(" ") for line in plot.lines)
        assert all(line.cell_len == width for line in plot.lines)


def test_points_beside_the_axis_are_left_out() -> None:
    quiet = Style()
    axes, size = (Axis(0, 10), Axis(0.0, 1.0)), (40, 10)
    nothing = np.empty(0)
    beside = np.array([-1, 11, np.nan, np.inf])
    blank, found = (frame(*axes, *size, quiet) for _ in range(2))
    assert blank
    assert found
    draw(blank, [Curve(nothing, nothing, quiet)])
    draw(found, [Curve(beside, np.full(4, 0.5), quiet)])
    assert [str(line) for line in found.lines] == [str(line) for line in blank.lines]


def a_plot() -> Plot:
    return Plot([Text("a" * 30) for _ in range(6)], Axis(0, 100), Axis(0.0, 1.0), 9, 21, 6)


def test_a_column_is_pointed_at_by_the_value_it_shows() -> None:
    plot = a_plot()
    assert [plot.column(plot.x_at(column)) for column in range(21)] == list(range(21))
    assert plot.column(-1) is plot.column(101) is None
    assert (plot.x_at(-5), plot.x_at(99)) == (0, 100)
    assert [plot.row(y) for y in (-1, 0, 0.5, 1, 2)] == [5, 5, 2, 0, 0]


@given(st.integers(0, 20), st.text("xyz", min_size=1, max_size=40))
def test_words_are_written_where_they_belong_and_cut_at_the_edge(column: int, words: str) -> None:
    plot = a_plot()
    plot.write(2, column, words, Style())
    written = words[: 21 - column]
    assert plot.lines[2].plain == ("a" * (9 + column) + written).ljust(30, "a")
    assert all(line.plain == "a" * 30 for i, line in enumerate(plot.lines) if i != 2)
    plot.write(3, column, words, Style(), over=False)
    assert plot.lines[3].plain == "a" * 30
