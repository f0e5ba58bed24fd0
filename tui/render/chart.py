"""Draws the runs as curves, in the user's view of the chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from ..config.fields import format_value
from ..text import printable
from .axes import Axis
from .chart_view import ChartView
from .plot import Curve, Plot, draw, frame
from .subcells import ACROSS, TIE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...net.run.history import Envelope, HistoryView, Progress
    from ...net.run.state import HyperparameterLog

    Numbers = NDArray[np.float64]

Ink = Callable[[str], Style]
COLUMNS_A_DOT = 2  # columns for each test dot, which shows the last test in them
AVERAGED = 40  # each point of a smooth curve averages about this fraction of the window
MIN_AVERAGED = 10  # batches in a mean, but never more than half of all
MIN_PLOT_ROWS = 6  # rows that words must leave for the plot
ONE_BATCH = (" (one batch)", " (batch)", "")  # the basis of a training figure in mini-batch runs
PARTS = 16  # for finding a run's lowest and highest values
MAX_MAGNITUDE = 1e300  # of a value on an axis, so that no calculation overflows


@dataclass(frozen=True, slots=True, eq=False)
class RunCurve:
    """One run, with what the chart needs."""

    number: int
    name: str
    history: HistoryView
    hyperparameter_log: HyperparameterLog
    iterations: int  # planned
    leaps: bool  # whether its rows are of mini-batches
    role: str  # of its ink
    tested: Progress | None = None  # the newest test; None: the last one in the history


def draw_runs(
    lines: Sequence[RunCurve],
    view: ChartView,
    at: int | None,
    size: tuple[int, int],
    ink: Ink,
    *,
    ascii_only: bool = False,
) -> Plot | None:
    """Draw these runs, the last of them the current one.

    Args:
        lines: the runs' curves.
        view: axes, scales and span.
        at: the iteration to mark, if any.
        size: columns and rows.
        ink: styles by role.
        ascii_only: whether everything but lines is drawn in ASCII.

    Returns:
        The plot, or None if there is no room for one.
    """
    width, height = size
    done = max(len(line.history) - 1 for line in lines)
    x = view.x_axis(done, lines[-1].iterations)
    # For the runs' numbers; with one run a blank, or the last iteration's would touch the edge.
    margin = max(len(str(line.number)) for line in lines) if len(lines) > 1 else 1
    plot = frame(x, _y_axis(lines, view, x), width, height, ink("quiet"), margin=margin)
    if plot is None:
        return None
    curves = [
        curve
        for line in lines
        for curve in _curves(line, view, x, plot.columns, ink, current=line is lines[-1])
    ]
    draw(plot, curves, ascii_only=ascii_only)
    _mark_changes(plot, lines[-1].hyperparameter_log, ink("chosen"))
    if len(lines) > 1:
        _name_ends(plot, lines, view, ink)
    column = None if at is None else plot.column(at)
    if column is not None:
        for row in range(plot.rows):
            plot.write(row, column, "┊", ink("chosen"), over=False)
    return plot


def readings(
    lines: Sequence[RunCurve], view: ChartView, at: int, size: tuple[int, int], ink: Ink
) -> list[Text]:
    """Return the runs' values at an iteration, in rows that leave room for their drawing."""
    width, height = size
    room = max(0, height - MIN_PLOT_ROWS)
    when = (f" at {at} ", ink("chosen"))
    if len(lines) == 1:
        words = _reading(lines[0], view, at, width - len(when[0]) - 1, is_named=False)
        rows = [Text.assemble(when, (f" {words}", ink(lines[0].role)), no_wrap=True)]
        return rows[:room]
    shown = lines[-max(1, room - 1) :]
    more = f" and {len(lines) - len(shown)} more runs" if len(shown) < len(lines) else ""
    rows = [Text.assemble(when, (more, ink("quiet")), no_wrap=True)]
    rows += [
        Text(f" {_reading(line, view, at, width - 1, is_named=True)}", ink(line.role), no_wrap=True)
        for line in shown
    ]
    return rows[:room]


def note_rows(words: str, size: tuple[int, int], ink: Style) -> list[Text]:
    """Words in rows that leave room for a drawing, cut where they are too many."""
    width, height = size
    room = max(0, height - MIN_PLOT_ROWS)
    rows = wrap(words, max(1, width - 2), max_lines=room, placeholder=" …") if room else []
    return [Text(f" {row}", ink, no_wrap=True) for row in rows]


def _column(view: ChartView) -> int:
    """Of a history: what is drawn as a line."""
    from ...net.run.history import LOSS, TRAIN_ACCURACY

    return LOSS if view.loss else TRAIN_ACCURACY


