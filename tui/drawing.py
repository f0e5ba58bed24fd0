"""The runs as curves: what the chart draws, for the view a person has chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.style import Style

from .axes import Axis
from .curves import Curve, Plot, draw
from .fields import shown
from .view import View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..net.history import Envelope, HistoryView
    from ..net.trainer import Course

    Numbers = NDArray[np.float64]

Ink = Callable[[str], Style]
DOTS_APART = 3  # columns
AVERAGED = 40  # a smooth curve's every point is the mean of about so small a part of the window


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One run, as the chart needs it."""

    number: int
    name: str
    history: HistoryView
    course: Course
    iterations: int  # that it is to make
    leaps: bool  # its rows are of mini-batches
    role: str  # of its ink


def draw_runs(
    lines: Sequence[Line], view: View, at: int | None, size: tuple[int, int], ink: Ink
) -> Plot | None:
    """These runs, the last of them the current one, in so many columns and rows.

    at: an iteration whose values are to be read. None if there is no room.
    """
    width, height = size
    done = max(len(line.history) - 1 for line in lines)
    x = view.x_axis(done, lines[-1].iterations)
    curves: list[Curve] = []
    for line in lines:
        curves += _curves(line, view, x, max(1, width - 6), ink, current=line is lines[-1])
    plot = draw(curves, x, _y_axis(curves, view), width, height, ink("quiet"))
    if plot is None:
        return None
    _mark_changes(plot, lines[-1].course, ink("chosen"))
    if len(lines) > 1:
        _name_ends(plot, lines, view, ink)
    if at is not None:
        _read(plot, lines, view, at, ink)
    return plot


def say(plot: Plot, words: str, view: View, ink: Style) -> None:
    """Words where the curves seldom are: low for accuracy, high for loss."""
    rows = wrap(words, max(1, plot.columns - 4))
    width = max(map(len, rows)) + 2
    top = 0 if view.loss else max(0, plot.rows - 1 - len(rows))
    for row, text in enumerate(rows[: plot.rows]):
        plot.write(top + row, max(0, plot.columns - width - 1), f" {text:<{width - 1}}", ink)


def _column(view: View) -> int:
    """Of a history: what is drawn as a line."""
    from ..net.history import LOSS, TRAIN

    return LOSS if view.loss else TRAIN


