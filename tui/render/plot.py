"""A plot: axes with their numbers, and curves between them, as lines of text.

plotext drops or cuts numbers beside its axes. So the axes are drawn here, around its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Span, Text

from .axes import Axis
from .plotext_canvas import draw_spans
from .subcells import ACROSS, DOWN, glyphs, nearest, trace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

MIN_WIDTH, MIN_HEIGHT = 16, 4
BELOW = 2  # rows of the x axis and its numbers
EDGE = 1e-9  # distance at which a position still counts as on the axis's end
COLUMNS_A_MARK, ROWS_A_MARK = 10, 2.5  # approximate distance of the numbers along x and y


@dataclass(frozen=True, eq=False)
class Curve:
    """One series and its style; x ascends. A line has a gap where y is not finite."""

    x: Numbers
    y: Numbers  # as many as x; points outside the x axis are left out
    style: Style
    dots: bool = False  # separate marks instead of a line, each in a cell of its own
    beneath: bool = False  # a line that is hidden in any cell that another touches


@dataclass(frozen=True, eq=False)
class Plot:
    """A plot, with the geometry for writing into it and for finding a pointed value."""

    lines: list[Text]
    x: Axis
    y: Axis
    left: int  # the first column right of the axis
    columns: int  # inside the axes
    rows: int
    margin: int = 0  # columns right of the axes

    def column(self, x: float) -> int | None:
        """Return the column inside the axes that shows a value, if any."""
        place = self.x.places(_number(x))
        if not -EDGE <= float(place) <= 1 + EDGE:
            return None
        return int(nearest(place, ACROSS * self.columns)) // ACROSS

    def row(self, y: float) -> int:
        """Return the row, 0 at the top, that shows a value; the nearest if it is not shown."""
        place = self.y.places(_number(y)).clip(0, 1)
        return self.rows - 1 - int(nearest(place, DOWN * self.rows)) // DOWN

    def x_at(self, column: int) -> float:
        """Return the value in the middle of a column."""
        return self.x.value(min(1.0, max(0.0, column / max(1, self.columns - 1))))

    def write(self, row: int, column: int, words: str, style: Style, *, over: bool = True) -> None:
        """Put words into the drawing, cut at its right edge; `over`: also over what is there."""
        words = words[: self.columns + self.margin - column]
        line, start = self.lines[row], self.left + column
        if not over and line.plain[start : start + len(words)].strip():
            return
        self.lines[row] = Text.assemble(line[:start], (words, style), line[start + len(words) :])


def frame(
    x: Axis, y: Axis, width: int, height: int, quiet: Style, *, margin: int = 0
) -> Plot | None:
    """Draw axes with their numbers in `height` lines of `width` cells; None if they do not fit.

    `margin` is the number of columns to leave free at the right.
    """
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return None
    rows = height - BELOW
    place = Plot([], x, y, 0, 1, rows)
    beside = _fitting(
        y, int(rows / ROWS_A_MARK), lambda mark, _: (place.row(mark), place.row(mark))
    )
    left = 1 + max((len(label) for _, label in beside), default=0)
    place = Plot([], x, y, left, width - left - margin, rows)

    def stretch(mark: float, label: str) -> tuple[int, int]:
        """Return the cells of a number, under its mark if there is room, and a blank.

        In a plot with a margin its last column stays blank.
        """
        middle = left + (place.column(mark) or 0)
        start = max(0, min(middle - len(label) // 2, width - len(label) - bool(margin)))
        return start, start + len(label) + 1

    below = _fitting(x, place.columns // COLUMNS_A_MARK, stretch)
    if not (beside and below):
        return None
    numbers = {place.row(mark): f"{label}┤" for mark, label in beside}
    lines = [
        Text(numbers.get(row, "│").rjust(left) + " " * (width - left), quiet, no_wrap=True)
        for row in range(rows)
    ]
    ticks = {place.column(mark) for mark, _ in below}
    rule = "".join("┬" if column in ticks else "─" for column in range(place.columns))
    lines.append(Text("└".rjust(left) + rule + " " * margin, quiet, no_wrap=True))
    words = ""
    for mark, label in below:
        words = words.ljust(stretch(mark, label)[0]) + label
    lines.append(Text(words.ljust(width), quiet, no_wrap=True))
    return Plot(lines, x, y, left, place.columns, rows, margin)


def draw(plot: Plot, curves: Sequence[Curve], *, ascii_only: bool = False) -> None:
    """Draw curves into a frame. ascii_only: dots are ASCII characters."""
    for beneath in (True, False):
        layer = [curve for curve in curves if curve.beneath == beneath and not curve.dots]
        if layer:
            _lay(plot, layer, dim=beneath)
    for curve in curves:
        if curve.dots:
            _dot(plot, curve, ascii_only=ascii_only)


def _lay(plot: Plot, curves: Sequence[Curve], *, dim: bool) -> None:
    """Put lines over what is in the frame; blanks let it show through."""
    across, up = ACROSS * plot.columns, DOWN * plot.rows
    lines = [(trace(*_between(plot, curve), across, up), curve.style) for curve in curves]
    drawn = draw_spans(plot.columns, plot.rows, lines)
    dimmed = Style(dim=dim)
    for row in range(plot.rows):
        found = {at: column[row] for at, column in enumerate(drawn) if row in column}
        cells = {at: glyph for at, (glyph, _) in found.items()}
        spans = [Span(at, at + 1, style + dimmed) for at, (_, style) in found.items() if style]
        if cells:
            _put(plot, row, cells, spans)


def _put(plot: Plot, row: int, cells: Mapping[int, str], spans: Sequence[Span]) -> None:
    """Put characters, by column, over those in a row of the frame; spans style them."""
    line, left = plot.lines[row], plot.left
    glyphs = list(line.plain)
    for column, glyph in cells.items():
        glyphs[left + column] = glyph
    moved = [Span(start + left, end + left, style) for start, end, style in spans]
    plot.lines[row] = Text("".join(glyphs), line.style, no_wrap=True, spans=[*line.spans, *moved])


def _fitting(
    axis: Axis, at_most: int, stretch: Callable[[float, str], tuple[int, int]]
) -> list[tuple[float, str]]:
    """Return at least two marks whose numbers do not overlap; none if they do not fit.

    `stretch` returns the first and last cell that a mark's number occupies.
    """
    for marks in axis.tick_sets(max(2, at_most)):
        for stride in range(1, len(marks)):
            chosen = [(mark, axis.written(mark)) for mark in marks[::stride]]
            taken = sorted(stretch(mark, label) for mark, label in chosen)
            if all(before[1] < after[0] for before, after in pairwise(taken)):
                return chosen
    return []


def _dot(plot: Plot, curve: Curve, *, ascii_only: bool) -> None:
    """Put a curve's dots into the drawing, over what is in their cells."""
    import numpy as np

    xs, ys = _between(plot, curve)
    fit = np.isfinite(ys)
    columns, rows = nearest(xs[fit], ACROSS * plot.columns), nearest(ys[fit], DOWN * plot.rows)
    by_row: dict[int, dict[int, str]] = {}
    for (column, row), glyph in glyphs(columns, rows, ascii_only=ascii_only).items():
        by_row.setdefault(plot.rows - 1 - row, {})[column] = glyph
    style = curve.style + Style(dim=False)
    for row, cells in by_row.items():
        _put(plot, row, cells, [Span(column, column + 1, style) for column in cells])


def _between(plot: Plot, curve: Curve) -> tuple[Numbers, Numbers]:
    """Return the curve's positions within the axes; those above and below lie on the edge."""
    import numpy as np

    xs, ys = (
        axis.places(np.where(np.isfinite(values), values, np.nan))
        for axis, values in ((plot.x, curve.x), (plot.y, curve.y))
    )
    inside = (xs >= -EDGE) & (xs <= 1 + EDGE)
    return xs[inside].clip(0, 1), ys[inside].clip(0, 1)


def _number(value: float) -> Numbers:
    import numpy as np

    return np.asarray(value, np.float64)
