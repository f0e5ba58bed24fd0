"""Lines of braille dots on a grid of cells; the only caller of plotext.

plotext keeps a single figure for the whole process and draws it in a native kernel that aborts on a
number that is not finite, or far outside the axes. It also rounds positions its own way. So it gets
only the centers of sub-cells, and only the screen's thread may draw.

What a column of cells looks like depends on the strokes in it alone. While a run trains, most
columns of its chart stay as they were; plotext draws only those that are new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text

from .subcells import ACROSS, DOWN, Spans

if TYPE_CHECKING:
    from rich.color_triplet import ColorTriplet

KEPT = 4096  # columns, of a few hundred bytes each

Stroke = tuple[int, int, int, "ColorTriplet | None"]  # sub-column in its cell, low, high, color
Strokes = tuple[int, tuple[Stroke, ...]]  # rows of cells, and all strokes of one column of cells
Column = Mapping[int, tuple[str, Style | None]]  # by row, 0 at the top: a glyph and its color

_drawn: dict[Strokes, Column] = {}  # belongs to the screen's thread


def load() -> None:
    """Import plotext, which takes a while; a thread may do so before a line is drawn."""
    import_module("plotext")


def draw_spans(columns: int, rows: int, lines: Sequence[tuple[Spans, Style]]) -> list[Column]:
    """Draw lines over one another, the last uppermost.

    Args:
        columns: of cells.
        rows: of cells.
        lines: each with its style, of which only the color is drawn.

    Returns:
        What each column of cells shows; blank cells are left out.
    """
    strokes: list[list[Stroke]] = [[] for _ in range(columns)]
    for spans, style in lines:
        color = style.color.get_truecolor() if style.color else None
        ends = zip(spans.columns.tolist(), spans.low.tolist(), spans.high.tolist(), strict=True)
        for across, low, high in ends:
            strokes[across // ACROSS].append((across % ACROSS, low, high, color))
    wanted: list[Strokes] = [(rows, tuple(found)) for found in strokes]
    if len(_drawn) + columns > KEPT:
        _drawn.clear()
    new = [column for column in dict.fromkeys(wanted) if column not in _drawn]
    _drawn.update(zip(new, _draw(rows, [found for _, found in new]), strict=True))
    return [_drawn[column] for column in wanted]


def _draw(rows: int, columns: Sequence[Sequence[Stroke]]) -> list[Column]:
    """Have plotext draw these columns of cells side by side."""
    if not any(columns):
        return [{} for _ in columns]
    import plotext

    plotext.terminal.limit(False, False)
    figure: Any = plotext.figure
    figure.clear()
    figure.theme("colorless").canvas("default")
    figure.plot_size(len(columns), rows)
    figure.axes(False)
    figure.legend(False)
    # By place in their columns, so that a later stroke lies over an earlier one.
    for depth in range(max(map(len, columns))):
        by_color: dict[ColorTriplet | None, list[tuple[int, int, int]]] = {}
        for at, strokes in enumerate(columns):
            for across, low, high, color in strokes[depth : depth + 1]:
                by_color.setdefault(color, []).append((ACROSS * at + across, low, high))
        for color, these in by_color.items():
            figure.draw(_signal(these, color))
    for name, count in (("x", ACROSS * len(columns)), ("y", DOWN * rows)):
        figure.ruler(name).lim(0, count).alignment(lim="edge").frequency(0)
    drawn: list[dict[int, tuple[str, Style | None]]] = [{} for _ in columns]
    lines = Text.from_ansi(figure.build().string(), no_wrap=True).split(allow_blank=True)
    for row, line in enumerate(list(lines)[:rows]):
        styles: list[Style | None] = [None] * len(columns)
        for span in line.spans:
            if isinstance(span.style, Style) and span.style.color:
                count = min(span.end, len(columns)) - span.start
                styles[span.start : span.end] = [span.style] * count
        for column, style, glyph in zip(drawn, styles, line.plain, strict=False):
            if glyph != " ":
                column[row] = glyph, style
    return list(drawn)


def _signal(strokes: Sequence[tuple[int, int, int]], color: ColorTriplet | None) -> Any:
    """Vertical strokes as plotext draws them: through the centers of sub-cells."""
    import plotext

    xs: list[float] = []
    ys: list[float] = []
    joined: list[int] = []  # points connected to the previous one
    for column, low, high in strokes:
        if high != low:
            joined.append(len(xs) + 1)
        for end in (low, high)[: 1 + (high != low)]:
            xs.append(column + 0.5)
            ys.append(end + 0.5)
    pixel = plotext.pixel(tuple(color) if color else "default")
    signal: Any = plotext.figure.signal(xs, ys, marker=plotext.marker("braille", pixel))
    for index in joined:
        signal.line(index)
    return signal