def _curves(line: Line, view: View, x: Axis, width: int, ink: Ink, *, current: bool) -> list[Curve]:
    """The train curve of a run; of the current one also the test dots."""
    from ..net.history import TEST, TEST_LOSS

    found = line.history.envelope(_column(view), _edges(x, width))
    curves: list[Curve] = []
    if line.leaps if view.smooth is None else view.smooth:
        if current:  # the raw curve, faintly, beneath
            curves.append(Curve(*_outline(found), ink("quiet") + Style(dim=True)))
        curves.append(Curve(found.x, _averaged(found.mean), ink(line.role)))
    else:
        curves.append(Curve(*_outline(found), ink(line.role)))
    if current:
        test = TEST_LOSS if view.loss else TEST
        dots = line.history.envelope(test, _edges(x, width // DOTS_APART))
        curves.append(Curve(dots.x, dots.mean, ink("title"), dots=True))
    return curves


def _y_axis(curves: Sequence[Curve], view: View) -> Axis:
    """All of an accuracy's range, or where the curves are, if only a stretch is looked at."""
    import numpy as np

    values = np.concatenate([curve.y for curve in curves])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if view.loss:
        if view.log_y:
            return Axis(max(low, 1e-6) / 1.2, max(high, 1e-5) * 1.2, "log")
        return Axis(0.0, _rounded_up(max(high, 1e-6)))
    if view.log_y:
        return Axis(0.0, max(0.99, 1 - (1 - high) / 2), "error", percent=True)
    if view.span is None:
        return Axis(0.0, 1.0, percent=True)
    unit = 0.1 if high - low > 0.2 else 0.01
    bottom, top = low // unit * unit, -(-high // unit) * unit
    return Axis(bottom, max(top, bottom + unit), percent=True)


def _mark_changes(plot: Plot, course: Course, ink: Style) -> None:
    """Where a person changed what the current run goes by, and alpha from what to what."""
    free = 0
    for (_, before), (since, after) in pairwise(course):
        column = plot.column(since)
        if column is None or since == 0:
            continue
        words = f"▲ α {shown(before.alpha)}→{shown(after.alpha)}"
        if before.alpha == after.alpha or column < free:
            words = "▲"
        plot.write(plot.rows - 1, column, words, ink)
        free = column + len(words) + 1


def _name_ends(plot: Plot, lines: Sequence[Line], view: View, ink: Ink) -> None:
    """The number of each run at the end of its line, so that no colour is needed."""
    taken: set[tuple[int, int]] = set()
    for line in lines:
        rows = line.history.view()
        end = line.history.row_at(int(plot.x.high))
        column = plot.column(min(len(line.history) - 1, int(plot.x.high)))
        if column is None:
            continue
        latest = rows[max(0, end - len(rows) // AVERAGED) : end + 1, _column(view)]
        row, name = plot.row(float(latest.mean())), str(line.number)
        column = min(column + 1, plot.columns - len(name))
        while (row, column) in taken and column > 0:
            column -= len(name) + 1
        taken.update((row, column + i) for i in range(len(name)))
        plot.write(row, max(0, column), name, ink(line.role) + Style(reverse=True))


def _read(plot: Plot, lines: Sequence[Line], view: View, at: int, ink: Ink) -> None:
    """A line at an iteration, and what every run shown was worth there."""
    column = plot.column(at)
    if column is not None:
        for row in range(plot.rows):
            plot.write(row, column, "┊", ink("chosen"), over=False)
    words = [(f" at {at} ", ink("chosen"))]
    words += [(f" {_reading(line, view, at)} ", ink(line.role)) for line in lines]
    width = max(len(text) for text, _ in words)
    is_right = column is not None and column > plot.columns // 2
    left = 0 if is_right else max(0, plot.columns - width)
    top = 0 if view.loss else max(0, plot.rows - 1 - len(words))
    for row, (text, style) in enumerate(words[: plot.rows]):
        plot.write(top + row, left, f"{text:<{width}}", style)


def _reading(line: Line, view: View, at: int) -> str:
    """A run's exact values at an iteration."""
    name = f"{line.number} {line.name}"
    if at >= len(line.history):
        return f"{name}  ends at {len(line.history) - 1}"
    here, tested = line.history.at(at), line.history.tested_at(at)
    exact = "{:.5f}".format if view.loss else "{:.2%}".format
    words = f"{name}  train {exact(here.loss if view.loss else here.train_accuracy)}"
    if here.iteration != at:  # this row was thinned out
        words += f" (at {here.iteration})"
    if tested:
        when = "" if tested.iteration == at else f" (at {tested.iteration})"
        words += f"  test {exact(tested.test_loss if view.loss else tested.test_accuracy)}{when}"
    return words


def _edges(x: Axis, parts: int) -> Numbers:
    """Iterations that cut the axis into parts of equal width on the screen."""
    import numpy as np

    spaced = np.geomspace if x.scale == "log" else np.linspace
    return spaced(x.low, x.high, max(1, parts) + 1)


def _outline(found: Envelope) -> tuple[Numbers, Numbers]:
    """Each part's lowest and highest as two points, in turns, so that the line runs smoothly."""
    import numpy as np

    y = np.stack([found.low, found.high], axis=1)
    y[1::2] = y[1::2, ::-1].copy()
    needed = np.stack([np.full(len(y), fill_value=True), found.low != found.high], axis=1).ravel()
    return np.repeat(found.x, 2)[needed], y.ravel()[needed]


def _averaged(mean: Numbers) -> Numbers:
    """The mean of a few parts on either side, of fewer at the ends."""
    import numpy as np

    if not len(mean):  # a run that has nothing in the stretch looked at
        return mean
    around = np.ones(2 * (len(mean) // AVERAGED // 2) + 1)
    found = np.isfinite(mean)
    sums = np.convolve(np.where(found, mean, 0), around, "same")
    with np.errstate(invalid="ignore"):
        return sums / np.convolve(found.astype(float), around, "same")


def _rounded_up(value: float) -> float:
    """The next round number, so that an axis seldom moves."""
    import numpy as np

    decade = 10.0 ** np.floor(np.log10(value))
    return float(next(m * decade for m in (1, 1.5, 2, 3, 5, 7, 10) if m * decade >= value * 0.999))
