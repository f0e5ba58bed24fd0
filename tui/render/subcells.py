"""Sub-cells: the 2 × 4 dots of a braille cell, and those that a curve passes through.

Positions along an axis, 0 to 1, become whole sub-cells here, counted from the left and from below,
so that nothing after this rounds again. Every dot lies within half a sub-cell of its curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Indices = NDArray[np.int_]

ACROSS, DOWN = 2, 4  # sub-cells of a cell
TIE = 1e-9  # a position halfway between two sub-cells belongs to the later one, despite rounding
# Unicode's order: dots 1, 2, 3 and 7 in the left column from above, 4, 5, 6 and 8 in the right.
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
UPPER_MARK, LOWER_MARK = "*", "o"  # of a dot in the upper or lower half of a cell, in ASCII


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Vertical strokes of sub-cells, at most one a column, ends included; arrays of one length."""

    columns: Indices  # ascending
    low: Indices
    high: Indices


def nearest(places: Numbers, count: int) -> Indices:
    """Return the sub-cells, of `count` in a row, nearest to positions from 0 to 1."""
    import numpy as np

    return np.floor(places * (count - 1) + 0.5 + TIE).astype(int)


def trace(x: Numbers, y: Numbers, across: int, up: int) -> Spans:
    """Return what a line through points passes through, in `across` × `up` sub-cells.

    x, y: positions of the points, 0 to 1, x ascending. Where y is not finite, the line has a gap.
    In a column with points, they are all between the ends of its stroke. A column between two
    points has the line's height in its middle. Where the line is so steep that two strokes would
    not touch, each of them reaches to the line's height on the border between their columns.
    """
    import numpy as np

    finite = np.flatnonzero(np.isfinite(y))
    if not len(finite):
        none = np.empty(0, int)
        return Spans(none, none, none)
    xs, ys = x[finite] * (across - 1), y[finite]
    own = nearest(x[finite], across)
    begins = np.concatenate([[True], np.diff(finite) > 1])  # whether a point follows a gap
    first, last = int(own[0]), int(own[-1])
    columns = np.arange(first, last + 1)
    following = np.searchsorted(own, columns)  # the first point in or after each column
    is_own = own[following] == columns
    is_covered = is_own | ~begins[following]
    middle = nearest(np.interp(columns, xs, ys), up)
    low, high = middle.copy(), middle.copy()
    heights = nearest(ys, up)
    low[is_own] = np.minimum.reduceat(heights, following[is_own])
    high[is_own] = np.maximum.reduceat(heights, following[is_own])
    # Borders between neighboring columns that one segment of the line crosses.
    after = np.searchsorted(own, columns[1:])
    crossed = is_covered[:-1] & is_covered[1:] & ~begins[after]
    border = nearest(np.interp(columns[:-1] + 0.5, xs, ys), up)
    rises = crossed & (low[1:] > high[:-1] + 1)
    falls = crossed & (high[1:] < low[:-1] - 1)
    met = np.clip(border, high[:-1], low[1:] - 1)
    left_high, right_low = np.where(rises, met, high[:-1]), np.where(rises, met + 1, low[1:])
    met = np.clip(border, high[1:] + 1, low[:-1])
    left_low, right_high = np.where(falls, met, low[:-1]), np.where(falls, met - 1, high[1:])
    low = np.minimum(low, np.minimum(np.append(left_low, low[-1]), np.insert(right_low, 0, low[0])))
    high = np.maximum(
        high, np.maximum(np.append(left_high, high[-1]), np.insert(right_high, 0, high[0]))
    )
    return Spans(columns[is_covered], low[is_covered], high[is_covered])


def glyphs(columns: Indices, rows: Indices, *, ascii_only: bool) -> dict[tuple[int, int], str]:
    """Single dots as characters: cell (column, row), rows counted from below, to what it shows."""
    cells: dict[tuple[int, int], int] = {}
    dots: list[tuple[int, int]] = list(zip(columns.tolist(), rows.tolist(), strict=True))
    for column, row in dots:
        bit = BITS[DOWN - 1 - row % DOWN][column % ACROSS]
        cell = column // ACROSS, row // DOWN
        cells[cell] = cells.get(cell, 0) | bit
    return {cell: _glyph(bits, ascii_only=ascii_only) for cell, bits in cells.items()}


def _glyph(bits: int, *, ascii_only: bool) -> str:
    if not ascii_only:
        return chr(0x2800 + bits)
    upper = sum(map(sum, BITS[: DOWN // 2]))
    return UPPER_MARK if bits & upper else LOWER_MARK


def mark(*, ascii_only: bool) -> str:
    """Single dots as a legend shows them."""
    return UPPER_MARK + LOWER_MARK if ascii_only else _glyph(BITS[1][0], ascii_only=False)
