"""Small pictures of any size on any screen: how large, in a frame, with marks along its edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from rich.text import Text

from .glyphs import ascii_rows, block_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EDGE = 2  # columns, and rows, that a frame takes


def fitting(side: int, most: int) -> int:
    """How many columns to show `side` pixels in, of at most so many: all alike, if they fit."""
    return most // side * side if most >= side else most


def cell_of(x: float, y: float, side: int, columns: int) -> tuple[int, int]:
    """The column and row, two pixels high, of a place in an image; pixel i lies at i."""
    last = columns - 1
    across, down = (min(max(int((v + 0.5) * columns / side), 0), last) for v in (x, y))
    return across, down // 2


def place_of(column: float, row: float, side: int, columns: int) -> tuple[float, float]:
    """The place in an image under a point of the picture, in cells from its corner."""
    scale = side / columns
    return column * scale - 0.5, 2 * row * scale - 0.5


def picture(
    image: NDArray[np.uint8], columns: int, shades: Sequence[Color], *, blocks: bool
) -> list[Text]:
    """A square image, so many columns wide and half as many rows high.

    shades: colours from paper to ink, for blocks; characters take the line's own.
    """
    import numpy as np

    taken = np.arange(columns) * len(image) // columns
    scaled = image[taken][:, taken]
    if columns % 2:  # the last row of cells is half empty
        scaled = np.vstack([scaled, np.zeros((1, columns), np.uint8)])
    rows = len(scaled) // 2
    if blocks:
        return block_rows(scaled, rows, shades)
    return [Text(row, no_wrap=True) for row in ascii_rows(scaled, rows)]


def framed(
    lines: Sequence[Text],
    columns: int,
    title: tuple[str, Style],
    rule: Style,
    marks: Mapping[tuple[str, int], tuple[str, Style]],
) -> list[Text]:
    """Lines in a frame; a mark stands on its "right" edge at a row, or "below" at a column."""
    words = f" {title[0]} "[: max(0, columns - 1)]
    top = Text.assemble(("┌─", rule), (words, title[1]), no_wrap=True)
    framed = [top.append("─" * (columns - 1 - len(words)) + "┐", rule)]
    for y, line in enumerate(lines):
        whole = Text("│", rule, no_wrap=True).append_text(line)
        framed.append(whole.append(*marks.get(("right", y), ("│", rule))))
    bottom = Text("└", rule, no_wrap=True)
    for x in range(columns):
        bottom.append(*marks.get(("below", x), ("─", rule)))
    return [*framed, bottom.append("┘", rule)]
