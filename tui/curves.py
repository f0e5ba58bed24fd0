"""The one door to plotext: curves in, lines of text out; nothing unfit gets past.

plotext keeps a single figure for the whole process and draws it in a native kernel that aborts
on a number that is not finite, or far outside the axes. So it is given places between 0 and 1
and nothing else, and only the thread of the screen may call `draw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text

from .axes import Axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_WIDTH, LEAST_HEIGHT = 16, 4
BELOW = 2  # rows that the axis along x and its numbers take


@dataclass(frozen=True, eq=False)
class Curve:
    """One series and how it looks. At most a few points a column: see History.envelope."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]  # as many; points that are not finite, or beside x's axis, are left out
    style: Style
    dots: bool = False  # separate marks rather than a line, so that colour is not needed


@dataclass(frozen=True, eq=False)
class Plot:
    """A drawing, and what is needed to write into it or to point at something in it."""

    lines: list[Text]
    x: Axis
    y: Axis
    left: int  # the first column right of the axis
    columns: int  # inside the axes
    rows: int

    def column(self, x: float) -> int | None:
        """The column inside the axes that a value lies in, if it is shown."""
        place = float(self.x.places(_number(x)))
        return round(place * (self.columns - 1)) if -1e-9 <= place <= 1 + 1e-9 else None

    def row(self, y: float) -> int:
        """The row, 0 at the top, that a value lies in; the nearest, if it is not shown."""
        place = min(1.0, max(0.0, float(self.y.places(_number(y)))))
        return round((1 - place) * (self.rows - 1))

    def x_at(self, column: int) -> float:
        """The value in the middle of a column."""
        return self.x.value(min(1.0, max(0.0, column / max(1, self.columns - 1))))

    def write(self, row: int, column: int, words: str, style: Style, *, over: bool = True) -> None:
        """Put words into the drawing, cut at its right edge; `over`: also over what is there."""
        words = words[: self.columns - column]
        line, start = self.lines[row], self.left + column
        if not over and line.plain[start : start + len(words)].strip():
            return
        self.lines[row] = Text.assemble(line[:start], (words, style), line[start + len(words) :])


def draw(
    curves: Sequence[Curve], x: Axis, y: Axis, width: int, height: int, quiet: Style
) -> Plot | None:
    """The curves with their axes as `height` lines of `width` cells; None if that is too few."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return None
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
        xs, ys = _places(curve, x, y)
        if xs:
            marker = plotext.marker("•" if curve.dots else "braille", _pixel(curve.style))
            signal = figure.signal(xs, ys, marker=marker)
            figure.draw(signal if curve.dots else signal.lines())
    left = 0
    for name, axis, room in (("x", x, width // 10), ("y", y, 2 * height // 5)):
        marks = axis.ticks(max(2, room))
        labels = [axis.written(mark) for mark in marks]
        ruler = figure.ruler(name)
        ruler.lim(0, 1)
        ruler.ticks([float(axis.places(_number(mark))) for mark in marks], labels)
        left = 1 + max(map(len, labels), default=0)
    lines = Text.from_ansi(figure.build().string(), style=quiet, no_wrap=True).split(
        allow_blank=False
    )
    return Plot(list(lines)[:height], x, y, left, width - left, height - BELOW)


def _places(curve: Curve, x: Axis, y: Axis) -> tuple[list[float], list[float]]:
    """The curve's points between the axes; those above and below lie on the edge."""
    import numpy as np

    fit = np.isfinite(curve.x) & np.isfinite(curve.y)
    xs, ys = x.places(curve.x[fit]), y.places(curve.y[fit])
    beside = (xs < -1e-9) | (xs > 1 + 1e-9)
    return xs[~beside].clip(0, 1).tolist(), ys[~beside].clip(0, 1).tolist()


def _number(value: float) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(value, np.float64)


def _pixel(style: Style) -> Any:
    """A style's colour as plotext wants it."""
    import plotext

    return plotext.pixel(tuple(style.color.get_truecolor()) if style.color else "default")
