"""Sizes and frames of small pictures, with marks along the edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from rich.text import Text

from ...render.glyphs import ascii_rows, block_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EDGE = 2  # columns, and rows, of a frame


def columns_for(side: int, most: int) -> int:
    """Return the columns for `side` pixels, at most this many; all equally wide if they fit."""
    return most // side * side if most >= side else max(0, most)


def cell_of(x: float, y: float, side: int, columns: int) -> tuple[int, int]:
    """Return the column and the row, two pixels high, of a point in an image; pixel i lies at i."""
    last = columns - 1
    across, down = (min(max(int((v + 0.5) * columns / side), 0), last) for v in (x, y))
    return across, down // 2


def place_of(column: float, row: float, side: int, columns: int) -> tuple[float, float]:
    """Return the point of the image under a point of the picture, in cells from its corner."""
    scale = side / columns
    return column * scale - 0.5, 2 * row * scale - 0.5


def scaled(image: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Scale a square image to this many pixels by copying its own; the rows become even."""
    import numpy as np

    taken = np.arange(columns) * len(image) // columns
    pixels = image[taken][:, taken]
    # Two rows of pixels make a row of cells; the last one may be half empty.
    return np.pad(pixels, ((0, columns % 2), (0, 0)))


def pixel_row(pair: NDArray[np.uint8], shades: Sequence[Color], *, blocks: bool) -> Text:
    """Draw two rows of pixels as one of cells.

    `shades` are colors from paper to ink, for blocks; characters take the line's own.
    """
    if blocks:
        return block_rows(pair, 1, shades)[0]
    return Text(ascii_rows(pair, 1)[0], no_wrap=True)


def top(columns: int, title: str, ink: Style, rule: Style) -> Text:
    """Draw the upper edge of a frame, with its title, or with the end of it that fits."""
    while title and len(title) + 2 > columns - 1:
        _, _, title = title.partition(" ")
    words = f" {title} " if title else ""
    line = Text.assemble(("┌─", rule), (words, ink), no_wrap=True)
    return line.append("─" * (columns - 1 - len(words)) + "┐", rule)


def bottom(columns: int, rule: Style, marks: Mapping[int, tuple[str, Style]]) -> Text:
    """Draw the lower edge, with marks at some columns."""
    line = Text("└", rule, no_wrap=True)
    for x in range(columns):
        line.append(*marks.get(x, ("─", rule)))
    return line.append("┘", rule)
