"""The map's ground: bands of loss between levels, as colours or as characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from ...render.axes import Axis
from ...render.glyphs import RAMP

if TYPE_CHECKING:
    from ....net.inspection.loss_landscape import LossGrid
    from ...render.plot import Plot

    Numbers = NDArray[np.float64]

MAX_LEVELS = len(RAMP) - 1  # each band has a character of its own
MIN_LEVELS = 5  # fewer say little about the shape
SERIES = (  # round numbers of a decade
    (1.0,),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0),
)
NO_LOSS = 1e-9  # stands for 0 on the logarithmic scale
TOO_MUCH = 1e9  # stands for what is infinite
Cell = tuple[int, int]  # row from the top, column
Glyphs = dict[Cell, tuple[str, Style]]  # what stands in cells, over the ground
Look = str | Color  # of a band: a character, or the colour of the ground


def log_losses(grid: LossGrid, columns: int, rows: int) -> Numbers:
    """Return the logarithm of the loss at each of rows × columns places, the top row first.

    Between the points of the grid it is interpolated, along both directions.
    """
    values = np.log(np.clip(grid.losses, NO_LOSS, TOO_MUCH))
    return _share(rows, len(values))[::-1] @ values @ _share(columns, values.shape[1]).T


def _share(places: int, points: int) -> Numbers:
    """Return what each of n evenly spaced points adds to each of k places between them: k × n."""
    at = np.linspace(0, points - 1, max(1, places))
    return np.maximum(0, 1 - abs(at[:, np.newaxis] - np.arange(points)))


def levels(low: float, high: float) -> list[float]:
    """Return round losses between two, at most MAX_LEVELS, evenly far apart in their logarithm.

    Where the two are so close that few such numbers lie between them, they are evenly spaced.
    """
    if not high > low * (1 + 1e-6):
        return []
    found = [_round(low, high, series) for series in SERIES]
    fitting = [each for each in found if len(each) <= MAX_LEVELS]
    if not fitting:
        return found[0][:: -(-len(found[0]) // MAX_LEVELS)]
    best = max(fitting, key=len)
    if len(best) < MIN_LEVELS:
        even = [tick for tick in Axis(low, high).ticks(MAX_LEVELS) if low < tick < high]
        best = max(best, even[:MAX_LEVELS], key=len)
    return best


def _round(low: float, high: float, series: Sequence[float]) -> list[float]:
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    every = [float(f"{m * 10.0**p:.3g}") for p in powers for m in series]
    return [level for level in every if low < level < high]


def bands(logs: Numbers, between: Sequence[float]) -> NDArray[np.intp]:
    """Return the band that each place lies in: how many levels are at or below its loss."""
    return np.searchsorted(np.log(np.array(between)), logs, side="right")


def called(between: Sequence[float]) -> list[str]:
    """Return the name of each band, from the lowest: the loss that it begins at."""
    if not between:
        return []
    return [f"below {between[0]:.4g}", *(f"{level:.4g}" for level in between)]


def lay(
    plot: Plot,
    band: NDArray[np.intp],
    looks: Sequence[Look],
    over: Mapping[Cell, tuple[str, Style]],
    quiet: Style,
) -> None:
    """Put the ground into a frame, two bands above one another in a cell, and what lies over it.

    Args:
        plot: the frame.
        band: 2 × rows of columns: of each place, the top row first.
        looks: of the bands.
        over: what lies over the ground; it takes the colour of what is below it.
        quiet: the style of characters that stand for bands.
    """
    upper: list[list[int]] = band[0::2].tolist()
    lower: list[list[int]] = band[1::2].tolist()
    for row, (above, below) in enumerate(zip(upper, lower, strict=True)):
        cells: list[tuple[str, Style]] = []
        for column, (high, low) in enumerate(zip(above, below, strict=True)):
            glyph, style = over.get((row, column), ("", quiet))
            ink, ground = looks[high], looks[low]
            if isinstance(ink, str) or isinstance(ground, str):
                cells.append((glyph or str(looks[max(high, low)]), style))
            elif glyph:
                cells.append((glyph, style + _style(None, ground)))
            else:
                cells.append(("▀", _style(ink, ground)) if high != low else _blank(ground))
        line = plot.lines[row][: plot.left]
        for style, run in groupby(cells, key=lambda cell: cell[1]):
            line.append("".join(glyph for glyph, _ in run), style)
        plot.lines[row] = line


def _blank(ground: Color) -> tuple[str, Style]:
    return " ", _style(None, ground)


@lru_cache(maxsize=4096)
def _style(ink: Color | None, ground: Color) -> Style:
    return Style(color=ink, bgcolor=ground)
