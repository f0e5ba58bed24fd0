"""Accuracy over one hyperparameter as curves: one for each value of the other, with its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from ...config.fields import BY_NAME
from ...render.axes import Axis
from ...render.plot import Curve, Plot, draw, frame
from ...sweep.axes import format_axis_value
from ...sweep.watch.overview import Overview
from ..layout import Ink
from .heatmap import Signs
from .labels import place_labels, shortened

MAX_CURVES = 8  # besides the chosen one, those around it
HUES = 4  # of the other curves
LOG_RATIO = 9.0  # from which positive numbers are laid out at equal ratios
INSET = 0.02  # of the axis, before the first value and after the last
MAX_MARGIN = 14  # columns for the curves' names
SMOOTH = 0.1  # accuracies closer than this are drawn on an axis of whole percents

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """One curve: means, spreads and what diverged, at the columns that have a result."""

    places: Numbers  # 0 to 1
    means: Numbers
    spreads: Numbers  # 0 where there is none
    diverged: tuple[int, ...]  # columns at which at least one run diverged


def positions(name: str, values: Sequence[Any]) -> list[float]:
    """Return where values lie on an axis from 0 to 1, both ends with a margin.

    Numbers lie at equal ratios or distances, whichever suits their range; words, and layers that
    are more than one, at equal distances in their order.
    """
    numbers = [_number(value) for value in values if name != "seed"]
    if len(values) == 1:
        return [0.5]
    if numbers and np.isfinite(numbers).all():
        low, high = min(numbers), max(numbers)
        is_log = low > 0 and high / low >= LOG_RATIO
        places = Axis(low, high, "log" if is_log else "linear").places(np.array(numbers))
    else:
        places = np.linspace(0.0, 1.0, len(values))
    return (INSET + (1 - 2 * INSET) * places).tolist()


def _number(value: Any) -> float:
    """Return a value, or the width of a single layer, as a number; NaN for others."""
    if isinstance(value, tuple):
        layers = cast("tuple[int, ...]", value)
        return float(layers[0]) if len(layers) == 1 else np.nan
    return float(value) if isinstance(value, int | float) else np.nan


def points(shown: Overview, row: int, places: Sequence[float]) -> Points:
    """Return the curve of a row of the grid."""
    grid = shown.grid
    found: list[tuple[float, float, float]] = []
    diverged: list[int] = []
    for column, value in enumerate(grid.column_values):
        summary = shown.at((grid.row_values[row], value))
        if summary is None:
            continue
        if summary.diverged:
            diverged.append(column)
        if summary.mean is not None:
            found.append((places[column], summary.mean, summary.spread or 0.0))
    table = np.array(found, float).reshape(-1, 3)
    return Points(table[:, 0], table[:, 1], table[:, 2], tuple(diverged))


def draw_curves(
    shown: Overview,
    cursor: tuple[int, int],
    size: tuple[int, int],
    ink: Ink,
    signs: Signs,
    *,
    ascii_only: bool,
    joined: bool = True,
) -> Plot | None:
    """Draw the curve of the cursor's row in full, and those of its neighbors as lines.

    Args:
        shown: What is to be drawn.
        cursor: Indices of the chosen row and of the column that is marked.
        size: Columns and rows.
        ink: Styles by role.
        signs: Of runs that diverged.
        ascii_only: Whether dots are drawn in ASCII.
        joined: Whether neighbors differ in this hyperparameter alone, so that a line means
            something; otherwise there are dots.

    Returns:
        The plot, or None if there is no room or nothing to draw.
    """
    width, height = size
    grid = shown.grid
    if not (grid.row_values and grid.column_values):
        return None
    places = positions(shown.choice.column, grid.column_values)
    rows = _around(cursor[0], len(grid.row_values))
    curves = {row: points(shown, row, places) for row in rows}
    names = {row: format_axis_value(grid.row, grid.row_values[row]) for row in rows}
    margin = min(MAX_MARGIN, width // 5, max(map(len, names.values())) + 1) if len(rows) > 1 else 0
    plot = frame(
        Axis(0.0, 1.0), _accuracy_axis(curves.values()), width, height, ink("quiet"), margin=margin
    )
    if plot is None:
        return None
    drawn: list[Curve] = []
    for row in rows:
        if row != cursor[0]:
            found = curves[row]
            style = ink(f"run{row % HUES}")
            drawn.append(Curve(found.places, found.means, style, dots=not joined))
    chosen = curves[cursor[0]]
    drawn.append(Curve(*_bars(chosen), ink("quiet")))
    if joined:
        drawn.append(Curve(chosen.places, chosen.means, ink("moving")))
    drawn.append(Curve(chosen.places, chosen.means, ink("title"), dots=True))
    draw(plot, drawn, ascii_only=ascii_only)
    _mark(plot, shown, cursor, places, ink)
    for column in chosen.diverged:
        if (at := plot.column(places[column])) is not None:
            plot.write(plot.rows - 1, at, signs.diverged, ink("warning"))
    if margin:
        _name(plot, curves, names, cursor[0], ink)
    return plot


def title_line(shown: Overview, ink: Ink) -> Text:
    """Say what the axes are."""
    row, column = BY_NAME[shown.choice.row].label, BY_NAME[shown.choice.column].label
    words = f" test accuracy over {column}"
    if len(shown.grid.row_values) > 1:
        words += f", a curve for each {row}; ↑ ↓ choose one"
    return Text(words, ink("quiet"), no_wrap=True)


def legend(shown: Overview, ink: Ink, signs: Signs) -> list[list[tuple[str, Any]]]:
    """Explain the signs that may be seen."""
    quiet = ink("quiet")
    found: list[list[tuple[str, Any]]] = []
    summaries = shown.grid.summaries.values()
    if any(summary.spread for summary in summaries):
        found.append([("│", quiet), (" mean ± spread of its runs", quiet)])
    if any(summary.diverged for summary in summaries):
        found.append([(signs.diverged, ink("warning")), (" runs diverged there", quiet)])
    if shown.pending:
        found.append([(f"{shown.pending} pending", quiet)])
    return found


def _around(chosen: int, count: int) -> list[int]:
    """Return the rows that are drawn: the chosen one and its neighbors."""
    start = max(0, min(chosen - MAX_CURVES // 2, count - MAX_CURVES - 1))
    return list(range(start, min(count, start + MAX_CURVES + 1)))


def _accuracy_axis(curves: Any) -> Axis:
    """Return the range that all curves need, spreads included."""
    ends = np.concatenate(
        [edge for c in curves for edge in (c.means - c.spreads, c.means + c.spreads)]
    )
    if not len(ends):
        return Axis(0.0, 1.0, percent=True)
    low, high = max(0.0, float(ends.min())), min(1.0, float(ends.max()))
    unit = 0.1 if high - low > SMOOTH else 0.01
    bottom = np.floor(low / unit + 1e-9) * unit
    top = np.ceil(high / unit - 1e-9) * unit
    return Axis(float(bottom), float(max(top, bottom + unit)), percent=True)


def _bars(found: Points) -> tuple[Numbers, Numbers]:
    """Return upright strokes from mean - spread to mean + spread, with gaps between them."""
    has = found.spreads > 0
    x = found.places[has].repeat(3)
    y = np.full(x.shape, np.nan)
    y[0::3] = (found.means - found.spreads)[has]
    y[1::3] = (found.means + found.spreads)[has]
    return x, y


def _mark(
    plot: Plot, shown: Overview, cursor: tuple[int, int], places: Sequence[float], ink: Ink
) -> None:
    """Mark the cursor's column, and write the values themselves below the axis."""
    columns = {i: plot.column(place) or 0 for i, place in enumerate(places)}
    for row in range(plot.rows):
        plot.write(row, columns[cursor[1]], "┊", ink("chosen"), over=False)
    texts = {
        i: shortened(format_axis_value(shown.choice.column, value), max(4, plot.columns // 2))
        for i, value in enumerate(shown.grid.column_values)
    }
    ticks = set(columns.values())
    rule = "".join("┬" if column in ticks else "─" for column in range(plot.columns))
    edge = " " * plot.margin
    plot.lines[plot.rows] = Text("└".rjust(plot.left) + rule + edge, ink("quiet"), no_wrap=True)
    middles = {i: plot.left + column for i, column in columns.items()}
    width = plot.left + plot.columns + plot.margin
    placed = place_labels(middles, texts, width, first=cursor[1])
    line, at = Text(no_wrap=True), 0
    for i, start in sorted(placed.items(), key=lambda item: item[1]):
        line.append(" " * (start - at)).append(
            texts[i], ink("chosen" if i == cursor[1] else "quiet")
        )
        at = start + len(texts[i])
    plot.lines[plot.rows + 1] = line


def _name(
    plot: Plot, curves: dict[int, Points], names: dict[int, str], chosen: int, ink: Ink
) -> None:
    """Write each curve's value at its right end, so that color is not needed."""
    ends = {row: plot.row(float(c.means[-1])) for row, c in curves.items() if len(c.means)}
    order = sorted(ends, key=lambda row: -curves[row].means[-1])
    if len(order) > plot.rows:  # the chosen one has a name in any case
        order = [row for row in order if row == chosen]
    for i, row in enumerate(order):
        # Below the name before, and so high that those after it have room.
        highest = ends[order[i - 1]] + 1 if i else 0
        ends[row] = min(max(ends[row], highest), plot.rows - len(order) + i)
        style = ink("chosen" if row == chosen else f"run{row % HUES}")
        plot.write(ends[row], plot.columns, f" {shortened(names[row], plot.margin - 1)}", style)
