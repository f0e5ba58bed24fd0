"""The chart as drawn, read back dot by dot: every one of them is where its value is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.history import (
    COLUMNS,
    LOSS,
    TEST_ACCURACY,
    TEST_LOSS,
    TRAIN_ACCURACY,
    History,
)
from mnist_tui.tui.render.axes import Axis
from mnist_tui.tui.render.chart import RunCurve, draw_runs
from mnist_tui.tui.render.chart_view import ChartView
from mnist_tui.tui.render.plot import Plot, frame
from mnist_tui.tui.render.subcells import nearest
from mnist_tui.tui.terminal.ascii import in_ascii
from numpy.typing import NDArray
from rich.console import Console
from rich.style import Style

Numbers = NDArray[np.float64]
HALF = 0.5 + 1e-6  # of a sub-cell
INKS = {
    role: Style(color=f"#{200 + i:02x}0000")
    for i, role in enumerate(["quiet", "title", "chosen", "moving", "run1", "test"])
}
ROLES = {str(style.color and style.color.name): role for role, style in INKS.items()}
CONSOLE = Console(color_system="truecolor")


def ink(role: str) -> Style:
    return INKS[role]


@dataclass
class Picture:
    """What is seen inside the axes of a drawing."""

    plot: Plot
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)  # row, column

    def __post_init__(self) -> None:
        for y, line in enumerate(self.plot.lines[: self.plot.rows]):
            x = 0
            for part in line.render(CONSOLE):
                color = part.style.color.name if part.style and part.style.color else ""
                for character in part.text:
                    if x >= self.plot.left and character not in " \n":
                        self.cells[y, x - self.plot.left] = character, ROLES.get(color, "quiet")
                    x += 1

    def dots(self, role: str) -> set[tuple[int, int]]:
        """The sub-cells that a role's dots are in, from the left and from below."""
        found: set[tuple[int, int]] = set()
        for (y, x), (character, its_role) in self.cells.items():
            bits = ord(character) - 0x2800
            if its_role == role and 0 <= bits < 256:
                for i, (across, down) in enumerate(
                    [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
                ):
                    if bits >> i & 1:
                        found.add((2 * x + across, 4 * self.plot.rows - 1 - (4 * y + down)))
        return found

    def places(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Where values are, in sub-cells, the first one at 0; beyond an end, at the end."""
        return (
            self.plot.x.places(x) * (2 * self.plot.columns - 1),
            self.plot.y.places(y).clip(0, 1) * (4 * self.plot.rows - 1),
        )


def rows_of(updates: int, seed: int, every: int, *, leaps: bool) -> Numbers:
    """A run's metrics: a curve that rises, smooth or leaping, tested now and then."""
    generator = np.random.default_rng(seed)
    done = np.arange(updates + 1)
    rows = np.full((updates + 1, len(COLUMNS)), np.nan)
    rows[:, 0] = done
    clean = 0.1 + 0.85 * (1 - np.exp(-done / generator.uniform(1, updates + 1)))
    train = clean + leaps * generator.normal(0, 0.1, len(done))
    rows[:, TRAIN_ACCURACY] = train.clip(0, 1)
    rows[:, LOSS] = 10.0 ** generator.uniform(-3, 3) * (1.01 - rows[:, TRAIN_ACCURACY])
    tested = np.unique([0, updates, *range(0, updates, every), *range(min(10, updates))])
    rows[tested, TEST_ACCURACY] = (clean[tested] + generator.normal(0, 0.02, len(tested))).clip(
        0, 1
    )
    rows[tested, TEST_LOSS] = rows[tested, LOSS] * generator.uniform(0.5, 2, len(tested))
    return rows


def line_of(rows: Numbers, *, leaps: bool) -> RunCurve:
    hyperparameter_log = ((0, Hyperparameters()),)
    return RunCurve(
        1, "run 1", History(rows), hyperparameter_log, len(rows) - 1, leaps=leaps, role="moving"
    )


VIEWS = st.builds(
    ChartView,
    loss=st.booleans(),
    log_y=st.booleans(),
    log_x=st.booleans(),
    smooth=st.just(False),
    span=st.none() | st.floats(10, 400),
    end=st.none() | st.floats(10, 1500),
)
SIZES = st.tuples(st.integers(16, 200), st.integers(4, 60))


def in_window(plot: Plot, rows: Numbers) -> Numbers:
    """The rows whose iterations the axis shows."""
    return rows[(rows[:, 0] >= plot.x.low) & (rows[:, 0] <= plot.x.high)]


def extent(x: Numbers, y: Numbers, column: int) -> tuple[float, float]:
    """The lowest and highest height of a line through points, within half a sub-cell of a column.

    All of it in sub-cells, by looking at every point.
    """
    left, right = max(column - 0.5, x[0]), min(column + 0.5, x[-1])
    inside = (x >= left) & (x <= right)
    heights = np.concatenate([y[inside], np.interp([left, right], x, y)])
    return float(heights.min()), float(heights.max())


def check_line(picture: Picture, x: Numbers, y: Numbers, role: str) -> None:
    """Every dot is on the line, and every point of it has a dot, or a test's in its cell."""
    dots = picture.dots(role)
    for column in {column for column, _ in dots}:
        assert x[0] - HALF <= column <= x[-1] + HALF
        low, high = extent(x, y, column)
        for row in (row for at, row in dots if at == column):
            assert low - HALF <= row <= high + HALF, (column, row, low, high)
    tests = {(column // 2, row // 4) for column, row in picture.dots("test")}
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        near = {
            (column, row)
            for column in (int(px), int(px) + 1)
            for row in (int(py), int(py) + 1)
            if abs(column - px) <= HALF and abs(row - py) <= HALF
        }
        hidden = {(column // 2, row // 4) for column, row in near} & tests
        assert near & dots or hidden, (px, py)


def check_tests(picture: Picture, x: Numbers, y: Numbers) -> None:
    """Every dot is a test, and the first and the last of them have one."""
    dots = picture.dots("test")
    for column, row in dots:
        assert np.any((np.abs(x - column) <= HALF) & (np.abs(y - row) <= HALF)), (column, row)
    for px, py in list(zip(x.tolist(), y.tolist(), strict=True))[:: max(1, len(x) - 1)]:
        assert any(abs(px - c) <= HALF and abs(py - r) <= HALF for c, r in dots), (px, py)


@pytest.mark.slow
@settings(max_examples=120)
@given(
    updates=st.integers(0, 40) | st.integers(1, 1500),
    seed=st.integers(0, 999),
    every=st.sampled_from([1, 10, 100]),
    leaps=st.booleans(),
    view=VIEWS,
    size=SIZES,
)
@example(updates=80, seed=0, every=10, leaps=False, view=ChartView(), size=(50, 10))
@example(
    updates=700, seed=0, every=10, leaps=True, view=ChartView(loss=True, log_y=True), size=(50, 10)
)
@example(
    updates=3, seed=0, every=1, leaps=True, view=ChartView(smooth=False, span=10.0), size=(200, 60)
)
def test_every_dot_and_every_line_is_within_half_a_sub_cell_of_its_value(
    updates: int, seed: int, every: int, leaps: bool, view: ChartView, size: tuple[int, int]
) -> None:
    check_drawn(rows_of(updates, seed, every, leaps=leaps), view, size)


@pytest.mark.slow
@settings(max_examples=25)
@given(updates=st.integers(20_000, 60_000), seed=st.integers(0, 99), size=SIZES, view=VIEWS)
def test_nothing_is_lost_or_moved_in_a_long_run(
    updates: int, seed: int, size: tuple[int, int], view: ChartView
) -> None:
    check_drawn(rows_of(updates, seed, 100, leaps=True), replace(view, span=None, end=None), size)


def check_drawn(rows: Numbers, view: ChartView, size: tuple[int, int]) -> None:
    """Read a drawing of one run back, without smoothing."""
    plot = draw_runs([line_of(rows, leaps=False)], view, None, size, ink)
    if plot is None:
        return
    shown = in_window(plot, rows)
    picture = Picture(plot)
    if not len(shown):
        assert not picture.cells
        return
    train, test = (LOSS, TEST_LOSS) if view.loss else (TRAIN_ACCURACY, TEST_ACCURACY)
    check_line(picture, *picture.places(shown[:, 0], shown[:, train]), "moving")
    tested = shown[np.isfinite(shown[:, test])]
    if len(tested):
        check_tests(picture, *picture.places(tested[:, 0], tested[:, test]))


@pytest.mark.slow
@settings(max_examples=60)
@given(
    updates=st.integers(1, 600),
    seed=st.integers(0, 99),
    size=SIZES,
    loss=st.booleans(),
    log_x=st.booleans(),
)
def test_a_smooth_curve_is_where_the_averages_are_and_the_raw_one_beneath_it(
    updates: int, seed: int, size: tuple[int, int], loss: bool, log_x: bool
) -> None:
    rows = rows_of(updates, seed, 50, leaps=True)
    view = ChartView(loss=loss, log_x=log_x)
    plot = draw_runs([line_of(rows, leaps=True)], view, None, size, ink)
    if plot is None:
        return
    picture, shown, column = Picture(plot), in_window(plot, rows), LOSS if loss else TRAIN_ACCURACY
    x, y = picture.places(shown[:, 0], shown[:, column])
    for at, row in picture.dots("quiet"):
        low, high = extent(x, y, at)
        assert low - HALF <= row <= high + HALF
    # By brute force: the mean of each sub-column's values, then of a few means on either side.
    columns = nearest(plot.x.places(shown[:, 0]), 2 * plot.columns)
    there = np.unique(columns)
    means = np.array([shown[columns == at, column].mean() for at in there])
    batches = len(shown) / len(means)  # in a sub-column; ten at least make a mean
    reach = max(len(means) // 40 // 2, min(math.ceil(5 / batches), len(means) // 4))
    smooth = np.array(
        [means[max(0, i - min(i, reach)) : i + min(i, reach) + 1].mean() for i in range(len(means))]
    )
    assert smooth[0] == means[0]
    assert reach >= 5 or len(means) < 20 or len(shown) > len(means), "smooth from the start"
    firsts = np.array([shown[columns == at, 0][0] for at in there])
    check_line(picture, *picture.places(firsts, smooth), "moving")


@given(
    updates=st.integers(1, 900), seed=st.integers(0, 99), leaps=st.booleans(), view=VIEWS,
    size=SIZES,
)  # fmt: skip
def test_in_ascii_lines_and_tests_are_told_apart_and_in_the_right_half_of_a_cell(
    updates: int, seed: int, leaps: bool, view: ChartView, size: tuple[int, int]
) -> None:
    rows = rows_of(updates, seed, 10, leaps=leaps)
    plot = draw_runs([line_of(rows, leaps=False)], view, None, size, ink, ascii_only=True)
    if plot is None:
        return
    picture, shown = Picture(plot), in_window(plot, rows)
    test = TEST_LOSS if view.loss else TEST_ACCURACY
    tested = shown[np.isfinite(shown[:, test])]
    xs, ys = picture.places(tested[:, 0], tested[:, test])
    columns, dots = ((values + HALF).astype(int).tolist() for values in (xs, ys))
    real = {
        (plot.rows - 1 - row // 4, column // 2, row % 4 >= 2)
        for column, row in zip(columns, dots, strict=True)
    }
    for (y, x), (character, role) in picture.cells.items():
        plain = in_ascii(character)
        if role == "test":
            assert plain in "*o"
            assert (y, x, plain == "*") in real
        else:
            assert plain in "'.:"


AXES = st.one_of(
    st.tuples(st.floats(0, 1e7), st.floats(10, 1e7)).map(lambda v: Axis(v[0], v[0] + v[1])),
    st.tuples(st.floats(1, 1e6), st.floats(1.01, 1e6)).map(
        lambda v: Axis(v[0], v[0] * v[1], "log")
    ),
)
HEIGHTS = st.one_of(
    st.tuples(st.floats(0, 0.99), st.sampled_from([0.01, 0.1, 0.5])).map(
        lambda v: Axis(v[0] // v[1] * v[1], (v[0] // v[1] + 1) * v[1], percent=True)
    ),
    st.floats(1e-6, 1e12).map(lambda high: Axis(0.0, high)),
    st.tuples(st.floats(1e-6, 1e6), st.floats(1.44, 1e9)).map(
        lambda v: Axis(v[0], v[0] * v[1], "log")
    ),
    st.floats(0.99, 1.0).map(lambda high: Axis(0.0, high, "error", percent=True)),
)


@settings(max_examples=200)
@given(x=AXES, y=HEIGHTS, size=SIZES)
@example(x=Axis(0, 700), y=Axis(0.2, 0.44, "log"), size=(50, 10))
@example(x=Axis(650, 700), y=Axis(0.26, 0.36, "log"), size=(50, 10))
def test_each_axis_has_two_numbers_at_least_each_at_its_place(
    x: Axis, y: Axis, size: tuple[int, int]
) -> None:
    plot = frame(x, y, *size, Style())
    if plot is None:
        assert size[0] < 45, "there is room for numbers of any length"
        return
    lines = [line.plain for line in plot.lines]
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}
    beside = {row: line[: plot.left - 1].strip() for row, line in enumerate(lines[: plot.rows])}
    for row, label in list(beside.items()):
        assert lines[row][plot.left - 1] == ("┤" if label else "│")
        if not label:
            del beside[row]
    assert len(beside) >= 2
    for row, label in beside.items():
        number = float(label.rstrip("%").replace(" ", "")) / (100 if y.percent else 1)
        assert plot.row(number) == row
    below = [(match.start(), match[0]) for match in re.finditer(r"\S+(?: \S+)*", lines[-1])]
    assert len(below) >= 2
    marks = [at for at, sign in enumerate(lines[-2]) if sign == "┬"]
    assert len(marks) == len(below)
    for mark, (start, label) in zip(marks, below, strict=True):
        column = plot.column(float(label.replace(" ", "")))
        assert column is not None
        assert plot.left + column == mark
        assert start - 1 <= mark <= start + len(label)
    for before, after in pairwise(below):
        assert before[0] + len(before[1]) + 2 <= after[0]


@pytest.mark.parametrize("columns", [50, 86, 200])
def test_the_last_number_of_an_axis_that_ends_at_a_round_one_is_there(columns: int) -> None:
    plot = frame(Axis(0, 1500), Axis(0.0, 1.0, percent=True), columns, 10, Style())
    assert plot is not None
    assert plot.lines[-1].plain.endswith("1 500")
