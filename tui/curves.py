"""The one door to plotext: curves in, lines of text out; nothing unfit gets past.

plotext keeps a single figure for the whole process and draws it in a native kernel that aborts
on a number that is not finite, or far outside the axes. So all numbers are filtered and clipped
here, and only the thread of the screen may call `draw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_WIDTH, LEAST_HEIGHT = 16, 4


@dataclass(frozen=True, eq=False)
class Curve:
    """One series and how it looks."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]  # as many; those not finite are left out
    style: Style
    smooth: bool = False  # the mean of each column rather than its lowest and highest
    dots: bool = False  # separate marks rather than a line, so that colour is not needed


@dataclass(frozen=True, slots=True)
class Axis:
    """The range of an axis, and how its numbers are written."""

    low: float
    high: float
    percent: bool = False


def nice_end(x: float, last: float) -> float:
    """Where an axis from 0 should end to show x: 10, 20, 50, 100 … but not beyond `last`.

    It stands still while x moves and jumps only a few times in a run, so that the chart uses
    its width from the first points on and yet does not creep.
    """
    decade = 10.0 ** max(1, floor(log10(max(x, 1))))
    for end in (decade, 2 * decade, 5 * decade, 10 * decade):
        if x <= end:
            return max(1.0, min(end, last))
    raise AssertionError("x is less than ten times its decade")


def ticks(axis: Axis, at_most: int) -> list[float]:
    """Round numbers along an axis, ends included where they are round."""
    span = axis.high - axis.low
    rough = span / max(1, at_most - 1)
    decade = 10.0 ** floor(log10(rough))
    step = next(m * decade for m in (1, 2, 5, 10) if m * decade >= rough * 0.999)
    first = ceil(axis.low / step - 1e-9)
    return [i * step for i in range(first, floor(axis.high / step + 1e-9) + 1)]


def thinned(curve: Curve, axis: Axis, columns: int) -> tuple[list[float], list[float]]:
    """At most two points a column, its lowest and its highest, so that no peak is lost.

    Of a smooth curve one, the mean, where there are more points than that. Only finite points
    are left, inside the axis along x.
    """
    import numpy as np

    fit = np.isfinite(curve.x) & np.isfinite(curve.y)
    fit &= (curve.x >= axis.low) & (curve.x <= axis.high)
    x, y = curve.x[fit], curve.y[fit]
    if len(x) > 2 * columns:
        column = ((x - axis.low) / (axis.high - axis.low) * columns).astype(int)
        if curve.smooth:
            seen, first, count = np.unique(column, return_index=True, return_counts=True)
            return x[first].tolist(), (np.bincount(column, y)[seen] / count).tolist()
        order = np.lexsort((y, column))
        edges = np.flatnonzero(np.diff(column[order], prepend=-1, append=columns + 1))
        keep = np.unique(np.concatenate([order[edges[:-1]], order[edges[1:] - 1]]))
        x, y = x[keep], y[keep]
    return x.tolist(), y.tolist()


def draw(
    curves: Sequence[Curve], x: Axis, y: Axis, width: int, height: int, quiet: Style
) -> list[Text]:
    """The curves with their axes as `height` lines of `width` cells, or none if that is too few."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return []
    import plotext

    plotext.terminal.limit(False, False)
    figure: Any = plotext.figure
    figure.clear()
    figure.theme("colorless").canvas("default")
    figure.plot_size(width, height)
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")
    figure.legend(False)
    for curve in curves:
        xs, ys = thinned(curve, x, width)
        if xs:
            ys = [min(max(value, y.low), y.high) for value in ys]
            marker = plotext.marker("•" if curve.dots else "braille", _pixel(curve.style))
            signal = figure.signal(xs, ys, marker=marker)
            figure.draw(signal if curve.dots else signal.lines())
    for name, axis, room in (("x", x, width // 10), ("y", y, height // 2)):
        marks = ticks(axis, max(2, room))
        ruler = figure.ruler(name)
        ruler.lim(axis.low, axis.high)
        ruler.ticks(marks, [_number(mark, percent=axis.percent) for mark in marks])
    lines = Text.from_ansi(figure.build().string(), style=quiet, no_wrap=True).split(
        allow_blank=False
    )
    return list(lines)[:height]


def _number(value: float, *, percent: bool) -> str:
    return f"{value:.0%}" if percent else f"{value:,.6g}".replace(",", " ")


def _pixel(style: Style) -> Any:
    """A style's colour as plotext wants it."""
    import plotext

    return plotext.pixel(tuple(style.color.get_truecolor()) if style.color else "default")