def _curves(
    line: RunCurve, view: ChartView, x: Axis, columns: int, ink: Ink, *, current: bool
) -> list[Curve]:
    """Return a run's training curve and, for the current run, its test dots."""
    edges = _edges(x, ACROSS * columns)
    found = line.history.envelope(_column(view), edges)
    outline = _outline(line.history, _column(view), found, edges)
    curves: list[Curve] = []
    if line.leaps if view.smooth is None else view.smooth:
        if current:  # faintly, the raw curve beneath
            curves.append(Curve(*outline, ink("quiet"), beneath=True))
        end = min(len(line.history), int(edges[-1]) + 1)
        updates = end - int(found.x[0]) if len(found.x) else 0
        curves.append(Curve(found.x, _averaged(found.mean, updates), ink(line.role)))
    else:
        curves.append(Curve(*outline, ink(line.role)))
    if current:
        tests = _tests(line, view, _edges(x, max(1, columns // COLUMNS_A_DOT)))
        curves.append(Curve(*tests, ink("test"), dots=True))
    return curves


def _y_axis(lines: Sequence[RunCurve], view: ChartView, x: Axis) -> Axis:
    """All of an accuracy's range, or where the curves are, if only a stretch is looked at."""
    import numpy as np

    from ...net.run.history import TEST_ACCURACY, TEST_LOSS

    wanted = [(line, _column(view)) for line in lines]
    wanted.append((lines[-1], TEST_LOSS if view.loss else TEST_ACCURACY))
    found = [line.history.envelope(column, _edges(x, PARTS)) for line, column in wanted]
    values = np.concatenate([ends for each in found for ends in (each.low, each.high)])
    values = values[np.isfinite(values)].clip(-MAX_MAGNITUDE, MAX_MAGNITUDE)
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


def _mark_changes(plot: Plot, hyperparameter_log: HyperparameterLog, ink: Style) -> None:
    """On the axis: where the current run's hyperparameters changed, and alpha from what to what.

    Changes in one column are one. Where the words do not fit beside the marks, the marks stand
    alone, the oldest first.
    """
    alphas: dict[int, tuple[float, float]] = {}
    for (_, before), (since, after) in pairwise(hyperparameter_log):
        column = plot.column(since)
        if column is not None and since > 0:
            first, _ = alphas.get(column, (before.alpha, 0.0))
            alphas[column] = first, after.alpha
    taken = set(alphas)
    for column, (before, after) in sorted(alphas.items(), reverse=True):
        plot.write(plot.rows, column, "▲", ink)
        words = f"α {format_value(before)}→{format_value(after)}"
        for start, text in ((column + 1, f" {words}"), (column - len(words) - 1, f"{words} ")):
            cells = set(range(start - 1, start + len(text) + 1)) - {column}
            inside = start >= 0 and start + len(text) <= plot.columns
            if before != after and inside and not cells & taken:
                plot.write(plot.rows, start, text, ink)
                taken |= cells
                break


def _name_ends(plot: Plot, lines: Sequence[RunCurve], view: ChartView, ink: Ink) -> None:
    """Write each run's number at the end of its line, so that color is not needed."""
    import numpy as np

    ends: list[tuple[float, int, RunCurve]] = []
    for line in lines:
        rows = line.history.view()
        end = line.history.row_at(plot.x.high)
        column = plot.column(min(len(line.history) - 1, int(plot.x.high)))
        values = rows[max(0, end - len(rows) // AVERAGED) : end + 1, _column(view)]
        values = values[np.isfinite(values)]
        if column is not None and len(values):
            ends.append((float(values.mean()), column + 1, line))
    ends.sort(key=lambda found: -found[0])
    spans = [range(column, column + len(str(line.number)) + 1) for _, column, line in ends]
    rows = _stacked([plot.row(end) for end, _, _ in ends], spans, plot.rows)
    for row, (_, column, line) in zip(rows, ends, strict=True):
        if row < plot.rows:
            plot.write(row, column, str(line.number), ink(line.role) + Style(reverse=True))


def _stacked(wanted: Sequence[int], spans: Sequence[range], height: int) -> list[int]:
    """Return the row of each label, none on another, and those one above another in their order.

    Args:
        wanted: The row that each label marks, from the top down.
        spans: The columns that each takes; only labels with a column in common make way.
        height: Number of rows. Where they are too few, the lowest labels get a row below them.
    """
    rows, order = list(wanted), range(len(wanted))
    for turns, down in ((order, True), (order[::-1], False), (order, True)):
        for n, i in enumerate(turns):
            passed = [rows[j] for j in turns[:n] if _meet(spans[i], spans[j])]
            if down:
                rows[i] = max(0, rows[i], *(row + 1 for row in passed))
            else:
                rows[i] = min(height - 1, rows[i], *(row - 1 for row in passed))
    return rows


def _meet(a: range, b: range) -> bool:
    return a.start < b.stop and b.start < a.stop


def _reading(line: RunCurve, view: ChartView, at: int, width: int, *, is_named: bool) -> str:
    """Format a run's exact values at an iteration, in as many words as fit."""
    number, name = str(line.number), printable(line.name, 40)
    names = [f"{number} {name}  ", f"{number}  "] if is_named else [""]
    if at >= len(line.history):
        ways = [f"{name}ends at {len(line.history) - 1}" for name in names]
    else:
        here, tested = line.history.at(at), line.history.tested_at(at)
        exact = "{:.5f}".format if view.loss else "{:.2%}".format
        train = f"train {exact(here.loss if view.loss else here.train_accuracy)}"
        if here.iteration != at:  # this row was thinned out
            train += f" (at {here.iteration})"
        trains = [f"{train}{note}" for note in (ONE_BATCH if line.leaps else ("",))]
        ways: list[str] = []
        if tested:
            test = f"  test {exact(tested.test_loss if view.loss else tested.test_accuracy)}"
            when = "" if tested.iteration == at else f" (at {tested.iteration})"
            for note in (when, when and " (earlier)"):
                ways += [f"{name}{train}{test}{note}" for name in names for train in trains]
        ways += [f"{name}{train}" for name in names for train in trains]
    return next((way for way in ways if len(way) <= width), ways[-1])


def _edges(x: Axis, parts: int) -> Numbers:
    """Return iterations that divide the axis halfway between evenly spaced positions.

    Values between two of them are nearest to one position. The first position is the axis's
    beginning, the last one its end.
    """
    import numpy as np

    places = (np.arange(1, parts) - 0.5 - TIE) / max(1, parts - 1)
    between = np.array([x.value(place) for place in places.tolist()])
    return np.concatenate([[x.low], between, [x.high]])


def _outline(
    history: HistoryView, column: int, found: Envelope, edges: Numbers
) -> tuple[Numbers, Numbers]:
    """Of each part the first value, the lowest, the highest and the last, as points of a line.

    Drawn, it is what all the values would be: Jugel, Jerzak, Hackenbroich and Markl, “M4: A
    Visualization-Oriented Time Series Data Aggregation”, 2014.
    """
    import numpy as np

    from ...net.run.history import ITERATION

    if not len(found.x):
        return found.x, found.x
    rows, starts = history.view(), found.x
    at = np.searchsorted(rows[:, ITERATION], [*starts, edges[-1] + 1])
    first = np.minimum(at[:-1], len(rows) - 1)
    last = np.maximum(at[1:] - 1, first)
    x = np.stack([starts, starts, starts, rows[last, ITERATION]], axis=1)
    y = np.stack([rows[first, column], found.low, found.high, rows[last, column]], axis=1)
    return x.ravel(), y.ravel()


def _tests(line: RunCurve, view: ChartView, edges: Numbers) -> tuple[Numbers, Numbers]:
    """Of each part the last test, and the first of all: each where it was made, as it came out."""
    import numpy as np

    from ...net.run.history import ITERATION, TEST_ACCURACY, TEST_LOSS

    history, newest = line.history, line.tested
    column = TEST_LOSS if view.loss else TEST_ACCURACY
    rows = history.view()
    values = rows[:, column]
    if newest and newest.iteration == len(history) - 1:  # it may not be in the history
        values = values.copy()
        values[-1] = newest.test_loss if view.loss else newest.test_accuracy
    stop = min(len(history), int(edges[-1]) + 1)
    iterations = rows[:, ITERATION]
    tests = np.flatnonzero(np.isfinite(values) & (iterations >= edges[0]))
    tests = tests[iterations[tests] < stop]
    if not len(tests):
        return iterations[:0], values[:0]
    # The last test before each edge; the edges are those of two columns at a time.
    last = np.searchsorted(iterations[tests], edges[1:-1], side="left") - 1
    chosen = tests[np.unique([0, *last[last >= 0].tolist(), len(tests) - 1])]
    return iterations[chosen], values[chosen]


def _averaged(mean: Numbers, updates: int) -> Numbers:
    """Return a moving average over a few parts on either side, fewer at the ends.

    The curve begins with its own first value, since it may be steep early on. `updates` is the
    number that the parts cover.
    """
    import numpy as np

    count = len(mean)
    if not count:  # a run without values in the range shown
        return mean
    least = -(-MIN_AVERAGED * count // (2 * max(updates, count)))
    reach = max(count // AVERAGED // 2, min(least, count // 4))
    around = np.ones(2 * reach + 1)
    found = np.isfinite(mean)
    sums = np.convolve(np.where(found, mean, 0), around, "same")
    with np.errstate(invalid="ignore"):
        smooth = sums / np.convolve(found.astype(float), around, "same")
    for i in range(reach):
        values = mean[: 2 * i + 1][found[: 2 * i + 1]]
        smooth[i] = values.mean() if len(values) else np.nan
    return smooth


def _rounded_up(value: float) -> float:
    """Round up to a round number, so that an axis seldom moves."""
    import numpy as np

    decade = 10.0 ** np.floor(np.log10(value))
    return float(next(m * decade for m in (1, 1.5, 2, 3, 5, 7, 10) if m * decade >= value * 0.999))
